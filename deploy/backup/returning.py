"""Brings a body back from its backup, onto an empty machine or in place of what is there."""

from __future__ import annotations

import asyncio
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from deploy.backup import databases
from deploy.backup.manifest import Manifest
from deploy.backup.taking import BODY, DATABASES, STREAMS
from deploy.backup.trouble import Foreign, NotCopied, StillRunning
from deploy.body_config import BodyConfig, config_path
from deploy.lock import AlreadyUp, PlaceLock
from deploy.machine import Machine


def restore(machine: Machine, folder: Path, *, expected: str | None = None) -> tuple[Manifest, Path | None]:
    """Bring back the body whose backup lies in ``folder``; what the backup is, and where the former files went.

    Nothing is touched before every file was compared with the manifest. Files that are there are moved aside, not
    removed; PostgreSQL databases are replaced. Raises :class:`deploy.backup.manifest.NoBackup` and
    :class:`deploy.backup.manifest.Damaged`; :class:`Foreign` where it is not ``expected`` or the body here has other
    keys; :class:`StillRunning`; :class:`NotCopied`.
    """
    manifest = Manifest.read(folder)
    if expected is not None and manifest.body != expected:
        raise Foreign(f"the backup is of {manifest.body}, not of {expected}")
    if manifest.of_containers:
        raise Foreign("the backup is of a body in containers: --nats, --postgres and --sites say which")
    manifest.verify(folder)
    lock = PlaceLock(machine.lock_file)
    try:
        lock.take()
    except AlreadyUp as up:
        raise StillRunning(f"an instance runs here (process {up.pid}); `doorstep down` ends it") from None
    try:
        return manifest, _put_back(machine, folder, manifest)
    finally:
        lock.release()


def _put_back(machine: Machine, folder: Path, manifest: Manifest) -> Path | None:
    home = machine.folder(manifest.body)
    kept = BodyConfig.read(folder / BODY / "body.json")
    present = config_path(machine, manifest.body)
    if present.exists() and BodyConfig.read(present).secrets.keys != kept.secrets.keys:
        raise Foreign(f"the {manifest.body} in {home} is another body: its keys are not those of the backup")
    urls = machine.database_urls(manifest.body)
    if databases.kind_of(urls) != manifest.databases:
        raise Foreign(f"the backup has {manifest.databases} databases: DOORSTEP_DATABASE_URL does not fit")
    draft = home.with_name(f".{manifest.body}.restored")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(folder / BODY, draft, copy_function=shutil.copyfile)
    shutil.copytree(folder / STREAMS, draft / STREAMS, copy_function=shutil.copyfile)
    if manifest.databases == "sqlite":
        for path in (folder / DATABASES).iterdir():
            shutil.copyfile(path, draft / path.name)
    else:
        _restore_server(machine, folder, urls)
    _settle(draft)
    aside = None
    if home.exists():
        aside = home.parent / "before" / f"{manifest.body}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
        aside.parent.mkdir(exist_ok=True, mode=0o700)
        home.rename(aside)
    draft.rename(home)
    _sync(home.parent)
    return aside


def _restore_server(machine: Machine, folder: Path, urls: dict[str, str]) -> None:
    # Imported here: with SQLite files no database library is needed.
    from sqlalchemy.exc import SQLAlchemyError

    from deploy.databases import create_databases

    assert machine.database_server is not None
    try:
        asyncio.run(create_databases(machine.database_server, urls.values()))
    except (OSError, SQLAlchemyError) as error:
        raise NotCopied(f"the PostgreSQL server: {error}") from error
    databases.restore_dumps(folder / DATABASES, urls)


def _settle(draft: Path) -> None:
    """For its owner only, and on the disk."""
    draft.chmod(0o700)
    for path in draft.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
        _sync(path)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
