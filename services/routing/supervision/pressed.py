"""The child: hears what its parent presses it for, and its office answers."""

from __future__ import annotations

from typing import TypeVar

from services.routing.domain.supervision import CHOSEN, SupervisionMove, SupervisionState
from services.routing.handover.parties import Neighbours
from services.routing.supervision import records
from services.routing.supervision.news import SupervisionNews
from services.routing.supervision.records import Done, SupervisionRecord
from shared.contracts import handover as said
from shared.contracts.inner import RecordErased
from shared.db.transaction import Transaction
from shared.errors import Conflict, DomainError
from shared.messaging.handlers import Received

E = TypeVar("E", bound=said.SupervisionEvent)


class Pressed:
    """What one body is pressed for by its parent."""

    def __init__(self, neighbours: Neighbours, news: SupervisionNews) -> None:
        self._neighbours = neighbours
        self._news = news

    async def answer(self, tx: Transaction, supervision_id: str, text: str, by: str) -> SupervisionRecord:
        """Say how it stands; the text was looked over before. Raises NotFound, Conflict where nothing is asked."""
        record = await records.get(tx, supervision_id)
        if record.is_ours:
            raise records.no_such_supervision()
        if record.state is not CHOSEN[SupervisionMove.ANSWER]:
            raise Conflict("supervision-state", "This supervision no longer allows that.")
        done = Done(SupervisionMove.ANSWER, tx.now, self._neighbours.body, by, text)
        record = await records.move(tx, record, done, owner=by)
        self._news.tell(tx, record, said.SupervisionAnswered, text=text)
        await self._news.moved(tx, record)
        return record

    async def opened(self, tx: Transaction, received: Received[said.SupervisionOpened]) -> None:
        """The parent presses. Raises DomainError for what is not meant for this body, or comes from a child of it."""
        event, other = received.event, self._neighbours.speaker(received.address)
        if other != self._neighbours.parent or event.to != self._neighbours.body:
            raise DomainError("not-for-us", "This event is for another body.")
        record = SupervisionRecord(
            supervision_id=event.supervision_id,
            is_ours=False,
            other=other,
            reference=event.reference,
            kind=event.kind,
            late_since=event.late_since,
            state=SupervisionState.OPEN,
            opened_at=event.occurred_at,
            answer_by=event.answer_by,
        )
        await records.add(tx, record, Done(None, event.occurred_at, other, None, event.text))
        await self._news.moved(tx, record)

    async def asked_again(self, tx: Transaction, received: Received[said.SupervisionAskedAgain]) -> None:
        """The answer did not do."""
        event = received.event
        await self._heard(
            tx, received, SupervisionMove.ASK_AGAIN, event.text, answer_by=event.answer_by, is_overdue=False
        )

    async def closed(self, tx: Transaction, received: Received[said.SupervisionClosed]) -> None:
        """The answer did."""
        await self._heard(tx, received, SupervisionMove.CLOSE)

    async def withdrawn(self, tx: Transaction, received: Received[said.SupervisionWithdrawn]) -> None:
        """No answer is needed any more."""
        await self._heard(tx, received, SupervisionMove.WITHDRAW)

    async def erased(self, tx: Transaction, received: Received[RecordErased]) -> None:
        """The resident had the record erased: what was written here goes too, the course and its dates stay."""
        await records.erase(tx, received.event.reference)

    async def _heard(
        self, tx: Transaction, received: Received[E], made: SupervisionMove, text: str | None = None, **values: object
    ) -> None:
        other, event = self._neighbours.speaker(received.address), received.event
        record = await records.heard_of(tx, event.supervision_id, other, is_ours=False)
        moved = await records.move(tx, record, Done(made, event.occurred_at, other, None, text), **values)
        await self._news.moved(tx, moved)
