"""The parent: presses its child for a late case, hears the answer, and closes or asks again."""

from __future__ import annotations

from dataclasses import dataclass

from services.routing.calendar.book import CalendarBook
from services.routing.domain.supervision import CHOSEN, SupervisionMove, SupervisionState
from services.routing.handover.parties import Neighbours
from services.routing.supervision import records
from services.routing.supervision.late import LateCase
from services.routing.supervision.news import SupervisionNews
from services.routing.supervision.records import Done, SupervisionRecord
from shared.contracts import handover as said
from shared.db.transaction import Transaction
from shared.errors import Conflict, DomainError
from shared.ids import new_id
from shared.messaging.handlers import Received


@dataclass(frozen=True, slots=True)
class Question:
    """What the office wants answered. ``answer_days``: working days, if not the usual ones."""

    text: str
    by: str
    answer_days: int | None = None


class Pressing:
    """The supervisions of one body over those directly below it. ``answer_days`` are the usual working days."""

    def __init__(
        self, neighbours: Neighbours, news: SupervisionNews, calendars: CalendarBook, answer_days: int
    ) -> None:
        self._neighbours = neighbours
        self._news = news
        self._calendars = calendars
        self._answer_days = answer_days

    def require_child(self, body: str) -> None:
        """Raises DomainError on ``body`` for any but one directly below."""
        if body not in self._neighbours.children:
            raise DomainError("not-a-child", "Only a body directly below this one can be pressed.", field="body")

    async def open(self, tx: Transaction, late: LateCase, question: Question) -> SupervisionRecord:
        """Press for a late case; the text was looked over before.

        Raises DomainError on ``body``, Conflict where the case is pressed for already.
        """
        self.require_child(late.body)
        calendar = (await self._calendars.present(tx)).work
        record = SupervisionRecord(
            supervision_id=new_id(),
            is_ours=True,
            other=late.body,
            reference=late.reference,
            kind=late.kind,
            late_since=late.since,
            state=SupervisionState.OPEN,
            opened_at=tx.now,
            answer_by=calendar.add_working_days(tx.now, question.answer_days or self._answer_days),
            owner=question.by,
        )
        await records.add(tx, record, Done(None, tx.now, self._neighbours.body, question.by, question.text))
        self._news.tell(
            tx,
            record,
            said.SupervisionOpened,
            text=question.text,
            **{name: getattr(record, name) for name in ("kind", "late_since", "answer_by")},
        )
        await self._news.moved(tx, record)
        return record

    async def ask_again(self, tx: Transaction, supervision_id: str, question: Question) -> SupervisionRecord:
        """The answer does not do. Raises NotFound, Conflict where there is none."""
        calendar = (await self._calendars.present(tx)).work
        record = await self._made(
            tx,
            supervision_id,
            SupervisionMove.ASK_AGAIN,
            question.by,
            question.text,
            answer_by=calendar.add_working_days(tx.now, question.answer_days or self._answer_days),
            is_overdue=False,
            owner=question.by,
        )
        self._news.tell(tx, record, said.SupervisionAskedAgain, text=question.text, answer_by=record.answer_by)
        return record

    async def close(self, tx: Transaction, supervision_id: str, by: str) -> SupervisionRecord:
        """The answer does. Raises NotFound, Conflict where there is none."""
        record = await self._made(tx, supervision_id, SupervisionMove.CLOSE, by)
        self._news.tell(tx, record, said.SupervisionClosed)
        return record

    async def withdraw(self, tx: Transaction, supervision_id: str, by: str) -> SupervisionRecord:
        """No answer is needed any more. Raises NotFound, Conflict where there is one already."""
        record = await self._made(tx, supervision_id, SupervisionMove.WITHDRAW, by)
        self._news.tell(tx, record, said.SupervisionWithdrawn)
        return record

    async def answered(self, tx: Transaction, received: Received[said.SupervisionAnswered]) -> None:
        """The child's office says how it stands."""
        event, other = received.event, self._neighbours.speaker(received.address)
        record = await records.heard_of(tx, event.supervision_id, other, is_ours=True)
        done = Done(SupervisionMove.ANSWER, event.occurred_at, other, None, event.text)
        await self._news.moved(tx, await records.move(tx, record, done))

    async def _made(
        self,
        tx: Transaction,
        supervision_id: str,
        made: SupervisionMove,
        by: str,
        text: str | None = None,
        **values: object,
    ) -> SupervisionRecord:
        record = await records.get(tx, supervision_id)
        if not record.is_ours:
            raise records.no_such_supervision()
        if record.state is not CHOSEN[made]:
            raise Conflict("supervision-state", "This supervision no longer allows that.")
        moved = await records.move(tx, record, Done(made, tx.now, self._neighbours.body, by, text), **values)
        await self._news.moved(tx, moved)
        return moved
