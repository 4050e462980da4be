"""Ending what runs in the background."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

CANCEL_AGAIN_SECONDS = 0.5


async def stop(task: asyncio.Task[Any]) -> None:
    """Cancel ``task`` and wait until it has ended; an error it had ended with is raised.

    Cancelled again while it lives: before Python 3.12 ``asyncio.wait_for`` swallows a cancellation that comes
    in the moment its result does (python/cpython#86296), and nats-py and we use it in endless loops.
    """
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=CANCEL_AGAIN_SECONDS)
    with suppress(asyncio.CancelledError):
        task.result()
