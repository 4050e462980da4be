"""The body that offers: hands up (上报) or down (交办), takes back, hears what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from services.routing import orders
from services.routing.calendar.book import CalendarBook
from services.routing.domain.handover import CHOSEN, OPEN, HandoverMove, HandoverState
from services.routing.domain.order import OrderState
from services.routing.handover import records
from services.routing.handover.parties import Correspondence, Neighbours
from services.routing.handover.records import HandoverRecord
from shared.contracts import handover as said
from shared.contracts.inner import RecordErased
from shared.db.transaction import Transaction
from shared.errors import Conflict
from shared.ids import new_id
from shared.messaging.handlers import Received

E = TypeVar("E", bound=said.HandoverEvent)

OVER = (OrderState.CLOSED, OrderState.WITHDRAWN, OrderState.JOINED)
"""States of an order in which its issue is not handed on."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Working days in which an offer is taken or returned, and answered."""

    take_days: int
    answer_days: int


@dataclass(frozen=True, slots=True)
class Offer:
    """What somebody wants to hand over. ``to`` None: up; ``member``: who asks, where it is a member."""

    reference: str
    text: str
    by: str
    to: str | None = None
    answer_days: int | None = None
    member: str | None = None


class Sending:
    """The handovers that one body offers. ``calendars`` say which days are working days."""

    def __init__(
        self, neighbours: Neighbours, correspondence: Correspondence, calendars: CalendarBook, terms: Terms
    ) -> None:
        self._neighbours = neighbours
        self._correspondence = correspondence
        self._calendars = calendars
        self._terms = terms

    async def offer(self, tx: Transaction, offer: Offer) -> HandoverRecord:
        """Offer an issue to the parent or to a child; its text was looked over before.

        Raises NotFound for an unknown order and for one that is not the asking member's, Conflict for one that is over
        or with another body, DomainError on ``to``.
        """
        to, way = self._neighbours.way_to(offer.to)
        order = await orders.get(tx, offer.reference)
        if offer.member is not None and (order.member != offer.member or order.state is not OrderState.ACCEPTED):
            raise orders.no_such_order()
        if order.state in OVER:
            raise Conflict("order-over", "This issue is over, or worked on under another one.", field="reference")
        if order.handed_by == to:
            raise Conflict(
                "came-from-there", "This body handed it over itself: it is waiting for an answer.", field="to"
            )
        calendar = (await self._calendars.present(tx)).work
        answer_days = max(offer.answer_days or self._terms.answer_days, self._terms.take_days)
        record = HandoverRecord(
            handover_id=new_id(),
            is_ours=True,
            way=way,
            other=to,
            reference=order.reference,
            state=HandoverState.OFFERED,
            text=offer.text,
            community=order.community,
            category=order.category,
            language=order.language,
            submitted_at=order.submitted_at,
            offered_at=tx.now,
            take_by=calendar.add_working_days(tx.now, self._terms.take_days),
            answer_by=calendar.add_working_days(tx.now, answer_days),
            owner=offer.by,
        )
        await records.add(tx, record, tx.now, self._neighbours.body)
        self._correspondence.tell(
            tx,
            record,
            said.IssueOffered,
            **{
                name: getattr(record, name)
                for name in ("way", "text", "community", "category", "language", "submitted_at", "take_by", "answer_by")
            },
        )
        await self._correspondence.moved(tx, record)
        return record

    async def withdraw(self, tx: Transaction, handover_id: str, by: str) -> HandoverRecord:
        """Take an offer back that nobody answered yet. Raises NotFound, Conflict."""
        record = await records.get(tx, handover_id)
        if not record.is_ours:
            raise records.no_such_handover()
        if record.state is not CHOSEN[HandoverMove.WITHDRAW]:
            raise Conflict("handover-state", "This handover no longer allows that.")
        return await self._withdrawn(tx, record, by)

    async def issue_over(self, tx: Transaction, reference: str) -> None:
        """The issue is closed or taken back: an answer that came is passed on by that, anything else is withdrawn."""
        for record in await records.of_issue(tx, reference):
            if not record.is_ours:
                continue
            if record.state is HandoverState.ANSWERED:
                closed = await self._move(tx, record, HandoverMove.CLOSE, None)
                self._correspondence.tell(tx, closed, said.HandoverClosed)
            elif record.state in (HandoverState.OFFERED, HandoverState.ACCEPTED):
                await self._withdrawn(tx, record, None)

    async def erased(self, tx: Transaction, received: Received[RecordErased]) -> None:
        """The resident had the record erased: what was written here goes too, the course and its dates stay."""
        await records.erase(tx, received.event.reference)

    async def expire(self, tx: Transaction, record: HandoverRecord) -> None:
        """Nobody answered the offer in time; ``record`` is one of this body's own."""
        # At its date, whenever the clock was looked at, so that both bodies tell the same course.
        at = record.take_by
        expired = await self._move(tx, record, HandoverMove.EXPIRE, None, at, missed="offer")
        self._correspondence.tell(tx, expired, said.OfferExpired, occurred_at=at)

    async def accepted(self, tx: Transaction, received: Received[said.IssueAccepted]) -> None:
        """The other body works on it. Where it took in time what this one has given up since, it is withdrawn."""
        other = self._neighbours.speaker(received.address)
        record = await records.heard_of(tx, received.event.handover_id, other, is_ours=True)
        if record.state is HandoverState.EXPIRED and await self._is_needed_no_more(tx, record):
            await self._withdrawn(tx, record, None)
            return
        await self._heard(tx, received, HandoverMove.ACCEPT)

    async def handed_on(self, tx: Transaction, received: Received[said.IssueHandedOn]) -> None:
        """The other body says who has it now; what is older than what was heard before changes nothing."""
        event, other = received.event, self._neighbours.speaker(received.address)
        record = await records.heard_of(tx, event.handover_id, other, is_ours=True)
        if event.step <= record.holder_step or record.state is not HandoverState.ACCEPTED:
            return
        holder = event.holder if event.holder != other else None
        moved = await records.hand_on(tx, record, holder, event.step, event.occurred_at, other)
        await self._correspondence.moved(tx, moved, event.holder)

    async def returned(self, tx: Transaction, received: Received[said.IssueReturned]) -> None:
        """The other body does not take it."""
        event = received.event
        await self._heard(tx, received, HandoverMove.RETURN, reason=event.text, proposed_owner=event.proposed_owner)

    async def answered(self, tx: Transaction, received: Received[said.IssueAnswered]) -> None:
        """The answer came."""
        event = received.event
        record = await self._heard(tx, received, HandoverMove.ANSWER, answer=event.text, outcome=event.outcome)
        order = await orders.find(tx, record.reference)
        if order is None or order.state in OVER:
            await self.issue_over(tx, record.reference)

    async def _is_needed_no_more(self, tx: Transaction, record: HandoverRecord) -> bool:
        order = await orders.find(tx, record.reference)
        if order is None or order.state in OVER:
            return True
        return any(each.is_ours and each.state in OPEN for each in await records.of_issue(tx, record.reference))

    async def _heard(
        self, tx: Transaction, received: Received[E], made: HandoverMove, **values: object
    ) -> HandoverRecord:
        other = self._neighbours.speaker(received.address)
        event = received.event
        record = await records.heard_of(tx, event.handover_id, other, is_ours=True)
        moved = await records.move(tx, record, made, body=other, at=event.occurred_at, by=None, **values)
        if moved is not record:
            await self._correspondence.moved(tx, moved)
        return moved

    async def _withdrawn(self, tx: Transaction, record: HandoverRecord, by: str | None) -> HandoverRecord:
        withdrawn = await self._move(tx, record, HandoverMove.WITHDRAW, by)
        self._correspondence.tell(tx, withdrawn, said.IssueWithdrawn)
        return withdrawn

    async def _move(
        self,
        tx: Transaction,
        record: HandoverRecord,
        made: HandoverMove,
        by: str | None,
        at: datetime | None = None,
        **values: object,
    ) -> HandoverRecord:
        moved = await records.move(tx, record, made, body=self._neighbours.body, at=at or tx.now, by=by, **values)
        await self._correspondence.moved(tx, moved)
        return moved
