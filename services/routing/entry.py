"""Everything routing's endpoints call, gathered by ``app.py``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.routing.handover.keeping import HandoverKeeping
from services.routing.orderkeeping import OrderKeeping
from services.routing.parked import ParkedEvents
from services.routing.queries import Queries
from services.routing.queue import Queue
from services.routing.roster.book import Directory, RosterBook
from services.routing.roster.difference import Change
from services.routing.roster.reading import read_roster
from services.routing.rulekeeping import RuleKeeping
from services.routing.supervision.keeping import SupervisionKeeping
from services.routing.usecases.accounts import Accounts
from services.routing.usecases.deadlines import Deadlines
from services.routing.usecases.roster_import import import_roster, preview_roster
from services.routing.usecases.sign_in import SignIn
from services.routing.words import IssueWords
from shared.clock import Clock, local_date
from shared.db.reader import Reader
from shared.db.writer import Writer
from shared.messaging.arrivals import Arrivals


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
    orders: OrderKeeping
    handovers: HandoverKeeping
    supervisions: SupervisionKeeping
    rules: RuleKeeping
    deadlines: Deadlines
    queries: Queries
    queue: Queue
    words: IssueWords
    parked: ParkedEvents

    def today(self) -> date:
        """The date at the body."""
        return local_date(self.clock.now(), self.time_zone)

    async def directory(self) -> Directory | None:
        """The present roster."""
        return await self.book.present(self.reader)

    async def take_roster(self, content: bytes, by: str, *, dry_run: bool) -> Sequence[Change]:
        """Import a roster file that ``by`` brought, or only say what that would change. Raises RosterRefused."""
        file, today = read_roster(content), self.today()
        if dry_run:
            return await preview_roster(self.reader, file, self.body, today)
        changes = await self.writer.run(lambda tx: import_roster(tx, file, self.body, today, by))
        self.deadlines.wake()
        return changes
