"""Backup and return of a body in containers, from the host: each part by the programs of its own container.

``Exec`` is how a command is run in a container (``podman exec -i NAME``, ``docker exec -i NAME``, ``kubectl exec -i
POD --``); nothing else of the engine is used. The order is that of :mod:`deploy.backup.taking`.

<folder>/manifest.json  secrets.json  body/  jetstream/  databases/<service>.dump
"""

from __future__ import annotations

import shlex
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO

from deploy.backup.archive import pack, unpack
from deploy.backup.manifest import SECRETS, Manifest, kept_files
from deploy.backup.taking import BODY, DATABASES, STREAMS, close_to_others, make, refuse_used
from deploy.backup.trouble import Foreign, NotCopied, StillRunning
from deploy.containers.addresses import database_name
from deploy.private_file import write_private
from deploy.topology import SERVICES
from deploy.trouble import CalledWrongly

_SHORT, _LONG = 60.0, 7200.0
"""Seconds: for what answers at once, and for what copies a database."""
_PLACED_WITHIN, _LOOK_EVERY = 120.0, 1.0
_AS_ADMINISTRATOR = 'PGPASSWORD=$(cat "$POSTGRES_PASSWORD_FILE"); export PGPASSWORD; exec "$@" -h 127.0.0.1 -U postgres'
_SNAPSHOT = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SELECT pg_export_snapshot();\n"
_CONNECTED = "SELECT DISTINCT usename FROM pg_stat_activity WHERE usename IN ({})"


@dataclass(frozen=True)
class Containers:
    """Where the parts of one body are: how to run something beside its message server and its PostgreSQL, and the
    folder that ``doorstep containers`` wrote for it and its neighbours."""

    nats: Sequence[str]
    postgres: Sequence[str]
    sites: Path

    @classmethod
    def described(cls, nats: str, postgres: str, sites: Path) -> Containers:
        """By commands as a shell would read them. Raises :class:`deploy.trouble.CalledWrongly`."""
        try:
            return cls(shlex.split(nats), shlex.split(postgres), sites)
        except ValueError as error:
            raise CalledWrongly(f"--nats or --postgres: {error}") from error

    def secrets(self, body: str) -> Path:
        """What is kept on the host of ``body``."""
        return self.sites / body / SECRETS


def take(containers: Containers, folder: Path, *, expected: str | None = None) -> Manifest:
    """Write a backup of the body whose containers these are into the new or empty ``folder``, while it works.

    Raises :class:`deploy.backup.trouble.NotEmpty`, :class:`Foreign` where it is not ``expected``, and
    :class:`NotCopied` with the words of the program that failed.
    """
    refuse_used(folder)
    with _running("the message server", (*containers.nats, "python", "-m", "deploy.containers.still")) as (told, said):
        word, _, code = said.readline().decode().strip().partition(" ")
        if word != "still":
            raise NotCopied("the message server's container did not stand still: see what it said above")
        if expected not in (None, code):
            raise Foreign(f"the containers are those of {code}, not of {expected}")
        secrets = _kept_secrets(containers.secrets(code))
        make(folder, DATABASES)
        with ExitStack() as held:
            snapshots = {name: held.enter_context(_snapshot(containers, code, name)) for name in SERVICES}
            taken_at = datetime.now(UTC)
            told.write(b"copy\n")
            told.flush()
            unpack(said, folder)
            for name, snapshot in snapshots.items():
                _dump(containers, code, name, snapshot, folder / DATABASES / f"{name}.dump")
    write_private(folder / SECRETS, secrets)
    close_to_others(folder)
    manifest = Manifest(
        body=code,
        taken_at=taken_at,
        doorstep=version("doorstep"),
        databases="postgresql",
        files=kept_files(folder),
    ).sealed()
    manifest.write(folder)
    return manifest


def restore(containers: Containers, folder: Path, *, expected: str | None = None) -> Manifest:
    """Bring back the body whose backup lies in ``folder``: its databases are replaced, its message server starts anew.

    Nothing is touched before every file was compared with the manifest. Raises
    :class:`deploy.backup.manifest.NoBackup`, :class:`deploy.backup.manifest.Damaged`, :class:`Foreign` where the
    containers are another body's, :class:`StillRunning` where services are connected, :class:`NotCopied`.
    """
    manifest = Manifest.read(folder)
    code = manifest.body
    if expected not in (None, code):
        raise Foreign(f"the backup is of {code}, not of {expected}")
    if not manifest.of_containers:
        raise Foreign("the backup is of a body on a machine; `doorstep restore` without --nats and --postgres")
    manifest.verify(folder)
    if _kept_secrets(containers.secrets(code)) != (folder / SECRETS).read_text(encoding="utf-8"):
        raise Foreign(f"{containers.secrets(code)} has other secrets than the backup: put those of the backup there")
    _refuse_running(containers, code)
    beside = (*containers.nats, "python", "-m", "deploy.containers.returned")
    with _running("the message server", (*beside, "take")) as (told, _):
        pack(told, {STREAMS: folder / STREAMS, BODY: folder / BODY})
    for name in SERVICES:
        _restore_dump(containers, code, name, folder / DATABASES / f"{name}.dump")
    # What it says is lost where its container ends before an engine has asked; whether it was done is asked then.
    _code((*beside, "place"))
    _wait(lambda: _code((*beside, "placed")) == 0)
    return manifest


def _kept_secrets(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise CalledWrongly(f"--sites: {path}: {error.strerror}") from error


def _refuse_running(containers: Containers, code: str) -> None:
    services = ", ".join(f"'{name}'" for name in SERVICES)
    query = ("-qAtX", "-d", "postgres", "-c", _CONNECTED.format(services))
    found = _said("PostgreSQL", _client(containers, "psql", *query))
    if found.strip():
        raise StillRunning(f"services of {code} run: stop {', '.join(found.decode().split())} first")


@contextmanager
def _snapshot(containers: Containers, code: str, service: str) -> Iterator[str]:
    command = _client(containers, "psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-d", database_name(code, service))
    with _running(f"{service}'s database", command) as (told, said):
        told.write(_SNAPSHOT)
        told.flush()
        snapshot = said.readline().decode().strip()
        if not snapshot:
            raise NotCopied(f"{service}'s database cannot be held: see what psql said above")
        yield snapshot


def _dump(containers: Containers, code: str, service: str, snapshot: str, path: Path) -> None:
    path.touch(mode=0o600)
    options = ("-Fc", f"--snapshot={snapshot}", f"--dbname={database_name(code, service)}")
    with path.open("wb") as file:
        _said(f"{service}'s database", _client(containers, "pg_dump", *options), out=file, within=_LONG)


def _restore_dump(containers: Containers, code: str, service: str, path: Path) -> None:
    # As the service's own user, who owns all that is in there.
    whose = (f"--role={service}", "--no-owner", "--no-privileges", f"--dbname={database_name(code, service)}")
    how = ("--clean", "--if-exists", "--single-transaction")
    with path.open("rb") as file:
        _said(f"{service}'s database", _client(containers, "pg_restore", *how, *whose), given=file, within=_LONG)


def _client(containers: Containers, program: str, *arguments: str) -> tuple[str, ...]:
    return (*containers.postgres, "sh", "-c", _AS_ADMINISTRATOR, program, program, *arguments)


@contextmanager
def _running(whose: str, command: Sequence[str]) -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """A program in a container that is spoken with; what it complains of is seen by whoever called us.

    Raises :class:`NotCopied` where it cannot be started or ends with anything but 0.
    """
    with _started(whose):
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None and process.stdout is not None
    try:
        yield process.stdin, process.stdout
        process.stdin.close()
        if process.wait(_LONG) != 0:
            raise NotCopied(f"{whose}: {shlex.join(command)} ended with {process.returncode}: see what it said above")
    except BrokenPipeError as error:
        raise NotCopied(f"{whose}: {shlex.join(command)} ended before its time: see what it said above") from error
    finally:
        process.kill()
        process.wait()
        with suppress(BrokenPipeError):
            process.stdin.close()
        process.stdout.close()


def _said(
    whose: str,
    command: Sequence[str],
    *,
    given: IO[bytes] | None = None,
    out: IO[bytes] | None = None,
    within: float = _SHORT,
) -> bytes:
    with _started(whose):
        said = subprocess.run(
            command,
            stdin=given or subprocess.DEVNULL,
            stdout=out or subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=within,
            check=False,
        )
    if said.returncode != 0:
        raise NotCopied(f"{whose}: {said.stderr.decode(errors='replace').strip()[-600:]}")
    return said.stdout or b""


@contextmanager
def _started(whose: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise NotCopied(f"{whose}: {error.filename}: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise NotCopied(f"{whose}: no end within {error.timeout:.0f} s") from error


def _code(command: Sequence[str]) -> int:
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_SHORT, check=False
    ).returncode


def _wait(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _PLACED_WITHIN
    while not done():
        if time.monotonic() > deadline:
            raise NotCopied(
                f"the message server did not come back within {_PLACED_WITHIN:.0f} s: its engine must start its "
                "container again when it ends (restart: unless-stopped)"
            )
        time.sleep(_LOOK_EVERY)  # between looks: the container is gone meanwhile, and nobody could call us
