"""One moment of all databases of a body, held open while they are copied."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Literal, Protocol

from deploy.backup.trouble import NotCopied

Kind = Literal["sqlite", "postgresql"]

_MINUTES_OF_A_DUMP = 120


class Held(Protocol):
    """The databases as they were when they were held."""

    def copy(self, folder: Path) -> None:
        """Write one file per service into ``folder``."""


def kind_of(urls: Mapping[str, str]) -> Kind:
    """Which kind the databases of a body are; they are all of one."""
    return "sqlite" if all(url.startswith("sqlite:///") for url in urls.values()) else "postgresql"


@contextmanager
def held(urls: Mapping[str, str]) -> Iterator[Held]:
    """Hold the present state of every database: nobody is kept from writing, and nothing newer is seen.

    Raises :class:`NotCopied` where one cannot be opened.
    """
    with ExitStack() as stack:
        if kind_of(urls) == "sqlite":
            yield _HeldFiles({name: stack.enter_context(_snapshot(name, url)) for name, url in urls.items()})
        else:
            # Imported here: with SQLite files no driver is needed.
            from deploy.backup.postgresql import exported

            yield _HeldServer({name: (url, stack.enter_context(exported(name, url))) for name, url in urls.items()})


@contextmanager
def _snapshot(name: str, url: str) -> Iterator[sqlite3.Connection]:
    path = url.removeprefix("sqlite:///")
    try:
        connection = sqlite3.connect(f"file:{path}?mode=rw", uri=True, isolation_level=None, timeout=10)
        with closing(connection):
            # A reading transaction begins with its first look, and keeps what it saw until its end.
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            yield connection
            connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        raise NotCopied(f"{name}'s database: {error}") from error


class _HeldFiles:
    def __init__(self, snapshots: Mapping[str, sqlite3.Connection]) -> None:
        self._snapshots = snapshots

    def copy(self, folder: Path) -> None:
        for name, snapshot in self._snapshots.items():
            path = folder / f"{name}.db"
            path.touch(mode=0o600)
            with closing(sqlite3.connect(path)) as copy:
                snapshot.backup(copy)
                # As a file of its own, beside which nothing else need be carried.
                copy.execute("PRAGMA journal_mode = DELETE")
                if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                    raise NotCopied(f"{name}'s database is damaged: PRAGMA integrity_check says so")


class _HeldServer:
    def __init__(self, snapshots: Mapping[str, tuple[str, str]]) -> None:
        self._snapshots = snapshots

    def copy(self, folder: Path) -> None:
        for name, (url, snapshot) in self._snapshots.items():
            path = folder / f"{name}.dump"
            path.touch(mode=0o600)
            _postgres_tool(name, url, "pg_dump", "-Fc", f"--snapshot={snapshot}", f"--file={path}")


def restore_dumps(folder: Path, urls: Mapping[str, str]) -> None:
    """Bring dumps back into databases that exist; what is in them is replaced, each in one transaction."""
    for name, url in urls.items():
        options = ("--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction")
        _postgres_tool(name, url, "pg_restore", *options, str(folder / f"{name}.dump"))


def _postgres_tool(name: str, url: str, tool: str, *arguments: str) -> None:
    from sqlalchemy.engine import make_url

    program = shutil.which(tool)
    if program is None:
        raise NotCopied(f"{name}'s database: {tool} is not installed; it comes with PostgreSQL's client programs")
    address = make_url(url).set(drivername="postgresql")
    # Not in the arguments: every user of the machine can read those.
    environment = {**os.environ, "PGPASSWORD": address.password or ""}
    plain = address.set(password=None).render_as_string()
    said = subprocess.run(
        [program, f"--dbname={plain}", *arguments],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60 * _MINUTES_OF_A_DUMP,
        check=False,
    )
    if said.returncode != 0:
        raise NotCopied(f"{name}'s database: {tool} said {said.stderr.strip()[-600:]}")
