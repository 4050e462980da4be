"""Gives a page at once what was counted a moment ago, and counts anew behind it.

A year of a busy prefecture takes seconds to count, and its office opens the same page all day. Files are counted when
they are asked for; a page says when it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from services.reporting.domain import Period
from services.reporting.exports.facts import Facts
from services.reporting.queries import KnownBody
from shared.clock import Clock
from shared.tasks import stop

log = structlog.get_logger(__name__)

FRESH = timedelta(seconds=60)
"""What was counted less than that ago is given out as it is."""
USABLE = timedelta(hours=1)
"""What is older is given to nobody: whoever asks waits."""
AT_MOST = 64

Key = tuple[str, Period]


@dataclass(frozen=True, slots=True)
class CountedFacts:
    """Facts, and when they were counted."""

    facts: Facts
    at: datetime


class Remembered:
    """The answers of ``count``; each question is counted once at a time, however many ask it."""

    def __init__(self, count: Callable[[KnownBody, Period], Awaitable[Facts]], clock: Clock) -> None:
        self._count = count
        self._clock = clock
        self._known: dict[Key, CountedFacts] = {}
        self._under_way: dict[Key, asyncio.Task[CountedFacts]] = {}

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Ends what is being counted at the end."""
        try:
            yield
        finally:
            for task in list(self._under_way.values()):
                await stop(task)

    async def of(self, body: KnownBody, period: Period) -> CountedFacts:
        """What is known, at once if it is of this hour; raises what counting raised."""
        key, now = (body.code, period), self._clock.now()
        known = self._known.get(key)
        if known is not None and now - known.at < FRESH:
            return known
        counting = self._under_way.get(key)
        if counting is None or counting.done():
            counting = self._begin(key, body, period)
        if known is not None and now - known.at < USABLE:
            return known
        # Whoever goes away ends no count that others wait for.
        return await asyncio.shield(counting)

    def _begin(self, key: Key, body: KnownBody, period: Period) -> asyncio.Task[CountedFacts]:
        task = asyncio.create_task(self._anew(key, body, period), name="counting")
        self._under_way[key] = task
        task.add_done_callback(lambda done: self._ended(key, done))
        return task

    async def _anew(self, key: Key, body: KnownBody, period: Period) -> CountedFacts:
        at = self._clock.now()
        found = CountedFacts(await self._count(body, period), at)
        if len(self._known) >= AT_MOST:
            del self._known[next(iter(self._known))]
        self._known[key] = found
        return found

    def _ended(self, key: Key, done: asyncio.Task[CountedFacts]) -> None:
        if self._under_way.get(key) is done:
            del self._under_way[key]
        if not done.cancelled() and (error := done.exception()) is not None:
            log.warning("not-counted", error=repr(error))
