"""Publishes the outbox: in order, many acknowledgements outstanding, marked in groups, never polling.

Letters come straight from the writer after each commit. The table is read only at start and when something was
left over: a server that was away, a queue that grew too long to hold in memory.

Where several processes write one database, one of them publishes for all, and reads what to publish from the table,
after each commit of its own and whenever another tells of one: so that what rises does so in the order of its chain.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime

import structlog
from nats.errors import MaxPayloadError
from nats.js import JetStreamContext
from nats.js.api import PubAck
from sqlalchemy import bindparam, func, select

from shared.db.leading import Leading
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.messaging.outbox import Letter, unpublished
from shared.messaging.pace import Pace
from shared.messaging.tables import MessagingTables
from shared.tasks import stop

log = structlog.get_logger(__name__)

WINDOW = 256
"""Acknowledgements outstanding: 25,000/s instead of 3,500/s one by one (docs/decisions/0005)."""
HELD_IN_MEMORY = 5_000
PAUSES_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
ACKNOWLEDGED_WITHIN_SECONDS = 10.0
"""For a whole window; what comes later is sent again under the same ids, and the server drops the repeat."""
MARKED_AFTER_SECONDS = 0.2
"""What is published is marked together with what is published meanwhile: a commit of its own for each would take
turns with the commits that somebody waits for."""
LOOKS_ANYWAY_SECONDS = 15.0
"""For what another process wrote and did not get round to telling of."""


class Relay:
    """One service's publisher."""

    def __init__(
        self,
        reader: Reader,
        tables: MessagingTables,
        stream: Callable[[], Awaitable[JetStreamContext]],
        leading: Leading,
    ) -> None:
        """``stream`` gives a JetStream context, waiting until there is a connection."""
        self._reader = reader
        self._tables = tables
        self._table = table = tables.outbox
        self._stream = stream
        self._leading = leading
        self._marking = (
            table.update().where(table.c.event_id == bindparam("published_id")).values(published_at=bindparam("now"))
        )
        self._waiting: deque[Letter] = deque()
        self._unmarked: list[str] = []
        self._pace = Pace()
        self._published = asyncio.Event()
        self._arrived = asyncio.Event()
        self._left_over = True  # whatever an earlier process did not get to
        # Of a table that others write too: rows come to be there in the order of their ids (shared.db.postgresql).
        self._last_read = 0
        self._arrived.set()

    def hand_over(self, letters: Sequence[Letter]) -> None:
        """Queue letters that are durable in the table. Never blocks."""
        if not self._leading.is_alone:
            self._leading.tell()
        elif len(self._waiting) + len(letters) > HELD_IN_MEMORY:
            self._left_over = True
        elif not self._left_over:
            self._waiting.extend(letters)
        self._arrived.set()

    def look(self) -> None:
        """Another process has written letters. Never blocks."""
        self._arrived.set()

    async def run(self, writer: Writer) -> None:
        """Publish until cancelled; for the process that leads."""
        self._left_over = True  # whoever did this before had not got to it, or had and did not say
        self._arrived.set()
        marking = asyncio.create_task(self._keep_marking(writer), name="relay marks")
        try:
            await self._keep_publishing(writer)
        finally:
            await stop(marking)
            with suppress(Exception):  # what is not marked now is sent again, and dropped as a repeat
                await self._mark(writer)

    async def _keep_publishing(self, writer: Writer) -> None:
        failures = 0
        while True:
            await self._wait_for_letters()
            await self._pace.gather()
            self._arrived.clear()
            try:
                await self._publish_all(writer)
                failures = 0
            except Exception as error:
                # Whatever failed is still in the table, in its order; begin again from there.
                self._left_over = True
                self._arrived.set()
                pause = PAUSES_SECONDS[min(failures, len(PAUSES_SECONDS) - 1)]
                failures += 1
                log.warning("relay-paused", error=repr(error), seconds=pause)
                await asyncio.sleep(pause)

    async def _wait_for_letters(self) -> None:
        if self._leading.is_alone:
            await self._arrived.wait()
            return
        try:
            await asyncio.wait_for(self._arrived.wait(), LOOKS_ANYWAY_SECONDS)
        except TimeoutError:
            self._left_over = True

    async def _keep_marking(self, writer: Writer) -> None:
        while True:
            await self._published.wait()
            self._published.clear()
            await asyncio.sleep(MARKED_AFTER_SECONDS)  # for others to join
            try:
                await self._mark(writer)
            except Exception as error:
                log.warning("relay-marks-later", error=repr(error))
                self._published.set()

    async def oldest(self) -> datetime | None:
        """When the oldest unpublished letter was written, or None where all are out."""
        moment: datetime | None = await self._reader.scalar(
            select(self._table.c.created_at)
            .where(self._table.c.published_at.is_(None), self._table.c.refused.is_(None))
            .order_by(self._table.c.id)
            .limit(1)
        )
        return moment

    async def depth(self) -> int:
        """How many letters are unpublished."""
        return int(
            await self._reader.scalar(
                select(func.count()).where(self._table.c.published_at.is_(None), self._table.c.refused.is_(None))
            )
        )

    async def _publish_all(self, writer: Writer) -> None:
        while letters := await self._next(writer):
            for start in range(0, len(letters), WINDOW):
                await self._publish(writer, letters[start : start + WINDOW])

    async def _next(self, writer: Writer) -> Sequence[Letter]:
        """What to publish now, in its order; empty where there is nothing."""
        if self._left_over:
            self._waiting.clear()
            await self._mark(writer)  # or we would read what is published already
            # Cleared first: a letter committed while we read is then read too, or handed over after.
            self._left_over = False
            letters = await self._read(after=0)
            self._left_over = len(letters) == HELD_IN_MEMORY
            if letters:
                return letters
        if self._leading.is_alone:
            letters = list(self._waiting)
            self._waiting.clear()
        else:
            letters = await self._read(after=self._last_read)
        self._pace.count(len(letters))
        return letters

    async def _read(self, after: int) -> list[Letter]:
        last, letters = await unpublished(self._reader, self._tables, HELD_IN_MEMORY, after=after)
        self._last_read = max(self._last_read, last)
        return letters

    async def _publish(self, writer: Writer, letters: Sequence[Letter]) -> None:
        js = await self._stream()
        sent: dict[asyncio.Future[PubAck], str] = {}
        try:
            for letter in letters:
                try:
                    sent[await js.publish_async(letter.subject, letter.body, headers=letter.headers)] = letter.event_id
                except MaxPayloadError as error:
                    # It can never pass; it must not hold up the others. People see it as refused.
                    await self._refuse(writer, letter, error)
            if sent:
                await asyncio.wait(sent, timeout=ACKNOWLEDGED_WITHIN_SECONDS)
        finally:
            # The context counts what is outstanding, so nothing may stay so.
            late = sum(future.cancel() for future in sent)
            answered = [future for future in sent if not future.cancelled()]
            self._unmarked += [sent[future] for future in answered if future.exception() is None]
            self._published.set()
        for future in answered:
            future.result()  # raises what the server had against it
        if late:
            raise TimeoutError(f"{late} of {len(sent)} letters were not acknowledged in time")

    async def _mark(self, writer: Writer) -> None:
        event_ids, self._unmarked = self._unmarked, []
        if not event_ids:
            return

        async def mark(tx: Transaction) -> None:
            await tx.execute(self._marking, [{"published_id": event_id, "now": tx.now} for event_id in event_ids])

        try:
            await writer.run(mark)
        except BaseException:
            self._unmarked = event_ids + self._unmarked
            raise

    async def _refuse(self, writer: Writer, letter: Letter, error: Exception) -> None:
        log.error("letter-refused", event_id=letter.event_id, subject=letter.subject, error=repr(error))

        async def refuse(tx: Transaction) -> None:
            await tx.execute(
                self._table.update().where(self._table.c.event_id == letter.event_id).values(refused=repr(error))
            )

        await writer.run(refuse)
