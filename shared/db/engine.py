"""One database, written by one connection and read by many, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Dialect, Engine, Executable, Table, make_url
from sqlalchemy.engine import CursorResult

from shared.db.adding import Row

T = TypeVar("T")

Rows = Row | Sequence[Row]


class Writing(Protocol):
    """A transaction that is open for writing."""

    @property
    def dialect(self) -> Dialect:
        """Which SQL it speaks."""

    async def execute(self, statement: Executable, rows: Rows | None = None) -> CursorResult[Any]:
        """Run one statement."""

    async def add(self, table: Table, rows: Sequence[Row]) -> None:
        """Insert ``rows``, one at least and all of one shape. Raises IntegrityError where one is there already."""

    async def add_missing(self, table: Table, rows: Sequence[Row]) -> None:
        """Insert those of ``rows``, all of one shape, that are not there yet."""

    async def add_or_lower(self, table: Table, rows: Sequence[Row], column: str) -> None:
        """Insert those of ``rows`` that are not there; where one is, ``column`` keeps the lower of both values."""

    async def add_missing_and_say(self, table: Table, rows: Sequence[Row], key: str) -> set[Any]:
        """The same; gives the ``key`` of each row that was not there."""

    def savepoint(self) -> AbstractAsyncContextManager[Any]:
        """What an error inside undoes by itself."""

    async def run(self, work: Callable[[Connection], T]) -> T:
        """Do ``work`` that needs SQLAlchemy's own connection, as migrations do."""


class Database(Protocol):
    """A service's database; :func:`open_database` makes one.

    Errors do not show parameters, which hold what residents wrote.
    """

    @property
    def engine(self) -> Engine:
        """Behind the writing connection."""

    def writing(self) -> AbstractAsyncContextManager[Writing]:
        """A transaction, committed at the end, undone by an error. One at a time, whichever process asks."""

    async def read(self, look: Callable[[Connection], T]) -> T:
        """What ``look`` finds, on a connection of its own."""

    async def dispose(self) -> None:
        """Close every connection."""


def open_database(url: str) -> Database:
    """The database at ``url``, of SQLite or PostgreSQL; connected when first used."""
    # Each kind brings its driver along; a body has one kind.
    if make_url(url).get_backend_name() == "sqlite":
        from shared.db.sqlite import SqliteDatabase

        return SqliteDatabase(url)
    from shared.db.postgresql import PostgresDatabase

    return PostgresDatabase(url)
