"""Deadlines on a database of a test's own, with the ledger of what was said and a clock that is set by hand."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select

import services.consultation
from services.consultation.deadlines.book import DeadlineBook, DeadlineLine
from services.consultation.deadlines.calendar import hear_calendar, settle
from services.consultation.deadlines.clock import act_on_due, reckon_again
from services.consultation.deadlines.keeping import Owed, start
from services.consultation.tables import CASES, MESSAGING
from services.consultation.usecases.acting import Moment
from shared.clock import FixedClock
from shared.contracts import inner
from shared.contracts.subjects import Address
from shared.contracts.terms import DEFAULT_TERMS, DeadlineTerm
from shared.db.engine import Database, open_database
from shared.db.migrate import upgrade
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.messaging.handlers import Received
from shared.messaging.outbox import OutboxTable

MIGRATIONS = Path(services.consultation.__file__).parent / "migrations"
ZONE = "Asia/Shanghai"
CASE = "7K3F-9XRC"
T = TypeVar("T")


def local(text: str) -> datetime:
    """A moment as a clock on the body's wall shows it."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


MONDAY = local("2025-06-09T10:00")
"""A week without a holiday; so is the one after it."""


@dataclass
class House:
    """The database, its writer, and the hands that reach the deadlines in it."""

    database: Database
    clock: FixedClock
    reader: Reader
    writer: Writer
    book: DeadlineBook

    async def run(self, job: Callable[[Transaction], Awaitable[T]]) -> T:
        """Run ``job`` in a transaction."""
        return await self.writer.run(job)

    async def at(self, moment: datetime) -> None:
        """The clock of the deadlines comes round at ``moment``."""
        self.clock.at = moment
        while await self.run(reckon_again):
            pass
        while await self.run(act_on_due):
            pass

    async def owe(self, *owed: Owed, at: datetime | None = None, on_paper: bool = False) -> None:
        """Let time run for something."""
        moment = Moment(at or self.clock.now(), on_paper)
        await self.run(lambda tx: start(tx, moment, *owed))

    async def open_case(self, reference: str = CASE, member: str = "m-1") -> None:
        """A case in progress, as its acceptance leaves it."""
        row = {"reference": reference, "state": "in-progress", "member": member, "station": "st-1", "community": "c-1"}
        row |= {"category": None, "channel": "web", "language": "ug", "submitted_at": MONDAY, "answer_by": MONDAY}
        await self.run(lambda tx: tx.execute(CASES.insert(), row | {"step": 0, "version": 1}))

    async def line(self, kind: str, reference: str = CASE) -> DeadlineLine:
        """The only deadline of that kind."""
        (found,) = [line for line in await self.book.of_case(reference) if line.kind == kind]
        return found

    async def publish(
        self,
        revision: int,
        *,
        on: tuple[date, ...] = (),
        off: tuple[date, ...] = (),
        terms: tuple[DeadlineTerm, ...] = DEFAULT_TERMS,
    ) -> None:
        """Routing tells of the body's calendar."""
        event = inner.CalendarPublished(
            occurred_at=self.clock.now(),
            revision=revision,
            hours=("09:00-13:00", "14:00-18:00"),
            days_on=on,
            days_off=off,
            terms=terms,
        )
        address = Address("zhaosu", "inner", "calendar", "published", 1)
        received = Received(event, f"calendar-{revision}", address)
        await self.run(lambda tx: hear_calendar(tx, received))

    async def said(self, *, plane: str = "inner") -> list[tuple[str, str, datetime]]:
        """What was said of deadlines: verb, kind and the end it spoke of, in order; of the report plane, the moment.

        That it is settled is said without its kind.
        """
        outbox = MESSAGING.outbox
        rows = await self.reader.all(select(outbox.c.subject, outbox.c.body).order_by(outbox.c.id))
        told: list[tuple[str, str, datetime]] = []
        for row in rows:
            _, _, of_plane, noun, verb, _ = row.subject.split(".")
            if (of_plane, noun) == (plane, "deadline"):
                event: dict[str, Any] = json.loads(row.body)
                told.append(
                    (verb, event.get("kind", ""), datetime.fromisoformat(event.get("due_at", event["occurred_at"])))
                )
        return told


async def until(look: Callable[[], Awaitable[Any]], expected: Any, seconds: float = 20.0) -> None:
    """Look until it is ``expected``; the pause is between looks at what another task is doing."""
    last = asyncio.get_running_loop().time() + seconds
    while (found := await look()) != expected:
        assert asyncio.get_running_loop().time() < last, f"still {found}, wanted {expected}"
        await asyncio.sleep(0.02)


@asynccontextmanager
async def opened(database_url: str, at: datetime = MONDAY) -> AsyncIterator[House]:
    """The house, migrated and with its zone known."""
    database, clock = open_database(database_url), FixedClock(at)
    await upgrade(database, MIGRATIONS)
    reader = Reader(database)
    outbox = OutboxTable(MESSAGING, body="zhaosu", service="consultation", hand_over=lambda kept: None)
    writer = Writer(database, clock, outbox)
    async with writer.running():
        await writer.run(lambda tx: settle(tx, ZONE))
        yield House(database, clock, reader, writer, DeadlineBook(reader, clock))
    await database.dispose()
