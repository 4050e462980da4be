"""Change one entry of the roster (花名册) by hand; checked, logged and announced as an import is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from services.routing.roster.alterations import WHOLE, Alteration, Piece
from services.routing.roster.book import RosterBook
from services.routing.roster.checking import mistakes
from services.routing.roster.document import Roster
from services.routing.roster.entries import LISTS, E, entry_of, mark_of, with_entry, without_entry
from services.routing.roster.faults import Mistake
from services.routing.roster.lines import Location
from services.routing.roster.store import hold
from services.routing.usecases.roster_import import replace_roster
from shared.clock import local_date
from shared.db.transaction import Transaction
from shared.errors import Conflict, DomainError, NotFound

ENTRY = 2
"""Steps to an entry: its list, its place."""


class RosterEditing:
    """Edits the roster of one body."""

    def __init__(self, book: RosterBook, body: str, time_zone: str) -> None:
        self._book = book
        self._body = body
        self._zone = time_zone

    async def add(self, tx: Transaction, by: str, entry: E) -> E:
        """A new ``entry``. Raises Conflict on ``code`` where there is one of that code already."""
        before = await self._roster(tx)
        if entry_of(before, type(entry), entry.code) is not None:
            raise Conflict("code-taken", "This code is in the roster already.", field="code")
        return await self._keep(tx, by, before, entry, WHOLE)

    async def put(self, tx: Transaction, by: str, entry: E, seen: str | None = None) -> E:
        """``entry`` stands in the roster from now on, in place of the one of its code if there is one.

        ``by``: the login of whoever says so; ``seen``: the mark of the entry they had before them. Raises Conflict
        where it has changed meanwhile, DomainError for whatever an import would refuse.
        """
        before = await self._roster(tx)
        _check_seen(entry_of(before, type(entry), entry.code), seen)
        return await self._keep(tx, by, before, entry, WHOLE)

    async def alter(self, tx: Transaction, by: str, code: str, alteration: Alteration[E]) -> E:
        """Change a piece of an entry that is there. Raises NotFound, and DomainError for whatever an import refuses."""
        before = await self._roster(tx)
        there = entry_of(before, alteration.kind, code)
        if there is None:
            raise NotFound("not-in-roster", "There is no such entry in the roster.", field="code")
        return await self._keep(tx, by, before, alteration.apply(there), alteration.piece)

    async def remove(self, tx: Transaction, by: str, kind: type[E], code: str) -> None:
        """Take an entry out; what was recorded of it stays. Raises NotFound, and DomainError while others name it."""
        before = await self._roster(tx)
        if entry_of(before, kind, code) is None:
            raise NotFound("not-in-roster", "There is no such entry in the roster.", field="code")
        await self._replace(tx, by, before, without_entry(before, kind, code), (), WHOLE)

    async def alter_body(self, tx: Transaction, by: str, alter: Callable[[Roster], Roster]) -> Roster:
        """Change what holds for the whole body: its duty days, the parts and items that it names."""
        before = await self._roster(tx)
        after = alter(before)
        await self._replace(tx, by, before, after, (), WHOLE)
        return after

    async def _roster(self, tx: Transaction) -> Roster:
        await hold(tx)
        directory = await self._book.present(tx)
        if directory is None:
            raise Conflict("no-roster", "There is no roster yet. Bring a roster file first.")
        return directory.roster

    async def _keep(self, tx: Transaction, by: str, before: Roster, entry: E, piece: Piece) -> E:
        after = with_entry(before, entry)
        name = LISTS[type(entry)][1]
        place = next(n for n, each in enumerate(getattr(after, name)) if each.code == entry.code)
        await self._replace(tx, by, before, after, (name, place, *piece.way), piece)
        return entry

    async def _replace(
        self, tx: Transaction, by: str, before: Roster, after: Roster, at: Location, piece: Piece
    ) -> None:
        _refuse_new(before, after, at, piece, self._body, local_date(tx.now, self._zone))
        await replace_roster(tx, before, after, by, by_file=False)


def _check_seen(there: object, seen: str | None) -> None:
    if seen is not None and (there is None or mark_of(there) != seen):
        raise Conflict("changed-meanwhile", "Somebody has changed this meanwhile. Please look at it again.")


def _refuse_new(before: Roster, after: Roster, at: Location, piece: Piece, body: str, today: date) -> None:
    """Raise for the first mistake that ``after`` has and ``before`` has not, those at ``at`` before others."""
    known = {_named(before, mistake) for mistake in mistakes(before, body, today)}
    new = [each for each in mistakes(after, body, today) if _named(after, each) not in known]
    if new:
        location, title, params = min(new, key=lambda each: each[0][: len(at)] != at)
        field = "" if piece.is_field else _field(location, at)
        raise DomainError("not-in-order", title, field=field or piece.field, **params)


def _named(roster: Roster, mistake: Mistake) -> tuple[object, ...]:
    """A mistake by the code of its entry, not by its place, which other entries move."""
    (name, *way), title, params = mistake
    if way and isinstance(way[0], int):
        way[0] = getattr(roster, str(name))[way[0]].code
    return (name, *way, title, *sorted((key, str(value)) for key, value in params.items()))


def _field(location: Location, at: Location) -> str:
    """The field that the sender of a change knows, without the way there; nothing where it is somewhere else."""
    if location[: len(at)] != at or not at:
        return ""
    way = location[len(at) :]
    if len(at) > ENTRY and way and isinstance(way[0], int):
        way = way[1:]  # the place in a list to which the sender added one
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in way).removeprefix(".")
