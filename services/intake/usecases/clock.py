"""What happens by itself when its time has come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Protocol

import structlog

from shared.clock import Clock
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.tasks import stop

log = structlog.get_logger(__name__)


class Due(Protocol):
    """Something that falls due. What is due is in the database, so nothing is forgotten by a stop."""

    async def next_at(self, reader: Reader) -> datetime | None:
        """When the next of it is due; None where there is nothing to wait for."""

    async def settle(self, tx: Transaction) -> int:
        """Do what is due by now, some at a time; how many were done."""


class Timekeeper:
    """Sleeps until the next thing is due, then does it."""

    def __init__(
        self, dues: Sequence[Due], reader: Reader, writer: Writer, clock: Clock, *, look_again_seconds: float
    ) -> None:
        """``look_again_seconds``: another replica may have made something due earlier than this one knows of."""
        self._dues = dues
        self._reader = reader
        self._writer = writer
        self._clock = clock
        self._look_again_seconds = look_again_seconds

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Watch the clock while inside."""
        task = asyncio.create_task(self._watch(), name="timekeeper")
        try:
            yield
        finally:
            await stop(task)

    async def settle_due(self) -> float:
        """Do everything that is due now; the seconds until there is more, as far as is known."""
        pause = self._look_again_seconds
        for due in self._dues:
            while (at := await due.next_at(self._reader)) is not None and at < self._clock.now():
                if not await self._writer.run(due.settle):
                    break  # another replica is at it
            if at is not None:
                pause = min(pause, max(0.0, (at - self._clock.now()).total_seconds()) + _A_MOMENT)
        return pause

    async def _watch(self) -> None:
        while True:
            try:
                pause = await self.settle_due()
            except Exception as error:  # the database is away; what is due stays due
                log.warning("timekeeper-waits", error=repr(error))
                pause = self._look_again_seconds
            await asyncio.sleep(pause)


_A_MOMENT = 0.01
"""What is due at a moment is done after it, not in it."""
