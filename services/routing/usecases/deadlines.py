"""Orders that nobody answers pass on by themselves; those that nobody fitted are tried again when that may help."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from services.routing import orders
from services.routing.announcements import Announcements
from services.routing.domain.order import Move
from services.routing.usecases.assigning import Assigning
from services.routing.usecases.trying_again import TryingAgain
from shared.clock import Clock
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.tasks import stop

log = structlog.get_logger(__name__)

AT_ONCE = 100
"""Late orders in one transaction."""
LOOK_AGAIN_SECONDS = 60.0
"""Another replica may have assigned orders since, or the machine may have slept: so look now and then."""


class TimingOut:
    """Takes late orders from their members."""

    def __init__(self, assigning: Assigning, announcements: Announcements) -> None:
        self._assigning = assigning
        self._announcements = announcements

    async def pass_on_late(self, tx: Transaction) -> int:
        """Pass on up to :data:`AT_ONCE` orders whose time is over; gives how many."""
        waiting = []
        for order in await orders.late_ones(tx, AT_ONCE):
            assert order.member is not None
            timed_out = await orders.change(tx, order, Move.TIME_OUT, answer_by=None, version=order.version + 1)
            await orders.end_asking(tx, timed_out, "timed-out")
            self._announcements.timed_out(tx, timed_out, order.member)
            waiting.append(timed_out)
        if waiting:
            await self._assigning.pass_on_all(tx, waiting)
        return len(waiting)


class Deadlines:
    """Sleeps until the next order is late, then passes it on."""

    def __init__(
        self, timing_out: TimingOut, trying_again: TryingAgain, reader: Reader, writer: Writer, clock: Clock
    ) -> None:
        self._timing_out = timing_out
        self._trying_again = trying_again
        self._reader = reader
        self._writer = writer
        self._clock = clock
        self._changed = asyncio.Event()

    def wake(self) -> None:
        """Something changed that may bring the next deadline forward, or find somebody for what nobody fitted."""
        self._changed.set()

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Watch the deadlines while inside."""
        task = asyncio.create_task(self._watch(), name="deadlines")
        try:
            yield
        finally:
            await stop(task)

    async def _watch(self) -> None:
        while True:
            self._changed.clear()
            try:
                await self._trying_again.run(self._reader, self._writer, self._clock.now())
                pause = await self._pass_on()
            except Exception as error:  # the database is away; orders are not less late afterwards
                log.warning("deadlines-wait", error=repr(error))
                pause = LOOK_AGAIN_SECONDS
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), pause)

    async def _pass_on(self) -> float:
        """Pass on what is late; gives the seconds until there may be more."""
        earliest = await orders.next_deadline(self._reader)
        while earliest is not None and earliest <= self._clock.now():
            await self._writer.run(self._timing_out.pass_on_late)
            earliest = await orders.next_deadline(self._reader)
        if earliest is None:
            return LOOK_AGAIN_SECONDS
        return min(LOOK_AGAIN_SECONDS, (earliest - self._clock.now()).total_seconds())
