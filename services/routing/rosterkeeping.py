"""Everything that the roster's endpoints call, gathered by ``app.py``."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from services.routing.roster.altering import E, entry_of
from services.routing.roster.book import Directory, RosterBook
from services.routing.roster.changes import ChangePage, recorded
from services.routing.roster.document import Kind, MemberEntry, Roster, StationEntry
from services.routing.roster.parts import DutyEntry, LeaveEntry, TermEntry
from services.routing.tables import IDEMPOTENCY
from services.routing.usecases.roster_editing import WHOLE, Piece, RosterEditing
from shared.clock import Clock, local_date
from shared.db.idempotency import Key, once
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.errors import Conflict, NotFound

R = TypeVar("R")

_LEAVE = Piece(("leave",), "begins_on")
_TERM = Piece(("terms",), "begins_on")


@dataclass(frozen=True)
class RosterKeeping:
    """The roster of one body, as its endpoints see it."""

    clock: Clock
    time_zone: str
    reader: Reader
    writer: Writer
    book: RosterBook
    editing: RosterEditing

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

    async def put(self, by: str, entry: E, seen: str | None = None) -> E:
        """See :meth:`RosterEditing.put`."""
        return await self.writer.run(lambda tx: self.editing.put(tx, by, entry, seen))

    async def alter(self, by: str, kind: type[E], code: str, alter: Callable[[E], E], piece: Piece = WHOLE) -> E:
        """See :meth:`RosterEditing.alter`."""
        return await self.writer.run(lambda tx: self.editing.alter(tx, by, kind, code, alter, piece))

    async def remove(self, by: str, kind: type[E], code: str) -> None:
        """See :meth:`RosterEditing.remove`."""
        await self.writer.run(lambda tx: self.editing.remove(tx, by, kind, code))

    async def alter_body(self, by: str, alter: Callable[[Roster], Roster]) -> Roster:
        """See :meth:`RosterEditing.alter_body`."""
        return await self.writer.run(lambda tx: self.editing.alter_body(tx, by, alter))

    async def add_leave(self, by: str, code: str, leave: LeaveEntry, key: Key | None = None) -> None:
        """A member will be away. Raises NotFound, and DomainError on a field of ``leave``."""

        def with_leave(member: MemberEntry) -> MemberEntry:
            return member.model_copy(update={"leave": (*member.leave, leave)})

        await self._once(key, lambda tx: self.editing.alter(tx, by, MemberEntry, code, with_leave, _LEAVE))

    async def end_leave(self, by: str, code: str, begins_on: date, ends_on: date) -> None:
        """A leave ends on another day than was said. Raises NotFound, and DomainError on ``ends_on``."""

        def with_end(member: MemberEntry) -> MemberEntry:
            changed = _that(member.leave, begins_on).model_copy(update={"ends_on": ends_on})
            leave = tuple(changed if each.begins_on == begins_on else each for each in member.leave)
            return member.model_copy(update={"leave": leave})

        await self.alter(by, MemberEntry, code, with_end, _LEAVE)

    async def drop_leave(self, by: str, code: str, begins_on: date) -> None:
        """A leave is not taken. Raises NotFound."""

        def without(member: MemberEntry) -> MemberEntry:
            _that(member.leave, begins_on)
            return member.model_copy(update={"leave": tuple(e for e in member.leave if e.begins_on != begins_on)})

        await self.alter(by, MemberEntry, code, without, _LEAVE)

    async def add_term(self, by: str, code: str, term: TermEntry, key: Key | None = None) -> None:
        """A member holds office. Raises NotFound, and DomainError on a field of ``term``."""

        def with_term(member: MemberEntry) -> MemberEntry:
            return member.model_copy(update={"terms": (*member.terms, term)})

        await self._once(key, lambda tx: self.editing.alter(tx, by, MemberEntry, code, with_term, _TERM))

    async def drop_term(self, by: str, code: str, begins_on: date) -> None:
        """A term was recorded by mistake. Raises NotFound."""

        def without(member: MemberEntry) -> MemberEntry:
            _that(member.terms, begins_on)
            return member.model_copy(update={"terms": tuple(t for t in member.terms if t.begins_on != begins_on)})

        await self.alter(by, MemberEntry, code, without, _TERM)

    async def except_day(self, by: str, code: str, day: date, *, is_extra: bool, key: Key | None = None) -> None:
        """One day on which a station's duty rules do not hold. Raises NotFound, Conflict, DomainError on ``day``."""
        name = "extra" if is_extra else "cancelled"

        def with_day(station: StationEntry) -> StationEntry:
            duty = own_duty(station)
            days = (*(each for each in getattr(duty, name) if each != day), day)
            return station.model_copy(update={"duty": duty.model_copy(update={name: days})})

        piece = Piece(("duty", name), "day")
        await self._once(key, lambda tx: self.editing.alter(tx, by, StationEntry, code, with_day, piece))

    async def keep_day(self, by: str, code: str, day: date) -> None:
        """The rules hold again on that day. Raises NotFound."""

        def without(station: StationEntry) -> StationEntry:
            duty = own_duty(station)
            if day not in (*duty.extra, *duty.cancelled):
                raise NotFound("not-in-roster", "There is no such entry in the roster.", field="day")
            days = {name: tuple(d for d in getattr(duty, name) if d != day) for name in ("extra", "cancelled")}
            return station.model_copy(update={"duty": duty.model_copy(update=days)})

        await self.alter(by, StationEntry, code, without, Piece(("duty",), "day"))

    async def _once(self, key: Key | None, job: Callable[[Transaction], Awaitable[object]]) -> None:
        async def answered(tx: Transaction) -> tuple[int, None]:
            await job(tx)
            return 201, None

        await once(self.writer, IDEMPOTENCY, key, answered)


def own_duty(station: StationEntry) -> DutyEntry:
    """The duty days of a station's own. Raises Conflict where it keeps those of the body."""
    if station.duty is None:
        raise Conflict(
            "no-own-duty-days",
            "This station keeps the duty days of the body. Give it a rule of its own first.",
            field="day",
        )
    return station.duty


P = TypeVar("P", TermEntry, LeaveEntry)


def _that(parts: tuple[P, ...], begins_on: date) -> P:
    found = next((each for each in parts if each.begins_on == begins_on), None)
    if found is None:
        raise NotFound("not-in-roster", "There is no such entry in the roster.", field="begins_on")
    return found
