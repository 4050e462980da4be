"""Two engines on one database: one that writes, one that only reads."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import create_async_engine

from shared.db.sqlite import BEGIN_WRITING, reading_connection, writing_connection

SQLITE_BUSY_MS = 10_000


class Database:
    """A service's database.

    ``writing`` is for the one :class:`shared.db.writer.Writer` of the service; ``reading`` for everything else.
    On SQLite the first opens every transaction with BEGIN IMMEDIATE, without which two transactions that read
    and then write fail as "locked" whatever the timeout (measured: 131 of 160, and none with it). Errors do not show
    parameters, which hold what residents wrote.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        if self.is_sqlite:
            path = make_url(url).database or ""
            self.writing = create_async_engine(
                url, hide_parameters=True, pool_size=1, max_overflow=0, async_creator=writing_connection(path)
            )
            self.reading = create_async_engine(
                url, hide_parameters=True, pool_size=4, max_overflow=4, async_creator=reading_connection(path)
            )
            for engine in (self.writing, self.reading):
                event.listen(engine.sync_engine, "connect", _prepare_sqlite)
            event.listen(self.writing.sync_engine, "begin", _begin_immediate)
            event.listen(self.reading.sync_engine, "begin", _begin)
        else:
            self.writing = create_async_engine(
                url, hide_parameters=True, pool_size=2, max_overflow=0, pool_pre_ping=True
            )
            self.reading = create_async_engine(
                url, hide_parameters=True, pool_size=4, max_overflow=6, pool_pre_ping=True
            )

    async def dispose(self) -> None:
        """Close every connection."""
        await self.writing.dispose()
        await self.reading.dispose()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # SQLAlchemy says BEGIN, not the driver; see the class docstring.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # FULL: with NORMAL a power cut lost 702 of 184,721 committed rows, with FULL none (docs/decisions/0004).
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute(f"PRAGMA busy_timeout={SQLITE_BUSY_MS}")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_immediate(connection: Any) -> None:
    connection.exec_driver_sql(BEGIN_WRITING)


def _begin(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN")


def insert_for(dialect_name: str, table: Any) -> Any:
    """An INSERT that knows ON CONFLICT, which SQLAlchemy spells once per database and both spell alike."""
    return sqlite.insert(table) if dialect_name == "sqlite" else postgresql.insert(table)
