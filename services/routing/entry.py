"""Everything routing's endpoints call, gathered by ``app.py``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from services.routing import orders
from services.routing.domain.choosing import Standing
from services.routing.http.bodies import OrderOut
from services.routing.orders import AskingRecord, OrderRecord
from services.routing.parked import ParkedEvents
from services.routing.queries import Queries
from services.routing.roster.book import Directory, RosterBook
from services.routing.roster.difference import Change
from services.routing.roster.document import Roster
from services.routing.roster.reading import read_roster
from services.routing.tables import IDEMPOTENCY
from services.routing.usecases.accounts import Accounts
from services.routing.usecases.answering import Answerer, Answering
from services.routing.usecases.assigning import Assigning
from services.routing.usecases.deadlines import Deadlines
from services.routing.usecases.roster_import import import_roster, preview_roster
from services.routing.usecases.sign_in import SignIn
from services.routing.words import IssueWords
from shared.clock import Clock, local_date
from shared.db.idempotency import Answer, Key, once
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.errors import DomainError, Forbidden
from shared.ids import clean_reference
from shared.messaging.arrivals import Arrivals
from shared.web.auth import Claims, Role


@dataclass(frozen=True)
class Routing:
    """The service, as its endpoints see it."""

    body: str
    time_zone: str
    clock: Clock
    reader: Reader
    writer: Writer
    arrivals: Arrivals
    book: RosterBook
    sign_in: SignIn
    accounts: Accounts
    assigning: Assigning
    answering: Answering
    deadlines: Deadlines
    queries: Queries
    words: IssueWords
    parked: ParkedEvents

    async def accept(self, reference: str, by: Answerer, key: Key | None) -> Answer:
        """Take an order: see :meth:`Answering.accept`."""
        known = await self._arrived(reference)
        return await self._once(key, lambda tx: self.answering.accept(tx, known, by))

    async def decline(self, reference: str, by: Answerer, reason: str, key: Key | None) -> Answer:
        """Give an order back: see :meth:`Answering.decline`."""
        known = await self._arrived(reference)
        return await self._once(key, lambda tx: self.answering.decline(tx, known, by, reason))

    async def assign(self, reference: str, member: str, key: Key | None) -> Answer:
        """Give an order to a member of the dispatcher's choice: see :meth:`Assigning.by_dispatcher`."""
        known = await self._arrived(reference)
        return await self._once(key, lambda tx: self.assigning.by_dispatcher(tx, known, member))

    async def order(self, reference: str, claims: Claims) -> OrderRecord:
        """An order that the reader may see. Raises NotFound for an unknown one and for somebody else's."""
        order = await orders.get(self.reader, await self._arrived(reference))
        if claims.role is Role.MEMBER and order.member != claims.member:
            raise orders.no_such_order()
        return order

    async def askings(self, order: OrderRecord) -> Sequence[AskingRecord]:
        """Everybody who was asked for an order."""
        return await orders.askings_of(self.reader, order.reference)

    async def suggestions(self, order: OrderRecord) -> Sequence[Standing]:
        """Whom the dispatcher may give an order to, the first choice first."""
        return await self.assigning.suggestions(self.reader, order)

    def today(self) -> date:
        """The date at the body."""
        return local_date(self.clock.now(), self.time_zone)

    async def directory(self) -> Directory | None:
        """The present roster."""
        return await self.book.present(self.reader)

    async def take_roster(self, content: bytes, by: str, *, dry_run: bool) -> Sequence[Change]:
        """Import a roster file that ``by`` brought, or only say what that would change. Raises RosterRefused."""
        roster: Roster = read_roster(content, self.body, self.today())
        if dry_run:
            return await preview_roster(self.reader, roster)
        return await self.writer.run(lambda tx: import_roster(tx, roster, by))

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

    async def _once(self, key: Key | None, job: Callable[[Transaction], Awaitable[OrderRecord]]) -> Answer:
        async def answered(tx: Transaction) -> Answer:
            return 200, OrderOut.of(await job(tx)).model_dump(mode="json")

        answer = await once(self.writer, IDEMPOTENCY, key, answered)
        self.deadlines.wake()
        return answer
