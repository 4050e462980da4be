"""A child process that is started again when it dies, and that never outlives its supervisor."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

_PR_SET_PDEATHSIG = 1
_FIRST_DELAY = 0.2
_LONGEST_DELAY = 10.0
_STEADY_AFTER = 30.0
"""Seconds of life after which a death counts as the first again."""


@dataclass(frozen=True)
class Command:
    """What to run: a name for people, the arguments, extra environment, and where its output goes."""

    name: str
    arguments: Sequence[str]
    log: Path
    environment: Mapping[str, str]


class Watched:
    """Keeps one process running until told to stop.

    ``on_start`` is called with the process id after every start, the first included.
    """

    def __init__(self, command: Command, on_start: Callable[[str, int], None]) -> None:
        self.command = command
        self._on_start = on_start
        self._process: asyncio.subprocess.Process | None = None
        self._keeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the process and keep it; returns as soon as it runs, ready or not."""
        await self._spawn()
        self._keeper = asyncio.create_task(self._keep(), name=f"keep {self.command.name}")

    async def stop(self, grace: float) -> None:
        """End the process by SIGTERM, after ``grace`` seconds by SIGKILL."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        process = self._process
        if process is None or process.returncode is not None:
            return
        self._signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), grace)
        except TimeoutError:
            self.kill()
            await process.wait()

    def kill(self) -> None:
        """End the process at once."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            try:
                self._process.send_signal(number)
            except ProcessLookupError:
                return

    async def _keep(self) -> None:
        delay = _FIRST_DELAY
        while True:
            started = monotonic()
            assert self._process is not None
            await self._process.wait()
            if monotonic() - started > _STEADY_AFTER:
                delay = _FIRST_DELAY
            await asyncio.sleep(delay)
            delay = min(delay * 2, _LONGEST_DELAY)
            await self._spawn()

    async def _spawn(self) -> None:
        self.command.log.parent.mkdir(parents=True, exist_ok=True)
        with self.command.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *self.command.arguments,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, **self.command.environment},
                # Ctrl-C in a terminal goes to its whole process group; the order of the end is ours.
                start_new_session=True,
                preexec_fn=_death_with(os.getpid()),
            )
        self._on_start(self.command.name, self._process.pid)


def _death_with(supervisor: int) -> Callable[[], None] | None:
    """Has the kernel kill a child when its supervisor is gone, however it went.

    Without it a supervisor ended by SIGKILL leaves servers behind that hold the ports and the stores. Only
    Linux has this; elsewhere the next start finds the ports taken and says so.
    """
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None)

    def between_fork_and_exec() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != supervisor:
            # It died before the request was made.
            os._exit(1)

    return between_fork_and_exec
