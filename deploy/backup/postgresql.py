"""Holds a moment of a PostgreSQL database for ``pg_dump``, which is another process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from sqlalchemy.engine import make_url

from deploy.backup.trouble import NotCopied

_SNAPSHOT = "SELECT pg_export_snapshot()"


@contextmanager
def exported(name: str, url: str) -> Iterator[str]:
    """The id of a snapshot, good while inside. Raises :class:`NotCopied` where the database cannot be opened."""
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with asyncio.Runner() as loop:
        try:
            connection = loop.run(asyncpg.connect(address, timeout=10))
        except (OSError, asyncpg.PostgresError) as error:
            raise NotCopied(f"{name}'s database: {error}") from error
        try:
            loop.run(connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"))
            yield str(loop.run(connection.fetchval(_SNAPSHOT)))
        finally:
            loop.run(connection.close())
