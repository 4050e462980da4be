"""The parent: receives briefs of bodies below under numbers of its own, and says what it makes of each."""

from __future__ import annotations

from services.consultation.domain.handings import CHOSEN, OUTCOMES, HandingMove, HandingState
from services.consultation.handing import records
from services.consultation.handing.news import HandingNews
from services.consultation.handing.records import Done, HandingRecord
from services.consultation.handing.upward import Upward, needs_officer
from services.consultation.usecases.acting import Actor
from services.consultation.usecases.briefs import HOLDS
from shared.clock import local_date
from shared.contracts import handover as said
from shared.db.transaction import Transaction
from shared.errors import Conflict, DomainError
from shared.messaging.handlers import Received
from shared.messaging.neighbours import NextTo
from shared.particulars import particulars


class ReceivedBriefs:
    """What bodies directly below hand up to one body, whose years begin in ``zone`` (IANA name)."""

    def __init__(self, next_to: NextTo, news: HandingNews, upward: Upward, zone: str) -> None:
        self._next_to = next_to
        self._news = news
        self._upward = upward
        self._zone = zone

    async def decide(
        self, tx: Transaction, actor: Actor, handing_id: str, made: HandingMove, text: str | None
    ) -> HandingRecord:
        """Say what this body makes of it. Without a ``text`` it can only be adopted.

        Raises NotFound, Forbidden but for an officer, Conflict where it is decided or taken back, DomainError on
        ``note`` where a reason or an answer is wanted, or holds a person's number or address.
        """
        if not actor.is_officer:
            raise needs_officer()
        record = await records.get(tx, handing_id, is_ours=False)
        if record.state not in CHOSEN[made]:
            raise Conflict("handing-state", "This brief no longer allows that.")
        if text is None and made is not HandingMove.ADOPT:
            raise DomainError("note-missing", "The body that handed it up wants to know why, or what.", field="note")
        for found in particulars(text or ""):
            raise DomainError(f"holds-{found.kind}", HOLDS[found.kind], field="note", line=found.line)
        done = Done(made, tx.now, self._next_to.body, actor.account, text)
        after = await records.move(tx, record, done, owner=actor.account)
        self._news.tell(tx, after, said.BriefSettled, outcome=OUTCOMES[made], text=text)
        await self._news.moved(tx, after)
        return after

    async def handed_up(self, tx: Transaction, received: Received[said.BriefHandedUp]) -> None:
        """A body below hands one up. Raises DomainError for what is not meant for this one."""
        event, other = received.event, self._next_to.speaker(received.address)
        if other == self._next_to.parent or event.to != self._next_to.body:
            raise DomainError("not-for-us", "This event is for another body.")
        year = local_date(tx.now, self._zone).year
        record = HandingRecord(
            handing_id=event.handing_id,
            is_ours=False,
            other=other,
            subject_id=event.handing_id,
            origin=event.origin,
            year=event.year,
            number=event.number,
            title=event.title,
            text=event.text,
            state=HandingState.UNDECIDED,
            handed_at=event.occurred_at,
            answer_by=event.answer_by,
            received_year=year,
            received_number=await records.next_number(tx, year),
        )
        await records.add(tx, record, Done(None, event.occurred_at, other, None))
        await self._news.moved(tx, record)

    async def taken_back(self, tx: Transaction, received: Received[said.BriefTakenBack]) -> None:
        """The body below takes it back; its number stays given."""
        event, other = received.event, self._next_to.speaker(received.address)
        record = await records.heard_of(tx, event.handing_id, other, is_ours=False)
        after = await records.move(tx, record, Done(HandingMove.TAKE_BACK, event.occurred_at, other, None))
        await self._upward.follow(tx, after.handing_id)
        await self._news.moved(tx, after)
