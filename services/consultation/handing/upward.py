"""The body that hands a brief up: its own or one it received, takes it back, and hears what becomes of it."""

from __future__ import annotations

from datetime import datetime

from services.consultation.deadlines.calendar import present
from services.consultation.domain import BriefMove
from services.consultation.domain.handings import CHOSEN, MOVES, HandingMove, HandingState
from services.consultation.handing import records
from services.consultation.handing.news import HandingNews
from services.consultation.handing.records import Done, HandingRecord
from services.consultation.usecases.acting import Actor
from services.consultation.usecases.briefs import Briefs, require_impersonal
from shared.contracts import handover as said
from shared.db.transaction import Transaction
from shared.errors import Conflict, DomainError, Forbidden
from shared.ids import new_id
from shared.messaging.handlers import Received
from shared.messaging.neighbours import NextTo

OF_A_BRIEF = {
    HandingMove.ADOPT: BriefMove.ADOPT,
    HandingMove.ANSWER: BriefMove.ANSWER,
    HandingMove.NOT_ADOPT: BriefMove.NOT_ADOPT,
}


class Upward:
    """The briefs that one body hands up. ``answer_days``: working days in which the parent decides."""

    def __init__(self, next_to: NextTo, news: HandingNews, briefs: Briefs, answer_days: int) -> None:
        self._next_to = next_to
        self._news = news
        self._briefs = briefs
        self._answer_days = answer_days

    @property
    def parent(self) -> str | None:
        """The body that briefs go to."""
        return self._next_to.parent

    async def hand_up(self, tx: Transaction, actor: Actor, brief_id: str, answer_days: int | None) -> HandingRecord:
        """Hand up a numbered brief of this body.

        Raises NotFound, Conflict, Forbidden but for an officer, DomainError for a person's number or an address in
        ``title`` or ``text``, and where there is no parent.
        """
        parent = self._require_parent()
        brief = await self._briefs.handed_up(tx, actor, brief_id)
        record = HandingRecord(
            handing_id=new_id(),
            is_ours=True,
            other=parent,
            subject_id=brief_id,
            brief_id=brief_id,
            origin=self._next_to.body,
            year=brief.year,
            number=brief.number,
            title=brief.title,
            text=brief.text,
            state=HandingState.UNDECIDED,
            handed_at=tx.now,
            answer_by=await self._answer_by(tx, answer_days),
            owner=actor.account,
        )
        return await self._handed(tx, record, actor)

    async def hand_on(self, tx: Transaction, actor: Actor, handing_id: str, answer_days: int | None) -> HandingRecord:
        """Hand up what was received. Raises as :meth:`hand_up`, and Conflict for one that was taken back."""
        parent = self._require_parent()
        if not actor.is_officer:
            raise needs_officer()
        received = await records.get(tx, handing_id, is_ours=False)
        if received.state is HandingState.WITHDRAWN:
            raise Conflict("brief-taken-back", "The body that handed it up has taken it back.")
        require_impersonal(received)
        record = HandingRecord(
            handing_id=new_id(),
            is_ours=True,
            other=parent,
            subject_id=handing_id,
            received_id=handing_id,
            origin=received.origin,
            year=received.year,
            number=received.number,
            title=received.title,
            text=received.text,
            state=HandingState.UNDECIDED,
            handed_at=tx.now,
            answer_by=await self._answer_by(tx, answer_days),
            owner=actor.account,
        )
        return await self._handed(tx, record, actor)

    async def take_back(self, tx: Transaction, actor: Actor, subject_id: str) -> HandingRecord:
        """Take back what the parent has not decided on: the id of the brief, or of what was received.

        Raises NotFound, Forbidden but for an officer, Conflict where it is not with the parent, or decided.
        """
        if not actor.is_officer:
            raise needs_officer()
        handed = [*await records.of_brief(tx, subject_id), *await records.of_received(tx, subject_id)]
        if not handed:
            raise records.no_such_handing()
        if handed[-1].state not in CHOSEN[HandingMove.TAKE_BACK]:
            raise Conflict("handing-state", "This brief no longer allows that.")
        return await self._taken_back(tx, handed[-1], actor.account)

    async def follow(self, tx: Transaction, handing_id: str) -> None:
        """What was received has been taken back: it is taken back from further up as well, if undecided there."""
        for record in await records.of_received(tx, handing_id):
            if record.state in CHOSEN[HandingMove.TAKE_BACK]:
                await self._taken_back(tx, record, None)

    async def settled(self, tx: Transaction, received: Received[said.BriefSettled]) -> None:
        """The parent says what it makes of it; the brief shows that, unless it was taken back meanwhile."""
        event, other = received.event, self._next_to.speaker(received.address)
        before = await records.heard_of(tx, event.handing_id, other, is_ours=True)
        made = MOVES[event.outcome]
        after = await records.move(tx, before, Done(made, event.occurred_at, other, None, event.text))
        if after.state is not HandingState.WITHDRAWN:
            if after.brief_id is not None:
                is_first = before.state is HandingState.UNDECIDED
                moment = event.occurred_at
                await self._briefs.heard(
                    tx, after.brief_id, OF_A_BRIEF[made], other, moment, event.text, is_first=is_first
                )
            await self._news.moved(tx, after)

    async def _handed(self, tx: Transaction, record: HandingRecord, actor: Actor) -> HandingRecord:
        await records.add(tx, record, Done(None, tx.now, self._next_to.body, actor.account))
        told = ("origin", "year", "number", "title", "text", "answer_by")
        self._news.tell(tx, record, said.BriefHandedUp, **{name: getattr(record, name) for name in told})
        await self._news.moved(tx, record)
        return record

    async def _taken_back(self, tx: Transaction, record: HandingRecord, by: str | None) -> HandingRecord:
        done = Done(HandingMove.TAKE_BACK, tx.now, self._next_to.body, by)
        after = await records.move(tx, record, done)
        if after.brief_id is not None:
            await self._briefs.taken_back(tx, after.brief_id, by or "")
        self._news.tell(tx, after, said.BriefTakenBack)
        await self._news.moved(tx, after)
        return after

    async def _answer_by(self, tx: Transaction, days: int | None) -> datetime:
        time = await present(tx)
        return time.calendar.add_working_days(tx.now, days or self._answer_days)

    def _require_parent(self) -> str:
        if self._next_to.parent is None:
            raise DomainError("no-parent", "This body has no parent body to hand anything up to.")
        return self._next_to.parent


def needs_officer() -> Forbidden:
    """The refusal to everybody else."""
    return Forbidden("review-needs-officer", "Briefs are reviewed by an officer of the body.")
