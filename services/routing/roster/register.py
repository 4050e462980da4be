"""Lists of the roster as pages and programs read them, from the roster in memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from services.routing.roster.availability import Availability, Leave
from services.routing.roster.book import Directory
from services.routing.roster.document import DepartmentEntry, MemberEntry, StationEntry
from services.routing.roster.units import UnitEntry
from shared.web.paging import decode_cursor, encode_cursor

PAGE = 50
DAYS_SHOWN = 10
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Found(Generic[T]):
    """Some of a list, how long the whole of it is, and the cursor of those that follow."""

    items: Sequence[T]
    total: int
    next: str | None


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member in a list, as of one day."""

    entry: MemberEntry
    in_term: bool
    leave: Leave | None


@dataclass(frozen=True, slots=True)
class StationLine:
    """A station in a list, as of one day: ``ready`` of ``items`` things are there; ``parts`` as in 1+X+Y+Z."""

    entry: StationEntry
    parts: tuple[int, ...]
    ready: int
    items: int
    next_duty_day: date | None


def members(directory: Directory, on: date, sought: str, station: str | None, cursor: str | None) -> Found[MemberLine]:
    """Members by code whose code, name, fields, languages or places have ``sought`` in them; of one ``station``."""
    availability = directory.availability(on)
    wanted = [
        member
        for member in directory.roster.members
        if (station is None or station in member.stations) and _has(sought, _words_of_member(member))
    ]
    return page_of(wanted, cursor, lambda member: member_line(member, availability))


def member_line(member: MemberEntry, availability: Availability) -> MemberLine:
    """How a member stands on the day of ``availability``."""
    return MemberLine(member, availability.in_term(member.code), availability.on_leave(member.code))


def stations(directory: Directory, on: date, sought: str, cursor: str | None) -> Found[StationLine]:
    """Stations by code whose code, kind, township or name has ``sought`` in it."""
    wanted = [station for station in directory.roster.stations if _has(sought, _words_of_station(station))]
    attached = Counter(code for member in directory.roster.members for code in set(member.stations))
    return page_of(wanted, cursor, lambda station: _station_line(directory, station, on, attached[station.code]))


def station_line(directory: Directory, station: StationEntry, on: date) -> StationLine:
    """How a station stands on a day."""
    attached = sum(1 for member in directory.roster.members if station.code in member.stations)
    return _station_line(directory, station, on, attached)


def _station_line(directory: Directory, station: StationEntry, on: date, attached: int) -> StationLine:
    items = len(directory.roster.readiness)
    return StationLine(
        entry=station,
        parts=directory.roster.parts_of(station, attached),
        ready=items - len(directory.roster.lacking(station)),
        items=items,
        next_duty_day=next(iter(duty_days(directory, station, on, 1)), None),
    )


def duty_days(directory: Directory, station: StationEntry, on: date, count: int = DAYS_SHOWN) -> list[date]:
    """The next duty days of a station, ``on`` included."""
    return directory.roster.duty_plan(station).next_days(on, count)


def departments(directory: Directory, sought: str, cursor: str | None) -> Found[DepartmentEntry]:
    """Departments by code whose code, name or category has ``sought`` in it."""
    wanted = [
        department
        for department in directory.roster.departments
        if _has(sought, (department.code, *department.names.values(), *department.categories))
    ]
    return page_of(wanted, cursor, lambda department: department)


def units(directory: Directory, sought: str, cursor: str | None) -> Found[UnitEntry]:
    """Units by code whose code, kind, parent or name has ``sought`` in it."""
    wanted = [
        unit
        for unit in directory.roster.units
        if _has(sought, (unit.code, unit.kind, *unit.names.values(), unit.parent or ""))
    ]
    return page_of(wanted, cursor, lambda unit: unit)


def _words_of_member(member: MemberEntry) -> tuple[str, ...]:
    named = (member.display,) if member.display else ()
    return (member.code, *named, *member.expertise, *member.languages, *member.stations, *member.communities)


def _words_of_station(station: StationEntry) -> tuple[str, ...]:
    return (station.code, station.kind, station.township, *station.names.values())


def _has(sought: str, words: Iterable[str]) -> bool:
    wanted = sought.strip().casefold()
    return not wanted or any(wanted in word.casefold() for word in words)


def page_of(entries: Sequence[Any], cursor: str | None, shown: Callable[[Any], T]) -> Found[T]:
    """The page of ``entries``, by code, that follows ``cursor``, each as ``shown``."""
    ordered = sorted(entries, key=lambda entry: entry.code)
    after = str(decode_cursor(cursor, str)[0]) if cursor else ""
    following = [entry for entry in ordered if entry.code > after]
    more = len(following) > PAGE
    page = following[:PAGE]
    return Found([shown(entry) for entry in page], len(ordered), encode_cursor(page[-1].code) if more else None)
