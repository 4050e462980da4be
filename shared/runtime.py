"""What every service runs on: its database, its writer, its outbox and relay, its consumer and its link."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import structlog

from shared.clock import Clock
from shared.contracts.subjects import any_version, plane_of
from shared.db.engine import open_database
from shared.db.leading import Duty, open_leading
from shared.db.migrate import is_current, upgrade
from shared.db.reader import Reader
from shared.db.writer import Writer
from shared.messaging.arrivals import Arrivals
from shared.messaging.consumer import Consumer, Witness
from shared.messaging.handlers import Handlers
from shared.messaging.keeping import Keeping
from shared.messaging.ledger import Ledger
from shared.messaging.link import Durable, Link
from shared.messaging.outbox import OutboxTable
from shared.messaging.parking import Parking
from shared.messaging.relay import Relay
from shared.messaging.tables import MessagingTables
from shared.observe import Metrics
from shared.settings import ServiceSettings
from shared.tasks import stop

log = structlog.get_logger(__name__)

INNER_STREAM = "INNER"
MEASURE_EVERY_SECONDS = 10.0
OUTBOX_LATE = timedelta(seconds=60)
"""An event that waits longer for the server than this makes the service not ready."""


def inner_durable(
    settings: ServiceSettings, handlers: Handlers, *, hears_all: bool = False, linger: float = 0.0
) -> Durable:
    """The durable of a service on the body's own events: those it handles, in any version, or all.

    One durable, not one per event, so that events of one issue keep their order (docs/decisions/0006).
    """
    filters = {any_version(settings.body, event) for event in handlers.events}
    everything = (plane_of(settings.body, "inner"),)
    wanted = everything if hears_all else tuple(sorted(filters))
    return Durable(INNER_STREAM, f"{settings.service}-inner-v1", wanted, linger)


class Runtime:
    """Built by a service's ``app.py``; started by its lifespan. Nothing is connected before :meth:`running`."""

    def __init__(
        self,
        settings: ServiceSettings,
        clock: Clock,
        *,
        tables: MessagingTables,
        migrations: Path,
        handlers: Handlers,
        durable: Durable,
        nats_url: str | None = None,
        parks_unknown: bool = False,
        witness: Witness | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        """``nats_url``: another account than the body's own; ``parks_unknown``, ``witness``: see :class:`Consumer`.

        ``metrics`` are brought up to date every few seconds while running.
        """
        self.settings = settings
        self.clock = clock
        self.arrivals = Arrivals()
        self.database = open_database(settings.database_url)
        self.reader = Reader(self.database)
        self.parking = Parking(tables.parked, self.reader)
        self.keeping = Keeping(tables.parked, self.reader)
        self.leading = open_leading(settings.database_url)
        self.relay = Relay(self.reader, tables, lambda: self.link.jetstream(), self.leading)
        outbox = OutboxTable(tables, body=settings.body, service=settings.service, hand_over=self.relay.hand_over)
        self.ledger = Ledger(
            self.reader, tables, lambda: self.link.jetstream(), body=settings.body, service=settings.service
        )
        self.writer = Writer(self.database, clock, outbox)
        self.consumer = Consumer(
            writer=self.writer,
            tables=tables,
            parking=self.parking,
            keeping=self.keeping,
            handlers=handlers,
            arrivals=self.arrivals,
            parks_unknown=parks_unknown,
            witness=witness,
        )
        self.link = Link(
            nats_url or settings.nats_url,
            f"{settings.service}@{settings.body}",
            [(durable, self.consumer)],
            in_turn=True,
        )
        self._migrations = migrations
        self._metrics = metrics
        self._durable = durable
        self._told: list[Callable[[], None]] = [self.relay.look]

    def when_told(self, look: Callable[[], None]) -> None:
        """Have ``look`` called, where this process leads, after another has committed something that it announces."""
        self._told.append(look)

    @asynccontextmanager
    async def running(self, *duties: Duty) -> AsyncIterator[None]:
        """Migrate, then write while inside, and publish, consume and see to ``duties`` while this process leads.

        Stops in the opposite order. Of several processes on one database one leads (``shared.db.leading``).
        """
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self.database.dispose)
            await upgrade(self.database, self._migrations)
            await stack.enter_async_context(self.working(*duties))
            yield

    @asynccontextmanager
    async def working(self, *duties: Duty) -> AsyncIterator[None]:
        """The same on a database that has its tables, which stays open."""
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self.writer.running())
            await stack.enter_async_context(self.link.running())
            await stack.enter_async_context(self.leading.taking_turns(lambda: self._lead(duties), self._hear))
            if self._metrics is not None:
                measuring = asyncio.create_task(self._measure(self._metrics), name="measure")
                stack.push_async_callback(stop, measuring)
            yield

    @asynccontextmanager
    async def _lead(self, duties: tuple[Duty, ...]) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            relay = asyncio.create_task(self.relay.run(self.writer), name="relay")
            stack.push_async_callback(stop, relay)
            await stack.enter_async_context(self.link.reading())
            for duty in duties:
                await stack.enter_async_context(duty())
            yield

    def _hear(self) -> None:
        for look in self._told:
            look()

    async def readiness(self) -> dict[str, bool]:
        """What must hold before requests are sent here; a reader of ``/readyz`` sees which part does not."""
        try:
            migrated = await is_current(self.database, self._migrations)
        except Exception:  # whatever keeps the database from answering is the answer
            return {"database": False}
        oldest = await self.relay.oldest()
        return {
            "database": True,
            "migrations": migrated,
            "broker": self.link.is_connected,
            "outbox": oldest is None or self.clock.now() - oldest < OUTBOX_LATE,
        }

    async def _measure(self, metrics: Metrics) -> None:
        while True:
            try:
                oldest = await self.relay.oldest()
                metrics.outbox_oldest_seconds.set((self.clock.now() - oldest).total_seconds() if oldest else 0)
                metrics.outbox_depth.set(await self.relay.depth())
                metrics.parked.set(await self.parking.count())
                metrics.kept.set(await self.keeping.count())
                metrics.leads.set(self.leading.leads)
                metrics.pending(self._durable.name).set(await self.link.pending())
            except Exception as error:
                # A figure that cannot be had now is had later; what is wrong shows in /readyz.
                log.debug("not-measured", error=repr(error))
            await asyncio.sleep(MEASURE_EVERY_SECONDS)
