"""A clock for dates that stand in a service's rows: sleeps until the next one passes, then has it settled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime

import structlog

from shared.clock import Clock
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.tasks import stop

log = structlog.get_logger(__name__)

LOOK_AGAIN_SECONDS = 60.0
"""Another replica may have heard of something since, or the machine may have slept: so look now and then."""


class DateClock:
    """``next_due``: when the next date passes; ``settle`` acts on some that have, and makes them due no more."""

    def __init__(
        self,
        name: str,
        *,
        next_due: Callable[[], Awaitable[datetime | None]],
        settle: Callable[[Transaction], Awaitable[None]],
        writer: Writer,
        clock: Clock,
    ) -> None:
        self._name = name
        self._next_due = next_due
        self._settle = settle
        self._writer = writer
        self._clock = clock
        self._changed = asyncio.Event()

    def wake(self) -> None:
        """Something changed that may bring the next date forward."""
        self._changed.set()

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Watch the dates while inside."""
        task = asyncio.create_task(self._watch(), name=self._name)
        try:
            yield
        finally:
            await stop(task)

    async def _watch(self) -> None:
        while True:
            self._changed.clear()
            try:
                pause = await self._settle_due()
            except Exception as error:  # the database is away; what is late is not less late afterwards
                log.warning("dates-wait", of=self._name, error=repr(error))
                pause = LOOK_AGAIN_SECONDS
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), pause)

    async def _settle_due(self) -> float:
        """Settle what is due; gives the seconds until there may be more."""
        earliest = await self._next_due()
        while earliest is not None and earliest <= self._clock.now():
            await self._writer.run(self._settle)
            earliest = await self._next_due()
        if earliest is None:
            return LOOK_AGAIN_SECONDS
        return min(LOOK_AGAIN_SECONDS, (earliest - self._clock.now()).total_seconds())
