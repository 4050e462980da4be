"""Makes the projection anew from the stream, beside the one in use, and puts it in its place in one transaction.

Pages and figures read the old tables until that moment, and live events go on being kept in them. The last
transaction reads whatever came meanwhile, so the new tables miss nothing; and since a fact that is there already
is not added again, nothing is doubled either.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Literal, Protocol

import nats
import structlog
from nats.aio.msg import Msg
from pydantic import ValidationError
from sqlalchemy import MetaData, Table, select, text
from sqlalchemy.schema import CreateIndex, CreateTable, DropTable

from services.reporting.grains.keeping import Grains
from services.reporting.projection import BODIES, Projection, Reported, Row, RowsByTable, rows_of
from services.reporting.rebuilding.replay import StreamReplay
from services.reporting.ways import Gate, Ways
from shared.contracts.event import Event
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.errors import DomainError
from shared.messaging.handlers import Received
from shared.messaging.servers import servers_of

log = structlog.get_logger(__name__)

GROUP = 8_000
"""Events in one commit: live events wait for one of them at most."""
SUFFIX = "_rebuilt"
CONNECT_SECONDS = 5.0

Read = Callable[[Msg], Received[Event] | None]
State = Literal["running", "done", "failed"]


class Source(Protocol):
    """Where the events of a rebuild are read from."""

    async def last_sequence(self) -> int:
        """The sequence number of the newest message; 0 for an empty stream."""

    def batches(self, first: int, last: int) -> AsyncIterator[list[Msg]]:
        """Messages from ``first`` to ``last``, in order."""


@dataclass(slots=True)
class Progress:
    """How far a rebuild has come, in messages of the stream."""

    done: int = 0
    total: int = 0
    skipped: int = 0
    """Messages that are no event of ours; live reading has parked or passed over them too."""
    state: State = "running"


class Rebuild:
    """One rebuild of ``projection``."""

    def __init__(
        self,
        *,
        writer: Writer,
        source: Source,
        read: Read,
        projection: Projection,
        ways: Ways,
        progress: Progress,
        still_ours: Callable[[Transaction], Awaitable[None]],
    ) -> None:
        """``read``: the event in a message, as live reading sees it; with ``ways``, with the same refusals.

        ``still_ours`` is asked before the result is put in place, and raises where another has taken over.
        """
        self._writer = writer
        self._source = source
        self._read = read
        self._live = projection
        self._beside = Projection(
            {name: _beside(table) for name, table in projection.tables.items()}, projection.own_zone
        )
        self._ways = ways
        self._gate: Gate | None = None
        self._progress = progress
        self._still_ours = still_ours

    async def run(self) -> None:
        """Read the whole stream and put the result in place.

        Raises :class:`~services.reporting.rebuilding.replay.StreamWentSilent` and nats' and the database's own
        errors; the tables in use are then as they were.
        """
        await self._writer.run(self._prepare)
        last = self._progress.total = await self._source.last_sequence()
        writing: asyncio.Task[None] | None = None
        try:
            async for rows in self._groups(1, last):
                # The next group is fetched and read while this one is written.
                if writing is not None:
                    await writing
                writing = asyncio.create_task(self._write(rows))
            if writing is not None:
                await writing
        finally:
            if writing is not None:
                writing.cancel()
        if self._beside.grains is not None:
            await self._make_grains(self._beside.grains)
        await self._writer.run(lambda tx: self._put_in_place(tx, after=last))

    async def _prepare(self, tx: Transaction) -> None:
        self._gate = await self._ways.gate(tx)
        for table in self._beside.tables.values():
            # One may be left of a rebuild that was cut short.
            await tx.execute(DropTable(table, if_exists=True))
            await tx.execute(CreateTable(table))

    async def _write(self, rows: RowsByTable) -> None:
        await self._writer.run(lambda tx: self._beside.add(tx, rows))

    async def _make_grains(self, grains: Grains) -> None:
        """Spans and days in one go from all facts, which is quicker than to bring them in step with each group."""
        table = self._beside.tables[BODIES]
        bodies = await self._writer.run(lambda tx: tx.all(select(table.c.body).order_by(table.c.body)))
        for row in bodies:
            making = await self._writer.run(partial(grains.begin, body=row.body))
            while not making.done:
                await self._writer.run(making.step)

    async def _put_in_place(self, tx: Transaction, after: int) -> None:
        await self._still_ours(tx)
        # Inside the one transaction that writes nothing else is kept, so the end of the stream stands still for us:
        # what is published now, the consumer keeps afterwards, in the new tables.
        last = await self._source.last_sequence()
        self._progress.total = last
        async for rows in self._groups(after + 1, last):
            await self._beside.keep(tx, rows)
        quote = tx.connection.dialect.identifier_preparer.quote
        for name, table in self._live.tables.items():
            await tx.execute(DropTable(table))
            await tx.execute(text(f"ALTER TABLE {quote(self._beside.tables[name].name)} RENAME TO {quote(name)}"))
            for index in sorted(table.indexes, key=lambda each: str(each.name)):
                await tx.execute(CreateIndex(index))

    async def _groups(self, first: int, last: int) -> AsyncIterator[RowsByTable]:
        gathered: defaultdict[str, list[Row]] = defaultdict(list)
        waiting = 0
        async for messages in self._source.batches(first, last):
            for name, rows in rows_of(self._events(messages)).items():
                gathered[name] += rows
            waiting += len(messages)
            self._progress.done += len(messages)
            if waiting >= GROUP:
                yield gathered
                gathered, waiting = defaultdict(list), 0
        if gathered:
            yield gathered

    def _events(self, messages: Iterable[Msg]) -> Iterable[Reported]:
        assert self._gate is not None
        for message in messages:
            try:
                received = self._read(message)
                if received is not None:
                    self._gate.check(received.address)
            except (DomainError, ValidationError):
                received = None
            if received is None:
                self._progress.skipped += 1
            else:
                yield received.address.body, received.event, received.said_at


def _beside(table: Table) -> Table:
    beside = table.to_metadata(MetaData(), name=f"{table.name}{SUFFIX}")
    # Made when the table is full and in place: names of indexes are unique, and filling goes faster without.
    beside.indexes.clear()
    return beside


@asynccontextmanager
async def stream_at(url: str, stream: str) -> AsyncIterator[StreamReplay]:
    """``stream`` on a connection of its own, so that a rebuild never stands in the way of live events.

    Raises nats' own errors and TimeoutError; a connection that breaks is not made again, and the rebuild is to be
    begun anew.
    """

    async def heard(error: Exception) -> None:
        log.warning("rebuild-connection", error=repr(error))

    # nats-py goes on trying a first connection for two minutes, whatever it is told about reconnecting.
    async with asyncio.timeout(CONNECT_SECONDS):
        client = await nats.connect(servers_of(url), name="reporting-rebuild", allow_reconnect=False, error_cb=heard)
    try:
        yield StreamReplay(client, stream)
    finally:
        await client.close()
