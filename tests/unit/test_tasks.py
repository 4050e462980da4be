"""A task that swallows a cancellation is ended all the same."""

from __future__ import annotations

import asyncio

import pytest

from shared import tasks


async def test_a_swallowed_cancellation_is_said_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "CANCEL_AGAIN_SECONDS", 0.01)
    swallowed = []

    async def stubborn() -> None:
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                if swallowed:
                    raise
                swallowed.append(True)

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    await tasks.stop(task)
    assert task.cancelled() and swallowed


async def test_what_a_task_ended_with_is_raised() -> None:
    async def failing() -> None:
        raise ValueError("no")

    task = asyncio.create_task(failing())
    await asyncio.wait([task])
    with pytest.raises(ValueError, match="no"):
        await tasks.stop(task)
