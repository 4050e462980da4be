"""A service's own ledger of what it let rise: its chain beside its outbox, read, checked and sent again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import structlog
from nats.js import JetStreamContext
from nats.js.api import PubAck
from sqlalchemy import Row, func, select

from shared.db.reader import Reader
from shared.ids import new_id
from shared.messaging.chain import beginning, hash_of, rises
from shared.messaging.outbox import Letter, chained_letters, letter_of, said_in
from shared.messaging.tables import MessagingTables

log = structlog.get_logger(__name__)

PAGE = 500
ACKNOWLEDGED_WITHIN_SECONDS = 30.0

FaultKind = Literal["altered", "missing", "inserted"]


@dataclass(frozen=True, slots=True)
class Fault:
    """The first event of a chain that is not as it was said. ``event_id`` is None where nobody knows it any more."""

    kind: FaultKind
    position: int | None
    event_id: str | None
    says: str


@dataclass(frozen=True, slots=True)
class Day:
    """What a chain holds of one day (of ``ce-time``, UTC): how many, up to which place, and the hash there."""

    day: str
    count: int
    position: int
    hash: str


@dataclass(frozen=True, slots=True)
class Point:
    """A place and its hash, which stands for all before it."""

    position: int
    hash: str
    event_id: str | None = None


class Ledger:
    """One service's chain."""

    def __init__(
        self,
        reader: Reader,
        tables: MessagingTables,
        stream: Callable[[], Awaitable[JetStreamContext]],
        *,
        body: str,
        service: str,
    ) -> None:
        """``stream`` gives a JetStream context, as for the relay."""
        self._reader = reader
        self._tables = tables
        self._stream = stream
        self._beginning = beginning(body, service)

    async def head(self) -> Point:
        """The last place; position 0 where nothing has risen yet."""
        head = self._tables.ledger_head
        row = await self._reader.one(select(head.c.position, head.c.hash))
        return Point(row.position, row.hash) if row and row.position else Point(0, self._beginning)

    async def at(self, position: int) -> Point | None:
        """The place with that number, or None where the ledger has none."""
        if position == 0:
            return Point(0, self._beginning)
        ledger = self._tables.ledger
        row = await self._reader.one(select(ledger).where(ledger.c.position == position))
        return Point(row.position, row.hash, row.event_id) if row else None

    async def days(self, since: str) -> list[Day]:
        """The days from ``since`` (2026-12-01) on, oldest first."""
        ledger = self._tables.ledger
        of_day = (
            select(ledger.c.day, func.count().label("events"), func.max(ledger.c.position).label("position"))
            .where(ledger.c.day >= since)
            .group_by(ledger.c.day)
            .subquery()
        )
        rows = await self._reader.all(
            select(of_day.c.day, of_day.c.events, of_day.c.position, ledger.c.hash)
            .join(ledger, ledger.c.position == of_day.c.position)
            .order_by(of_day.c.day)
        )
        return [Day(row.day, row.events, row.position, row.hash) for row in rows]

    async def oldest_after(self, position: int) -> str | None:
        """``ce-time`` of the first event after ``position``: since when the parent has not confirmed."""
        row = await self._reader.one(
            chained_letters(self._tables)
            .where(self._tables.ledger.c.position > position)
            .order_by(self._tables.ledger.c.position)
            .limit(1)
        )
        return str(row.headers["ce-time"]) if row else None

    async def letters(self, first: int) -> AsyncIterator[list[Letter]]:
        """What has risen, in its order, from ``first`` on, page by page."""
        while True:
            rows = await self._reader.all(
                chained_letters(self._tables)
                .where(self._tables.ledger.c.position >= first)
                .order_by(self._tables.ledger.c.position)
                .limit(PAGE)
            )
            if not rows:
                return
            yield [letter_of(row) for row in rows]
            first = rows[-1].position + 1

    async def verify(self) -> tuple[int, Fault | None]:
        """How many events were looked at, and the first that was altered, is missing, or was put in.

        The chain alone shows a careless hand; whoever writes it anew from some place on is shown by the parent, which
        holds the old hashes (``services.reporting.ledger.reconcile``).
        """
        head = await self.head()
        previous, position, last_id = self._beginning, 0, None
        async for page in self._whole():
            for row in page:
                fault = _fault_at(row, position + 1, previous, last_id)
                if fault is not None:
                    return position, fault
                position, previous, last_id = row.position, row.hash, row.event_id
        if position != head.position:
            return position, Fault("missing", position + 1, None, "the chain ends before the place it had reached")
        if previous != head.hash:
            return position, Fault("altered", position, None, "the last hash is not the one the chain had reached")
        outside = await self._unchained()
        if outside is not None:
            return position, Fault("inserted", None, outside, "it stands in the outbox and never got a place")
        return position, None

    async def _whole(self) -> AsyncIterator[Sequence[Row[Any]]]:
        ledger, outbox = self._tables.ledger, self._tables.outbox
        first = 1
        while True:
            rows = await self._reader.all(
                select(ledger, outbox.c.subject, outbox.c.headers, outbox.c.body)
                .outerjoin(outbox, outbox.c.event_id == ledger.c.event_id)
                .where(ledger.c.position >= first)
                .order_by(ledger.c.position)
                .limit(PAGE)
            )
            if not rows:
                return
            yield rows
            first = rows[-1].position + 1

    async def _unchained(self) -> str | None:
        ledger, outbox = self._tables.ledger, self._tables.outbox
        chained_since = select(func.min(outbox.c.id)).join(ledger, ledger.c.event_id == outbox.c.event_id)
        found: str | None = await self._reader.scalar(
            select(outbox.c.event_id)
            .outerjoin(ledger, ledger.c.event_id == outbox.c.event_id)
            .where(
                ledger.c.position.is_(None),
                outbox.c.subject.contains(".report.", autoescape=True),
                # What an earlier release said has no place, and is older than all that has one.
                outbox.c.id > chained_since.scalar_subquery(),
            )
            .order_by(outbox.c.id)
            .limit(1)
        )
        return found

    async def resend(self, first: int, *, padding: int = 0) -> tuple[int, int]:
        """Publish what has risen from ``first`` on once more; gives how many letters, and the stream's last sequence.

        Every one goes under a new message id, since the server would drop the repeat, and under its own event id, by
        which whoever has it already passes over it. ``padding`` letters from the beginning go before, as often as it
        takes: a parent's server passes over sequences that it believes to have had. Raises nats' own errors and
        TimeoutError; what was sent is then sent, and asking again does no harm.
        """
        sent = last = 0
        while padding > 0:
            before = padding
            async for page in self.letters(1):
                last = await self._publish(page[:padding])
                sent += len(page[:padding])
                padding -= len(page[:padding])
                if padding <= 0:
                    break
            if padding == before:
                break  # an empty chain has nothing to fill with
        async for page in self.letters(first):
            last = await self._publish(page)
            sent += len(page)
        return sent, last

    async def _publish(self, letters: Sequence[Letter]) -> int:
        js = await self._stream()
        acks: list[asyncio.Future[PubAck]] = []
        try:
            async with asyncio.timeout(ACKNOWLEDGED_WITHIN_SECONDS):
                for letter in letters:
                    headers = letter.headers | {"Nats-Msg-Id": new_id()}
                    acks.append(await js.publish_async(letter.subject, letter.body, headers=headers))
                return max((ack.seq for ack in await asyncio.gather(*acks)), default=0)
        finally:
            for ack in acks:  # the context counts what is outstanding
                ack.cancel()


def _fault_at(row: Row[Any], position: int, previous: str, last_id: str | None) -> Fault | None:
    """What is wrong with the next row of a chain, which should stand at ``position`` after ``previous``."""
    if row.position != position:
        return Fault("missing", position, None, f"the chain goes on at {row.position}")
    if row.subject is None:
        return Fault("missing", position, row.event_id, "its place is kept and the event is gone")
    if row.previous != previous:
        return Fault("altered", position - 1, last_id, "the next event follows another hash than the one kept here")
    letter = Letter(row.event_id, row.subject, row.headers, row.body.encode())
    if not rises(letter.subject) or hash_of(row.previous, said_in(letter)) != row.hash:
        return Fault("altered", position, row.event_id, "what it says is not what its hash was made of")
    return None
