"""``python -m deploy.containers.returned take|place|placed``: a body's folder comes back to the volume of its server.

``take`` reads an archive from standard input and lays it beside what is there; ``place`` has the container begin anew
with it, and what was there is moved to ``before/`` at that start; ``placed`` exits with 0 once that has happened.
Nothing is touched that a running server has open.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from deploy.backup.archive import unpack
from deploy.backup.taking import BODY, STREAMS
from deploy.containers import health
from deploy.lock import holder
from deploy.machine import Machine

_DRAFT, _TAKEN, _WHOLE = ".returned-draft", ".returned", ".returned-whole"


def take(place: Machine, archive: IO[bytes]) -> None:
    """Raises :class:`deploy.backup.manifest.Damaged`: then :func:`put` finds nothing."""
    for name in (_TAKEN, _WHOLE):
        shutil.rmtree(place.var / name, ignore_errors=True)
    draft = place.var / _DRAFT
    shutil.rmtree(draft, ignore_errors=True)
    unpack(archive, draft)
    os.sync()
    draft.rename(place.var / _TAKEN)


def put(place: Machine) -> None:
    """Ask for it: the role that has the lock ends, its engine starts it again, and :func:`settle_returned` finds it."""
    taken = place.var / _TAKEN
    (taken / STREAMS).rename(taken / BODY / STREAMS)
    (taken / BODY).rename(place.var / _WHOLE)
    taken.rmdir()
    running = holder(place.lock_file)
    if running is not None:
        os.kill(running, signal.SIGTERM)


def settle_returned(place: Machine, code: str) -> Path | None:
    """At a start, before anything is read: the folder that was asked for takes its place; where the former went."""
    whole, home = place.var / _WHOLE, place.folder(code)
    if not whole.exists():
        return None
    aside = None
    if home.exists():
        aside = place.var / "before" / f"{code}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        aside.parent.mkdir(exist_ok=True, mode=0o700)
        home.rename(aside)
    whole.rename(home)
    os.sync()
    return aside


def main() -> int:
    """The exit code."""
    place = Machine.from_environment(os.environ)
    match sys.argv[1:]:
        case ["take"]:
            take(place, sys.stdin.buffer)
        case ["place"]:
            put(place)
        case ["placed"]:
            waiting = any((place.var / name).exists() for name in (_TAKEN, _WHOLE))
            return 1 if waiting else health.main()
        case _:
            sys.stderr.write("usage: python -m deploy.containers.returned take|place|placed\n")
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
