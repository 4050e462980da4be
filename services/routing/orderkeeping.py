"""Everything that the orders' endpoints call, gathered by ``app.py``."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.routing import orders
from services.routing.allowed import Allowed, allowed_to_member, allowed_to_office
from services.routing.domain.people import Standing
from services.routing.http.order_bodies import OrderOut
from services.routing.orders import AskingRecord, OrderRecord
from services.routing.queries import OrderPage
from services.routing.queue import Queue
from services.routing.roster.book import RosterBook
from services.routing.tables import IDEMPOTENCY
from services.routing.usecases.answering import Answerer, Answering
from services.routing.usecases.assigning import Assigning
from services.routing.usecases.deadlines import Deadlines
from services.routing.usecases.deciding import Deciding
from services.routing.usecases.dispatching import Dispatching, Done
from services.routing.usecases.stepping_in import HandedOver, SteppingIn
from shared.clock import Clock
from shared.contracts.words import DeclineReason
from shared.db.idempotency import Answer, Key, once
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.errors import DomainError, Forbidden
from shared.ids import clean_reference
from shared.messaging.arrivals import Arrivals
from shared.web.auth import Claims, Role


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """Open orders of a member who is on leave up to and including ``until``."""

    member: str
    until: date
    stand_in: str | None
    open_orders: int


@dataclass(frozen=True)
class OrderKeeping:
    """The orders of one body, as their endpoints see them."""

    clock: Clock
    reader: Reader
    writer: Writer
    arrivals: Arrivals
    book: RosterBook
    queue: Queue
    deciding: Deciding
    assigning: Assigning
    answering: Answering
    stepping_in: SteppingIn
    dispatching: Dispatching
    deadlines: Deadlines

    async def accept(self, reference: str, by: Answerer, key: Key | None) -> Answer:
        """Take an order: see :meth:`Answering.accept`."""
        return await self._once(reference, key, lambda tx, known: self.answering.accept(tx, known, by))

    async def decline(
        self, reference: str, by: Answerer, code: DeclineReason, words: str | None, key: Key | None
    ) -> Answer:
        """Give an order back: see :meth:`Answering.decline`."""
        return await self._once(reference, key, lambda tx, known: self.answering.decline(tx, known, by, code, words))

    async def return_to(self, reference: str, by: Answerer, words: str, proposed_owner: str, key: Key | None) -> Answer:
        """Say that it is another body's: see :meth:`Answering.return_to`."""
        return await self._once(
            reference, key, lambda tx, known: self.answering.return_to(tx, known, by, words, proposed_owner)
        )

    async def claim(self, reference: str, member: str, key: Key | None) -> Answer:
        """Take a colleague's order: see :meth:`SteppingIn.claim`."""
        return await self._once(reference, key, lambda tx, known: self.stepping_in.claim(tx, known, member))

    async def take_over(self, reference: str, member: str, key: Key | None) -> Answer:
        """Take an order of somebody on leave: see :meth:`SteppingIn.take_over`."""
        return await self._once(reference, key, lambda tx, known: self.stepping_in.take_over(tx, known, member))

    async def take_over_all(self, away: str, member: str) -> HandedOver:
        """Take all orders of somebody on leave: see :meth:`SteppingIn.take_over_all`."""
        return await self.writer.run(lambda tx: self.stepping_in.take_over_all(tx, away, member))

    async def hand_over(self, away: str, to: str | None) -> HandedOver:
        """Offer all orders of somebody on leave to the stand-in: see :meth:`SteppingIn.hand_over`."""
        done = await self.writer.run(lambda tx: self.stepping_in.hand_over(tx, away, to))
        self.deadlines.wake()
        return done

    async def assign(self, reference: str, member: str, key: Key | None) -> Answer:
        """Give an order to a member of the dispatcher's choice: see :meth:`Assigning.by_dispatcher`."""
        return await self._once(reference, key, lambda tx, known: self.assigning.by_dispatcher(tx, known, member))

    async def assign_all(self, references: Sequence[str], member: str) -> list[Done]:
        """Give several orders to one member; each ends by itself."""
        return await self._each(references, lambda tx, known: self.dispatching.assign(tx, known, member))

    async def offer_again(self, references: Sequence[str]) -> list[Done]:
        """See :meth:`Dispatching.offer_again`; each ends by itself."""
        return await self._each(references, self.dispatching.offer_again)

    async def hand_on(self, references: Sequence[str]) -> list[Done]:
        """See :meth:`Dispatching.hand_on`; each ends by itself."""
        return await self._each(references, self.dispatching.hand_on)

    async def order(self, reference: str, claims: Claims) -> OrderRecord:
        """An order that the reader may see.

        A member sees their own, and what they could take: at their station, or from somebody they stand in for.
        Raises NotFound for an unknown one and for any other.
        """
        order = await orders.get(self.reader, await self._arrived(reference))
        if claims.role is Role.MEMBER and order.member != claims.member:
            allowed = await self.allowed(order, claims)
            if not allowed.steps_in:
                raise orders.no_such_order()
        return order

    async def allowed(self, order: OrderRecord, claims: Claims) -> Allowed:
        """What the reader may do with an order."""
        scene = await self.deciding.scene(self.reader, self.clock.now())
        if claims.role is Role.MEMBER:
            return allowed_to_member(scene, order, claims.member or "")
        return allowed_to_office(scene, order, is_officer=claims.role is Role.OFFICER)

    async def of_colleagues(self, member: str, cursor: str | None) -> OrderPage:
        """Orders at the member's stations that nobody took yet and that are not asked of them."""
        directory = await self.book.present(self.reader)
        own = directory.members.get(member) if directory else None
        return await self.queue.open_at(own.stations if own else (), member, cursor)

    async def of_those_away(self, member: str, cursor: str | None) -> OrderPage:
        """Open orders of those on leave today for whom the member stands in."""
        scene = await self.deciding.scene(self.reader, self.clock.now())
        return await self.queue.carried_by(scene.away_for(member), cursor)

    async def left_behind(self) -> list[LeftBehind]:
        """Members on leave who still have open orders, whoever has most of them first."""
        scene = await self.deciding.scene(self.reader, self.clock.now())
        leaves = scene.leaves()
        if not leaves:
            return []
        loads = await orders.loads(self.reader, [leave.member for leave in leaves])
        found = [
            LeftBehind(leave.member, leave.until, leave.stand_in, loads[leave.member].open_orders)
            for leave in leaves
            if leave.member in loads and loads[leave.member].open_orders
        ]
        return sorted(found, key=lambda each: (-each.open_orders, each.member))

    async def askings(self, order: OrderRecord) -> Sequence[AskingRecord]:
        """Everybody who was asked for an order."""
        return await orders.askings_of(self.reader, order.reference)

    async def suggestions(self, order: OrderRecord) -> Sequence[Standing]:
        """Whom the dispatcher may give an order to, the first choice first."""
        return await self.assigning.suggestions(self.reader, order, self.clock.now())

    def answerer(self, claims: Claims, member: str | None, recorded_at: datetime | None = None) -> Answerer:
        """Who answers, and since when, as the reader's role allows.

        Raises Forbidden where somebody speaks for another or sets a date without being an officer, DomainError
        for a date to come.
        """
        is_officer = claims.role is Role.OFFICER
        if recorded_at is not None and not is_officer:
            raise Forbidden(
                "own-date-needs-officer", "Only an officer records something with its own date.", field="recorded_at"
            )
        if recorded_at is not None and recorded_at > self.clock.now():
            raise DomainError("date-in-future", "This date is still to come.", field="recorded_at")
        if not is_officer and member not in (None, claims.member):
            raise Forbidden("own-code-only", "A member answers only for themselves.", field="member")
        return Answerer(member if is_officer else claims.member, is_officer, recorded_at)

    async def _arrived(self, reference: str) -> str:
        """``reference`` as tables hold it, after a moment for its order to come in: it may be raised just now."""
        known = clean_reference(reference) or reference
        await self.arrivals.wait_for(lambda: orders.find(self.reader, known), lambda order: order is not None)
        return known

    async def _once(
        self, reference: str, key: Key | None, job: Callable[[Transaction, str], Awaitable[OrderRecord]]
    ) -> Answer:
        known = await self._arrived(reference)

        async def answered(tx: Transaction) -> Answer:
            return 200, OrderOut.of(await job(tx, known)).model_dump(mode="json")

        answer = await once(self.writer, IDEMPOTENCY, key, answered)
        self.deadlines.wake()
        return answer

    async def _each(
        self, references: Sequence[str], job: Callable[[Transaction, str], Awaitable[OrderRecord]]
    ) -> list[Done]:
        async def one(reference: str) -> Done:
            known = clean_reference(reference) or reference
            try:
                return Done(known, await self.writer.run(lambda tx: job(tx, known)))
            except DomainError as refusal:
                return Done(known, refusal=refusal)

        done = await asyncio.gather(*(one(reference) for reference in dict.fromkeys(references)))
        self.deadlines.wake()
        return done
