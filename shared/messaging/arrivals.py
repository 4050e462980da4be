"""Lets a request wait a moment for an event that is on its way.

A member accepts an order and in the same second records a visit: the acceptance is durable, but the neighbour
service may be a few milliseconds behind. Answering 404 or 409 then would be true and useless.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 2.0
LOOK_AGAIN_SECONDS = 0.25
"""Another replica may have applied the event, which nobody tells us: so look again now and then."""


class Arrivals:
    """Woken by the consumer after each commit."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()

    def pulse(self) -> None:
        """Something arrived and is committed."""
        self._woken.set()
        self._woken = asyncio.Event()

    def next_pulse(self) -> asyncio.Event:
        """Set at the next pulse. Take it before looking, so that nothing arrives unseen between the two."""
        return self._woken

    async def wait_for(
        self, look: Callable[[], Awaitable[T]], ready: Callable[[T], bool], patience: float = PATIENCE_SECONDS
    ) -> T:
        """What ``look`` finds once it is ``ready``, or whatever it found last when ``patience`` (seconds) is over."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + patience
        while True:
            woken = self._woken
            found = await look()
            left = deadline - loop.time()
            if left <= 0 or ready(found):
                return found
            with suppress(TimeoutError):
                await asyncio.wait_for(woken.wait(), min(left, LOOK_AGAIN_SECONDS))
