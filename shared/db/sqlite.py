"""SQLite under asyncio, with a thread only where there is something to wait for.

A use case touches a few rows, which is a matter of memory: done at once, it costs half of what it costs to ask a thread
for it, statement by statement (measured, docs/decisions/0005). A commit waits for the disk, and a reader may ask for
much: those go to threads.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Dialect, Engine, Executable, Insert, QueuePool, Table, create_engine, event, make_url
from sqlalchemy.engine import CursorResult
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError

from shared.db.adding import DriverInsert, Row, adding, adding_missing, adding_or_lowering, driver_insert
from shared.db.engine import Rows

T = TypeVar("T")

BUSY_MS = 10_000
READERS = 4
FEW_ROWS = 512
"""More than these are added in a thread: it takes as long as a commit."""


class SqliteDatabase:
    """A file, with one connection that writes.

    It opens every transaction with BEGIN IMMEDIATE, without which two transactions that read and then write fail as
    "locked" whatever the timeout (measured: 131 of 160, and none with it).
    """

    def __init__(self, url: str) -> None:
        self._writes = _engine(url, connections=1, begin="BEGIN IMMEDIATE")
        self._reads = _engine(url, connections=READERS, begin="BEGIN")
        self._writer: Connection | None = None
        self._committing = ThreadPoolExecutor(1, "commit")
        self._reading = ThreadPoolExecutor(READERS, "read")

    @property
    def engine(self) -> Engine:
        return self._writes

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[_Writing]:
        if self._writer is None:
            self._writer = self._writes.connect()
        transaction = self._writer.begin()
        try:
            yield _Writing(self._writer, self._committing)
            await _to_the_end(self._committing, transaction.commit)
        except BaseException:
            transaction.rollback()
            # A commit that failed is over for SQLAlchemy, and not for SQLite.
            self._writer.connection.rollback()
            raise

    async def read(self, look: Callable[[Connection], T]) -> T:
        def connected() -> T:
            with self._reads.connect() as connection:
                return look(connection)

        return await asyncio.get_running_loop().run_in_executor(self._reading, connected)

    async def dispose(self) -> None:
        self._committing.shutdown()
        self._reading.shutdown()
        if self._writer is not None:
            self._writer.close()
        self._writes.dispose()
        self._reads.dispose()


class _Writing:
    """Statements run where they are asked for."""

    def __init__(self, connection: Connection, thread: ThreadPoolExecutor) -> None:
        self._connection = connection
        self._thread = thread

    @property
    def dialect(self) -> Dialect:
        return self._connection.dialect

    async def execute(self, statement: Executable, rows: Rows | None = None) -> CursorResult[Any]:
        return self._connection.execute(statement, rows)

    async def add(self, table: Table, rows: Sequence[Row]) -> None:
        await self._fill(adding(table), rows)

    async def add_missing(self, table: Table, rows: Sequence[Row]) -> None:
        await self._fill(adding_missing(self.dialect.name, table), rows)

    async def add_or_lower(self, table: Table, rows: Sequence[Row], column: str) -> None:
        await self._fill(adding_or_lowering(self.dialect.name, table, column), rows)

    async def add_missing_and_say(self, table: Table, rows: Sequence[Row], key: str) -> set[Any]:
        insert = self._ready(adding_missing(self.dialect.name, table), rows)
        cursor = self._cursor()
        with _errors_of(insert):
            return {row[key] for row in rows if cursor.execute(insert.sql, insert.values(row)).rowcount}

    async def _fill(self, statement: Insert, rows: Sequence[Row]) -> None:
        insert = self._ready(statement, rows)
        values = [insert.values(row) for row in rows]
        with _errors_of(insert):
            if len(rows) > FEW_ROWS:
                await _to_the_end(self._thread, lambda: self._cursor().executemany(insert.sql, values))
            else:
                self._cursor().executemany(insert.sql, values)

    def _ready(self, statement: Insert, rows: Sequence[Row]) -> DriverInsert:
        return driver_insert(statement, tuple(rows[0]), self.dialect)

    def _cursor(self) -> DBAPICursor:
        return self._connection.connection.cursor()

    def savepoint(self) -> AbstractAsyncContextManager[Any]:
        return _savepoint(self._connection)

    async def run(self, work: Callable[[Connection], T]) -> T:
        return work(self._connection)


@asynccontextmanager
async def _savepoint(connection: Connection) -> AsyncIterator[None]:
    with connection.begin_nested():
        yield


@contextmanager
def _errors_of(insert: DriverInsert) -> Iterator[None]:
    """The driver's errors as SQLAlchemy raises them, without what the rows held."""
    try:
        yield
    except sqlite3.Error as error:
        raise DBAPIError.instance(insert.sql, None, error, sqlite3.Error, hide_parameters=True) from error


async def _to_the_end(thread: ThreadPoolExecutor, call: Callable[[], object]) -> None:
    """Wait for ``call`` even when cancelled: nobody else may touch the connection meanwhile."""
    under_way = asyncio.get_running_loop().run_in_executor(thread, call)
    try:
        await asyncio.shield(under_way)
    except asyncio.CancelledError:
        await under_way
        raise


def _engine(url: str, *, connections: int, begin: str) -> Engine:
    # Several threads use a connection, never two at once.
    engine = create_engine(
        make_url(url).set(drivername="sqlite"),
        hide_parameters=True,
        poolclass=QueuePool,
        pool_size=connections,
        max_overflow=0,
        connect_args={"check_same_thread": False},
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _prepare(connection: Any, _record: Any) -> None:
    # SQLAlchemy says BEGIN, not the driver; see SqliteDatabase.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # FULL: with NORMAL a power cut lost 702 of 184,721 committed rows, with FULL none (docs/decisions/0004).
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()
