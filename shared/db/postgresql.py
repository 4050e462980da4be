"""PostgreSQL through asyncpg."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Dialect, Engine, Executable, Table, func, select
from sqlalchemy.engine import CursorResult
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine

from shared.db.adding import Row, adding, adding_missing, adding_missing_and_saying, adding_or_lowering
from shared.db.engine import Rows
from shared.db.locks import STOPPED_WRITER_UNDONE, VANISHED_HOST_NOTICED, WRITER

T = TypeVar("T")

READERS, READERS_MORE = 4, 2
"""Connections kept, and those beyond in a rush. With the writer's one and the two of ``shared.db.leading`` a process
has nine at most: two of each service fit into PostgreSQL's usual hundred."""

_MY_TURN = select(func.pg_advisory_xact_lock(*WRITER))


class PostgresDatabase:
    """A database of a server, and of every process of the service that it is opened by.

    One transaction writes at a time, whichever process it is of, and each sees all that was committed before: what
    holds for the one writer of a SQLite file holds here too (docs/decisions/0024). Connections that died meanwhile are
    noticed before they are used.
    """

    def __init__(self, url: str) -> None:
        settings = VANISHED_HOST_NOTICED | STOPPED_WRITER_UNDONE
        self._writes = create_async_engine(
            url,
            hide_parameters=True,
            pool_size=1,  # the others would wait for their turn with a connection each
            max_overflow=0,
            pool_pre_ping=True,
            connect_args={"server_settings": settings},
        )
        self._reads = create_async_engine(
            url, hide_parameters=True, pool_size=READERS, max_overflow=READERS_MORE, pool_pre_ping=True
        )

    @property
    def engine(self) -> Engine:
        return self._writes.sync_engine

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[_Writing]:
        async with self._writes.begin() as connection:
            await connection.execute(_MY_TURN)
            yield _Writing(connection)

    async def read(self, look: Callable[[Connection], T]) -> T:
        async with self._reads.connect() as connection:
            return await connection.run_sync(look)

    async def dispose(self) -> None:
        await self._writes.dispose()
        await self._reads.dispose()


class _Writing:
    """Statements wait for the server's answer."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    @property
    def dialect(self) -> Dialect:
        return self._connection.dialect

    async def execute(self, statement: Executable, rows: Rows | None = None) -> CursorResult[Any]:
        return await self._connection.execute(statement, rows)

    async def add(self, table: Table, rows: Sequence[Row]) -> None:
        await self._connection.execute(adding(table), rows)

    async def add_missing(self, table: Table, rows: Sequence[Row]) -> None:
        await self._connection.execute(adding_missing(self.dialect.name, table), rows)

    async def add_or_lower(self, table: Table, rows: Sequence[Row], column: str) -> None:
        await self._connection.execute(adding_or_lowering(self.dialect.name, table, column), rows)

    async def add_missing_and_say(self, table: Table, rows: Sequence[Row], key: str) -> set[Any]:
        statement = adding_missing_and_saying(self.dialect.name, table, key)
        return set((await self._connection.execute(statement, rows)).scalars())

    def savepoint(self) -> AbstractAsyncContextManager[Any]:
        return self._connection.begin_nested()

    async def run(self, work: Callable[[Connection], T]) -> T:
        return await self._connection.run_sync(work)
