"""Takes a backup of one body, running or not.

What makes it whole is the order (docs/decisions/0021): the message server is frozen first, so nothing passes between
the services any more; then the databases are held, and only then the streams are copied. So everything that a
service wrote down as published is in the streams, and everything that a durable was told is done is done in the
databases: whatever else was under way is still in an outbox, and is said again after a restore.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from deploy.backup import databases
from deploy.backup.manifest import Manifest, kept_files
from deploy.backup.trouble import NotCopied, NotEmpty
from deploy.body_config import BodyConfig, config_path
from deploy.lock import holder
from deploy.machine import Machine
from deploy.run_file import NotRunning, Run

STREAMS = "jetstream"
BODY = "body"
DATABASES = "databases"
NOT_TAKEN = ("*.db", "*.db-wal", "*.db-shm", "*.log", "*.log.*", "*.out", STREAMS, ".*")
"""Databases and streams have ways of their own; a log is no part of what a body is."""


def take(machine: Machine, body: str, folder: Path) -> Manifest:
    """Write a backup of ``body`` into the new or empty ``folder``.

    Raises :class:`NotEmpty`, :class:`deploy.backup.trouble.NotCopied`, and ``OSError`` where there is no such body
    or no room; what was written until then has no manifest, so nobody takes it for a backup.
    """
    refuse_used(folder)
    home = machine.folder(body)
    if folder.resolve().is_relative_to(home.resolve()):
        raise NotEmpty(f"{folder} lies in the body's own folder; a backup needs a place elsewhere")
    config = BodyConfig.read(config_path(machine, body))
    make(folder, BODY, DATABASES)
    server = server_pid(machine, body)
    with ended_in_order():
        with frozen(server), databases.held(config.database_urls) as held:
            taken_at = datetime.now(UTC)
            copy_streams(home / STREAMS, folder / STREAMS)
            _thaw(server)
            held.copy(folder / DATABASES)
        shutil.copytree(
            home,
            folder / BODY,
            ignore=shutil.ignore_patterns(*NOT_TAKEN),
            copy_function=shutil.copyfile,
            dirs_exist_ok=True,
        )
    close_to_others(folder)
    manifest = Manifest(
        body=body,
        taken_at=taken_at,
        doorstep=version("doorstep"),
        databases=databases.kind_of(config.database_urls),
        files=kept_files(folder),
    ).sealed()
    manifest.write(folder)
    return manifest


def refuse_used(folder: Path) -> None:
    """Raises :class:`NotEmpty` where there is something already."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise NotEmpty(f"{folder} is not empty; a backup needs a folder of its own")


def make(folder: Path, *parts: str) -> None:
    """The folder of a backup with its ``parts``, for its owner alone."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    for part in parts:
        (folder / part).mkdir(mode=0o700)


def copy_streams(home: Path, copy: Path) -> None:
    """The message server's files; none where it never ran."""
    if home.exists():
        shutil.copytree(home, copy, copy_function=shutil.copyfile)
    else:
        copy.mkdir()


def server_pid(machine: Machine, body: str) -> int | None:
    """The process of the body's message server; None while nothing runs here."""
    if holder(machine.lock_file) is None:
        # What a killed instance wrote down may be anybody's process by now.
        return None
    try:
        running = Run.read(machine.run_file).bodies.get(body)
    except NotRunning:
        return None
    return running.pids.get("nats") if running else None


@contextmanager
def frozen(pid: int | None) -> Iterator[None]:
    """Nothing runs in the process while inside: on disk it is as after a power cut, which its store is made for."""
    if pid is not None:
        try:
            os.kill(pid, signal.SIGSTOP)
        except ProcessLookupError:
            raise NotCopied("the message server is just being started again; try once more") from None
    try:
        yield
    finally:
        _thaw(pid)


def _thaw(pid: int | None) -> None:
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


@contextmanager
def ended_in_order() -> Iterator[None]:
    """A SIGTERM ends us as Ctrl-C does, so that the message server is never left frozen."""

    def leave(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def close_to_others(folder: Path) -> None:
    """Its owner alone reads what is below ``folder``."""
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
