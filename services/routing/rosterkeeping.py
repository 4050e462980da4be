"""Everything that the roster's endpoints call, gathered by ``app.py``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from services.routing.roster.alterations import Alteration
from services.routing.roster.book import Directory, RosterBook
from services.routing.roster.changes import ChangePage, recorded
from services.routing.roster.document import Kind, Roster
from services.routing.roster.entries import E, entry_of
from services.routing.tables import IDEMPOTENCY
from services.routing.usecases.roster_editing import RosterEditing
from shared.clock import Clock, local_date
from shared.db.idempotency import Answer, Key, once
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.errors import NotFound

R = TypeVar("R")


@dataclass(frozen=True)
class RosterKeeping:
    """The roster of one body, as its endpoints see it."""

    clock: Clock
    time_zone: str
    reader: Reader
    writer: Writer
    book: RosterBook
    editing: RosterEditing
    changed: Callable[[], None]
    """Called after each change: orders that nobody fitted may find somebody now."""
    bodies: Callable[[], Mapping[str, Mapping[str, str]]]
    """The names of this body and of others in the tree, as far as they are known now, by code and language."""

    def today(self) -> date:
        """The date at the body."""
        return local_date(self.clock.now(), self.time_zone)

    async def directory(self) -> Directory:
        """The present roster. Raises NotFound before the first one."""
        directory = await self.book.present(self.reader)
        if directory is None:
            raise NotFound("no-roster", "There is no roster yet. Bring a roster file first.")
        return directory

    async def entry(self, kind: type[E], code: str) -> E:
        """One entry. Raises NotFound."""
        found = entry_of((await self.directory()).roster, kind, code)
        if found is None:
            raise NotFound("not-in-roster", "There is no such entry in the roster.", field="code")
        return found

    async def changes(self, kind: Kind | None, code: str | None, cursor: str | None, limit: int) -> ChangePage:
        """What was changed, when and by whom; the newest first."""
        return await recorded(self.reader, kind=kind, code=code, cursor=cursor, limit=limit)

    async def add(self, by: str, entry: E) -> E:
        """See :meth:`RosterEditing.add`."""
        return await self._write(lambda tx: self.editing.add(tx, by, entry))

    async def put(self, by: str, entry: E, seen: str | None = None) -> E:
        """See :meth:`RosterEditing.put`."""
        return await self._write(lambda tx: self.editing.put(tx, by, entry, seen))

    async def alter(self, by: str, code: str, alteration: Alteration[E], key: Key | None = None) -> None:
        """See :meth:`RosterEditing.alter`; with the same ``key`` it is done once."""

        async def answered(tx: Transaction) -> Answer:
            await self.editing.alter(tx, by, code, alteration)
            return 200, None

        await once(self.writer, IDEMPOTENCY, key, answered)
        self.changed()

    async def remove(self, by: str, kind: type[E], code: str) -> None:
        """See :meth:`RosterEditing.remove`."""
        await self._write(lambda tx: self.editing.remove(tx, by, kind, code))

    async def alter_body(self, by: str, alter: Callable[[Roster], Roster]) -> Roster:
        """See :meth:`RosterEditing.alter_body`."""
        return await self._write(lambda tx: self.editing.alter_body(tx, by, alter))

    async def _write(self, job: Callable[[Transaction], Awaitable[R]]) -> R:
        result = await self.writer.run(job)
        self.changed()
        return result
