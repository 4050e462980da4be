"""Everything that the endpoints of handovers call, gathered by ``app.py``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from services.routing import orders
from services.routing.calendar.book import CalendarBook
from services.routing.domain.handover import OPEN, HandoverState
from services.routing.domain.order import OrderState
from services.routing.handover import lists, records
from services.routing.handover.clock import HandoverClock
from services.routing.handover.leaving import check_leaving
from services.routing.handover.lists import HandoverPage, Shown
from services.routing.handover.names import ResidentNames
from services.routing.handover.parties import Neighbours
from services.routing.handover.records import HandoverRecord
from services.routing.handover.sending import OVER, Offer, Sending
from services.routing.handover.taking import GivenBack, Taking
from services.routing.orders import OrderRecord
from services.routing.tables import IDEMPOTENCY
from shared.clock import Clock
from shared.contracts.words import Outcome
from shared.db.idempotency import Answer, Key, once
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.errors import Forbidden
from shared.ids import clean_reference
from shared.web.auth import Claims, Role


@dataclass(frozen=True)
class HandoverKeeping:
    """The handovers of one body, as their endpoints see them."""

    neighbours: Neighbours
    clock: Clock
    reader: Reader
    writer: Writer
    calendars: CalendarBook
    sending: Sending
    taking: Taking
    watch: HandoverClock
    names: ResidentNames

    async def offer(self, offer: Offer, claims: Claims, token: str | None, key: Key | None) -> Answer:
        """Offer an issue to the parent, or as the office to a child: see :meth:`Sending.offer`.

        Raises Forbidden where a member hands down, DomainError on ``text`` for what must not leave the body,
        Unavailable while that cannot be found out.
        """
        member = claims.member if claims.role is Role.MEMBER else None
        _, way = self.neighbours.way_to(offer.to)
        if member is not None and way == "down":
            raise Forbidden("office-hands-down", "Only the office hands an issue down.", field="to")
        reference = clean_reference(offer.reference) or offer.reference
        order = await orders.get(self.reader, reference)
        if member is not None and order.member != member:
            raise orders.no_such_order()
        # Of an issue that came from another body, no resident is known here.
        names = () if order.handed_by else await self.names.of(reference, token)
        check_leaving(offer.text, names, field="text")
        asked = replace(offer, reference=reference, member=member)
        return await self._once(key, 201, lambda tx: self.sending.offer(tx, asked))

    def may_offer(self, order: OrderRecord, handed: Sequence[Shown], claims: Claims) -> bool:
        """Whether the reader could offer the issue to some other body now."""
        if order.state in OVER or any(each.record.is_ours and each.record.state in OPEN for each in handed):
            return False
        near = self.neighbours
        if claims.role is not Role.MEMBER:
            return bool(near.names)
        is_theirs = order.member == claims.member and order.state is OrderState.ACCEPTED
        return is_theirs and near.parent is not None and order.handed_by != near.parent

    async def withdraw(self, handover_id: str, by: str, key: Key | None) -> Answer:
        """Take an offer back: see :meth:`Sending.withdraw`."""
        return await self._once(key, 200, lambda tx: self.sending.withdraw(tx, handover_id, by))

    async def accept(self, handover_id: str, by: str, key: Key | None) -> Answer:
        """Take what is offered: see :meth:`Taking.accept`."""
        return await self._once(key, 200, lambda tx: self.taking.accept(tx, handover_id, by))

    async def give_back(self, handover_id: str, given: GivenBack, key: Key | None) -> Answer:
        """Return what is offered: see :meth:`Taking.give_back`. Raises DomainError on ``reason`` like :meth:`offer`."""
        check_leaving(given.reason, (), field="reason")
        return await self._once(key, 200, lambda tx: self.taking.give_back(tx, handover_id, given))

    async def answer(self, handover_id: str, text: str, outcome: Outcome, claims: Claims, key: Key | None) -> Answer:
        """Answer: see :meth:`Taking.answer`. Raises DomainError on ``text`` like :meth:`offer`."""
        check_leaving(text, (), field="text")
        member = (claims.member or "") if claims.role is Role.MEMBER else None
        return await self._once(
            key, 200, lambda tx: self.taking.answer(tx, handover_id, text, outcome, claims.subject, member)
        )

    async def page(self, *, is_ours: bool, state: HandoverState | None, cursor: str | None) -> HandoverPage:
        """What this body offered, or what was offered to it; the newest first."""
        return await lists.page(self.reader, is_ours=is_ours, state=state, cursor=cursor)

    async def show(self, handover_id: str, claims: Claims) -> Shown:
        """One handover with its course. Raises NotFound, also for a member who does not have its order."""
        record = await records.get(self.reader, handover_id)
        if claims.role is Role.MEMBER:
            order = await orders.find(self.reader, record.reference)
            if order is None or order.member != claims.member:
                raise records.no_such_handover()
        return await self._shown(record)

    async def of_issue(self, reference: str) -> Sequence[Shown]:
        """All handovers of an issue that this body took part in."""
        return [await self._shown(record) for record in await records.of_issue(self.reader, reference)]

    async def _shown(self, record: HandoverRecord) -> Shown:
        calendar = (await self.calendars.present(self.reader)).work
        steps = await records.steps_of(self.reader, record.handover_id)
        return lists.shown(record, steps, self.neighbours.body, calendar, self.clock.now())

    async def _once(
        self, key: Key | None, status: int, job: Callable[[Transaction], Awaitable[HandoverRecord]]
    ) -> Answer:
        async def answered(tx: Transaction) -> Answer:
            record = await job(tx)
            return status, {"handover_id": record.handover_id, "state": record.state.value}

        answer = await once(self.writer, IDEMPOTENCY, key, answered)
        self.watch.wake()
        return answer
