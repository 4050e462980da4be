"""Reading, beside the writer: pages and look-ups that change nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.engine import Row

from shared.db.engine import Database


class Reader:
    """Short reads, each on a connection of its own that goes straight back to the pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def one(self, statement: Executable) -> Row[Any] | None:
        """The only row of a SELECT, or None."""
        return await self._database.read(lambda connection: connection.execute(statement).one_or_none())

    async def all(self, statement: Executable) -> Sequence[Row[Any]]:
        """All rows of a SELECT; pages pass a limit."""
        return await self._database.read(lambda connection: connection.execute(statement).all())

    async def scalar(self, statement: Executable) -> Any:
        """The first column of the first row, or None."""
        return await self._database.read(lambda connection: connection.execute(statement).scalar())
