"""When so much arrives that it pays to let it gather."""

from __future__ import annotations

import asyncio

BUSY_PER_SECOND = 200
WINDOW_SECONDS = 0.25
LINGER_SECONDS = 0.04
"""A batch of three costs nearly what a batch of thirty does: above the rate of a busy body a reader waits this long, so
that each of its transactions carries more. Below it nobody waits."""


class Pace:
    """Counts what passes; :meth:`gather` waits only while more than ``BUSY_PER_SECOND`` do."""

    def __init__(self) -> None:
        self._window_ends = 0.0
        self._passed = 0
        self._busy = False

    def count(self, passed: int) -> None:
        """So many passed just now."""
        now = asyncio.get_running_loop().time()
        if now >= self._window_ends:
            elapsed_whole = now < self._window_ends + WINDOW_SECONDS
            self._busy = elapsed_whole and self._passed > BUSY_PER_SECOND * WINDOW_SECONDS
            self._window_ends, self._passed = now + WINDOW_SECONDS, 0
        self._passed += passed

    async def gather(self) -> None:
        """Wait a moment for more, if there is likely to be more."""
        if self._busy:
            await asyncio.sleep(LINGER_SECONDS)
