"""One supervisor per place: a file that is locked as long as it lives."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import IO

from deploy.trouble import Trouble


class AlreadyUp(Trouble):
    """Another supervisor runs in this place."""

    def __init__(self, pid: int | None) -> None:
        super().__init__(f"already up (process {pid or 'unknown'}); `doorstep down` ends it")
        self.pid = pid


class PlaceLock:
    """Held from :meth:`take` to the end of the process; the kernel lets go of it even after a SIGKILL."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: IO[str] | None = None

    def take(self) -> None:
        """Raises :class:`AlreadyUp`."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        file = self._path.open("a+", encoding="utf-8")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.close()
            raise AlreadyUp(holder(self._path)) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        self._file = file

    def release(self) -> None:
        """Let another supervisor take the place."""
        if self._file is not None:
            self._path.unlink(missing_ok=True)
            self._file.close()
            self._file = None


def holder(path: Path) -> int | None:
    """The process that holds the lock at ``path``, or None when nobody does."""
    try:
        file = path.open("r", encoding="utf-8")
    except FileNotFoundError:
        return None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            text = file.read().strip()
            return int(text) if text.isdecimal() else None
        return None
