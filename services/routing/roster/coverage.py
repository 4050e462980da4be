"""Who and what covers which place, and where nobody does: townships, communities, members and stations, by code.

Lists of places and people with what they have, never an order of who has most.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, Protocol, TypeVar

from services.routing.roster.document import CommunityEntry, MemberEntry, Roster, StationEntry, TownshipEntry
from services.routing.roster.register import Found, page_of

Of = Literal["townships", "communities", "members", "stations"]
"""What is covered, or covers."""


class Covered(Protocol):
    """A line of coverage."""

    @property
    def code(self) -> str: ...
    @property
    def is_gap(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class TownshipLine:
    """A township with the stations that lie in it, and how many members are at one of them."""

    entry: TownshipEntry
    stations: Sequence[str]
    members: int

    @property
    def code(self) -> str:
        return self.entry.code

    @property
    def is_gap(self) -> bool:
        """No station of any kind lies here."""
        return not self.stations


@dataclass(frozen=True, slots=True)
class CommunityLine:
    """A community with the members who cover it."""

    entry: CommunityEntry
    members: Sequence[str]

    @property
    def code(self) -> str:
        return self.entry.code

    @property
    def is_gap(self) -> bool:
        """No member covers it."""
        return not self.members


@dataclass(frozen=True, slots=True)
class MemberLine:
    """A member with where they are attached; ``wants_unit`` where the body keeps units."""

    entry: MemberEntry
    wants_unit: bool

    @property
    def code(self) -> str:
        return self.entry.code

    @property
    def is_gap(self) -> bool:
        """At no station, or in no unit of a body that keeps units."""
        return not self.entry.stations or (self.wants_unit and not self.entry.units)


@dataclass(frozen=True, slots=True)
class StationLine:
    """A station with its composition (1+X+Y+Z), what it lacks of it, and what it lacks of its readiness (十有)."""

    entry: StationEntry
    communities: int
    parts: Sequence[int]
    parts_lacking: Sequence[str]
    items_lacking: Sequence[str]

    @property
    def code(self) -> str:
        return self.entry.code

    @property
    def is_gap(self) -> bool:
        """It lacks a part of its composition, or something that it must have."""
        return bool(self.parts_lacking or self.items_lacking)


@dataclass(frozen=True)
class Coverage:
    """The coverage of one roster; each list is reckoned when it is first asked for."""

    roster: Roster

    def of(self, what: Of) -> Sequence[Covered]:
        """The whole list of what is covered, or covers, in the order of the roster."""
        found: Mapping[Of, Sequence[Covered]] = {
            "townships": self.townships,
            "communities": self.communities,
            "members": self.members,
            "stations": self.stations,
        }
        return found[what]

    def gaps(self, what: Of) -> int:
        """In how many lines something is missing."""
        return sum(1 for line in self.of(what) if line.is_gap)

    @cached_property
    def townships(self) -> Sequence[TownshipLine]:
        """Each township by its stations."""
        within: defaultdict[str, list[str]] = defaultdict(list)
        for station in self.roster.stations:
            within[station.township].append(station.code)
        people: defaultdict[str, set[str]] = defaultdict(set)
        for township, stations in within.items():
            people[township].update(code for station in stations for code in self._at[station])
        return [TownshipLine(each, within[each.code], len(people[each.code])) for each in self.roster.townships]

    @cached_property
    def communities(self) -> Sequence[CommunityLine]:
        """Each community by its members."""
        covering: defaultdict[str, list[str]] = defaultdict(list)
        for member in self.roster.members:
            for code in dict.fromkeys(member.communities):
                covering[code].append(member.code)
        return [CommunityLine(each, covering[each.code]) for each in self.roster.communities]

    @cached_property
    def members(self) -> Sequence[MemberLine]:
        """Each member by stations and units."""
        wants_unit = bool(self.roster.units)
        return [MemberLine(each, wants_unit) for each in self.roster.members]

    @cached_property
    def stations(self) -> Sequence[StationLine]:
        """Each station by what it has of what it should."""
        serving: defaultdict[str | None, int] = defaultdict(int)
        for community in self.roster.communities:
            serving[community.station] += 1
        return [self._station(each, serving[each.code]) for each in self.roster.stations]

    def _station(self, station: StationEntry, communities: int) -> StationLine:
        parts = self.roster.parts_of(station, len(self._at[station.code]))
        named = zip(self.roster.composition, parts, strict=True)
        return StationLine(
            entry=station,
            communities=communities,
            parts=parts,
            parts_lacking=[part.code for part, count in named if count == 0],
            items_lacking=[item.code for item in self.roster.lacking(station)],
        )

    @cached_property
    def _at(self) -> defaultdict[str, set[str]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for member in self.roster.members:
            for code in member.stations:
                found[code].add(member.code)
        return found


L = TypeVar("L", bound=Covered)


def page(lines: Sequence[L], cursor: str | None, *, gaps_only: bool) -> Found[L]:
    """Some of ``lines``, by code; with ``gaps_only`` of those where something is missing."""
    return page_of([line for line in lines if line.is_gap or not gaps_only], cursor, lambda line: line)
