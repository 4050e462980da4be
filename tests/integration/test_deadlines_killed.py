"""SIGKILL of the clock between any two lines: every deadline is warned of, missed and told exactly once."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

import services.consultation.deadlines.clock
import shared.db.writer
import shared.messaging.outbox
from services.consultation.deadlines.clock import act_on_due, reckon_again
from services.consultation.deadlines.keeping import Owed
from tests.integration.deadline_house import MONDAY, House, local, opened

WATCHED = tuple(
    str(Path(module.__file__ or "").parent)
    for module in (services.consultation.deadlines.clock, shared.db.writer, shared.messaging.outbox)
)
MOMENTS = (local("2025-06-11T09:00"), local("2025-06-12T18:00"), local("2025-06-13T18:00"))
DEADLINES = 3
STEP = 37
SEED = int(os.environ.get("DOORSTEP_KILL_SEED", "1"))
EACH_ONCE = sorted(["warned", "missed", "escalated"] * DEADLINES)


async def owe(url: str) -> None:
    """Some deadlines of first contact, three working days from Monday on."""
    async with opened(url, MONDAY) as house:
        await house.owe(*(Owed("first-contact", f"case-{n}", f"case-{n}", "m-1") for n in range(DEADLINES)))


async def come_round(url: str) -> list[str]:
    """The clock comes round at each of the moments; gives what has been said by then."""
    async with opened(url, MONDAY) as house:
        for moment in MOMENTS:
            await _catch_up(house, moment)
        return sorted(verb for verb, _, _ in await house.said())


async def _catch_up(house: House, moment: Any) -> None:
    house.clock.at = moment
    while await house.run(reckon_again) or await house.run(act_on_due):
        pass


def lines_of(url: str) -> int:
    """How many lines the clock runs through while it comes round."""
    seen = 0

    def count() -> None:
        nonlocal seen
        seen += 1

    with _Traced(count):
        assert asyncio.run(come_round(url)) == EACH_ONCE
    return seen


def killed_at(url: str, line: int) -> None:
    """Let another process come round, and kill it before its ``line``-th line."""
    child = os.fork()
    if child == 0:
        left = line

        def count() -> None:
            nonlocal left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        try:
            with _Traced(count):
                asyncio.run(come_round(url))
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "it came to an end of its own that is none"


class _Traced:
    """Call ``on_line`` before each line of the watched modules, in this thread."""

    def __init__(self, on_line: Callable[[], None]) -> None:
        self._on_line = on_line
        self._before: Any = None

    def __enter__(self) -> None:
        self._before = sys.gettrace()
        sys.settrace(self._call)

    def __exit__(self, *_: object) -> None:
        sys.settrace(self._before)

    def _call(self, frame: FrameType, event: str, arg: object) -> Any:
        return self._line if frame.f_code.co_filename.startswith(WATCHED) else None

    def _line(self, frame: FrameType, event: str, arg: object) -> Any:
        if event == "line":
            self._on_line()
        return self._line


@pytest.mark.timeout(120)
def test_killed_between_two_lines_on_sqlite(tmp_path: Path) -> None:
    """Every :data:`STEP`-th line; ``DOORSTEP_KILL_SEED`` gives others, and that many of them in turn are all."""
    fresh = tmp_path / "fresh.db"
    asyncio.run(owe(f"sqlite:///{fresh}"))

    def copied(name: str) -> str:
        for kind in ("", "-wal", "-shm"):
            if (source := Path(f"{fresh}{kind}")).exists():
                shutil.copy(source, tmp_path / f"{name}.db{kind}")
        return f"sqlite:///{tmp_path}/{name}.db"

    lines = lines_of(copied("whole"))
    for line in range(1 + SEED % STEP, lines + 1, STEP):
        url = copied(f"killed-{line}")
        killed_at(url, line)
        assert asyncio.run(come_round(url)) == EACH_ONCE, f"killed before line {line} of {lines}"


@pytest.mark.timeout(120)
def test_killed_between_two_lines_again_and_again_on_postgresql(postgres_url: str) -> None:
    """One database, whose clock is killed a little later each time until it has come round."""
    name = "test_deadlines_killed"
    asyncio.run(_admin(postgres_url, f"CREATE DATABASE {name}"))
    url = postgres_url.replace("/postgres?", f"/{name}?")
    try:
        asyncio.run(owe(url))
        for line in range(40 + SEED % 40, 1000, 40):
            killed_at(url, line)
        assert asyncio.run(come_round(url)) == EACH_ONCE
    finally:
        asyncio.run(_admin(postgres_url, f"DROP DATABASE {name} WITH (FORCE)"))


async def _admin(url: str, statement: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()
