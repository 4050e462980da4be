"""What a use case may do inside one transaction: read, write, and say what happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Executable
from sqlalchemy.engine import CursorResult, Row

from shared.clock import Clock
from shared.contracts.event import Event
from shared.db.adding import Row as NewRow
from shared.db.adding import insert_for
from shared.db.engine import Rows, Writing
from shared.ids import new_id


@dataclass(frozen=True, slots=True)
class Announcement:
    """An event that will be published once the transaction is committed, and not otherwise."""

    event_id: str
    event: Event
    to_child: str | None = None
    """The child body that it goes down to; None for an event of any other way."""


class Transaction:
    """One unit of work. Only the :class:`~shared.db.writer.Writer` commits it; a raised error undoes it whole."""

    def __init__(self, connection: Writing, clock: Clock) -> None:
        self.connection = connection
        self.now: datetime = clock.now()
        self.announced: list[Announcement] = []

    async def execute(self, statement: Executable, rows: Rows | None = None) -> CursorResult[Any]:
        """Run one Core statement; a sequence of ``rows`` goes to the database in one call."""
        return await self.connection.execute(statement, rows)

    async def add(self, table: Any, rows: Sequence[NewRow]) -> None:
        """Insert ``rows``, all of one shape, in the quickest way. Raises IntegrityError where one is there already."""
        await self.connection.add(table, rows)

    async def add_missing(self, table: Any, rows: Sequence[NewRow]) -> None:
        """Insert those of ``rows``, all of one shape, that are not there yet."""
        await self.connection.add_missing(table, rows)

    async def add_or_lower(self, table: Any, rows: Sequence[NewRow], column: str) -> None:
        """Insert those of ``rows``, all of one shape, that are not there; of one that is, ``column`` takes the lower
        of both values."""
        await self.connection.add_or_lower(table, rows, column)

    async def add_missing_and_say(self, table: Any, rows: Sequence[NewRow], key: str) -> set[Any]:
        """The same; gives the ``key`` of each row that was not there."""
        return await self.connection.add_missing_and_say(table, rows, key)

    async def one(self, statement: Executable) -> Row[Any] | None:
        """The only row of a SELECT, or None."""
        return (await self.connection.execute(statement)).one_or_none()

    async def all(self, statement: Executable) -> Sequence[Row[Any]]:
        """All rows of a SELECT."""
        return (await self.connection.execute(statement)).all()

    async def scalar(self, statement: Executable) -> Any:
        """The first column of the first row, or None."""
        return (await self.connection.execute(statement)).scalar()

    def insert(self, table: Any) -> Any:
        """An INSERT into ``table`` that offers ``on_conflict_do_nothing`` and ``on_conflict_do_update``."""
        return insert_for(self.connection.dialect.name, table)

    def announce(self, event: Event, *, event_id: str | None = None, to_child: str | None = None) -> None:
        """Publish ``event`` when, and only when, this transaction commits.

        Give ``event_id`` (:func:`shared.ids.derived_id`) where the event follows from another, so that a
        repeat of the cause is the same event. ``to_child``: the child body that it is handed down to.
        """
        self.announced.append(Announcement(event_id or new_id(), event, to_child))
