"""The clock at each of the two bodies: an overdue answer is said to the office.

Neither waits for the other one's word, so both alarms come on time while the link is down.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from services.routing.supervision import records
from services.routing.supervision.news import SupervisionNews
from shared.clock import Clock
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.tasks import stop

log = structlog.get_logger(__name__)

AT_ONCE = 100
"""Passed dates in one transaction."""
LOOK_AGAIN_SECONDS = 60.0
"""Another replica may have heard of something since, or the machine may have slept: so look now and then."""


class SupervisionClock:
    """Sleeps until the next answer is overdue, then says so."""

    def __init__(self, news: SupervisionNews, reader: Reader, writer: Writer, clock: Clock) -> None:
        self._news = news
        self._reader = reader
        self._writer = writer
        self._clock = clock
        self._changed = asyncio.Event()

    def wake(self) -> None:
        """Something changed that may bring the next date forward."""
        self._changed.set()

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Watch the dates while inside."""
        task = asyncio.create_task(self._watch(), name="supervisions")
        try:
            yield
        finally:
            await stop(task)

    async def settle(self, tx: Transaction) -> None:
        """Say of up to :data:`AT_ONCE` supervisions that their answer is overdue."""
        for record in await records.late_ones(tx, AT_ONCE):
            await self._news.late(tx, await records.touch(tx, record, is_overdue=True))

    async def _watch(self) -> None:
        while True:
            self._changed.clear()
            try:
                pause = await self._settle_due()
            except Exception as error:  # the database is away; what is late is not less late afterwards
                log.warning("supervisions-wait", error=repr(error))
                pause = LOOK_AGAIN_SECONDS
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), pause)

    async def _settle_due(self) -> float:
        """Settle what is due; gives the seconds until there may be more."""
        earliest = await records.next_due(self._reader)
        while earliest is not None and earliest <= self._clock.now():
            await self._writer.run(self.settle)
            earliest = await records.next_due(self._reader)
        if earliest is None:
            return LOOK_AGAIN_SECONDS
        return min(LOOK_AGAIN_SECONDS, (earliest - self._clock.now()).total_seconds())
