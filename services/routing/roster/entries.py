"""One entry of a roster put in, replaced or taken out; pure, so that what follows can be checked before it is kept."""

from __future__ import annotations

import hashlib
from typing import Any, TypeVar

from services.routing.roster.document import (
    CommunityEntry,
    DepartmentEntry,
    Kind,
    MemberEntry,
    Roster,
    StationEntry,
    TownshipEntry,
)
from services.routing.roster.units import UnitEntry

Listed = TownshipEntry | StationEntry | CommunityEntry | MemberEntry | DepartmentEntry | UnitEntry
E = TypeVar("E", TownshipEntry, StationEntry, CommunityEntry, MemberEntry, DepartmentEntry, UnitEntry)

LISTS: dict[type[Any], tuple[Kind, str]] = {
    TownshipEntry: ("township", "townships"),
    StationEntry: ("station", "stations"),
    CommunityEntry: ("community", "communities"),
    MemberEntry: ("member", "members"),
    DepartmentEntry: ("department", "departments"),
    UnitEntry: ("unit", "units"),
}
"""Of which kind an entry is, and in which list of the roster it stands."""


def entry_of(roster: Roster, kind: type[E], code: str) -> E | None:
    """The entry of that kind and code, or None."""
    found: E | None = next((each for each in getattr(roster, LISTS[kind][1]) if each.code == code), None)
    return found


def with_entry(roster: Roster, entry: Listed) -> Roster:
    """``roster`` with ``entry`` in the place of the one of its code, or at the end."""
    name = LISTS[type(entry)][1]
    entries = list(getattr(roster, name))
    place = next((n for n, each in enumerate(entries) if each.code == entry.code), len(entries))
    entries[place : place + 1] = [entry]
    return roster.model_copy(update={name: tuple(entries)})


def without_entry(roster: Roster, kind: type[Any], code: str) -> Roster:
    """``roster`` without that entry."""
    name = LISTS[kind][1]
    return roster.model_copy(update={name: tuple(each for each in getattr(roster, name) if each.code != code)})


def mark_of(entry: Any) -> str:
    """Tells one state of an entry from another, so that a change made from an old page is noticed."""
    return hashlib.sha256(entry.model_dump_json().encode()).hexdigest()[:16]
