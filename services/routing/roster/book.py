"""The present roster in memory, read again only when it changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from services.routing.domain.choosing import Neighbourhoods
from services.routing.domain.people import Candidate, Matter
from services.routing.roster.availability import Availability
from services.routing.roster.document import MemberEntry, Roster
from services.routing.roster.reads import Reads
from services.routing.roster.store import Edition, edition_of, load

DAYS_REMEMBERED = 8
"""Today, and a few that somebody asks about."""


@dataclass(frozen=True)
class Directory:
    """A roster with what is looked up in it."""

    roster: Roster
    neighbourhoods: Neighbourhoods
    members: dict[str, MemberEntry] = field(repr=False)
    station_of_community: dict[str, str] = field(repr=False)
    township_of_community: dict[str, str] = field(repr=False)
    township_of_station: dict[str, str] = field(repr=False)
    _on: dict[date, Availability] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, roster: Roster) -> Directory:
        """Index ``roster``."""
        by_station = {station.code: station.township for station in roster.stations}
        by_community = {community.code: community.township for community in roster.communities}
        return cls(
            roster=roster,
            neighbourhoods=Neighbourhoods(_candidate(member, by_station, by_community) for member in roster.members),
            members={member.code: member for member in roster.members},
            station_of_community={each.code: each.station for each in roster.communities if each.station},
            township_of_community=by_community,
            township_of_station=by_station,
        )

    def availability(self, on: date) -> Availability:
        """Who can be asked on a date of the body's calendar; reckoned once for the days that are asked for."""
        known = self._on.get(on)
        if known is None:
            if len(self._on) >= DAYS_REMEMBERED:
                self._on.clear()
            known = self._on[on] = Availability.of(self.roster, on)
        return known

    def matter(self, *, station: str, community: str, category: str | None, language: str, channel: str) -> Matter:
        """What decides who is asked for an issue raised there. A code that left the roster is merely far away."""
        township = self.township_of_community.get(community) or self.township_of_station.get(station)
        return Matter(community, station, township, category, language, channel)


class RosterBook:
    """Hands out the present :class:`Directory`; one per service."""

    def __init__(self, body: str) -> None:
        self._body = body
        self._edition: Edition | None = None
        self._directory: Directory | None = None

    async def present(self, reads: Reads) -> Directory | None:
        """The directory of the present roster, or None before the first one."""
        edition = await edition_of(reads)
        if edition != self._edition:
            roster = await load(reads, self._body)
            self._directory = Directory.of(roster) if roster else None
            self._edition = edition
        return self._directory


def _candidate(member: MemberEntry, by_station: dict[str, str], by_community: dict[str, str]) -> Candidate:
    townships = {by_station[code] for code in member.stations} | {by_community[code] for code in member.communities}
    return Candidate(
        code=member.code,
        stations=frozenset(member.stations),
        communities=frozenset(member.communities),
        townships=frozenset(townships),
        expertise=frozenset(member.expertise),
        languages=frozenset(member.languages),
    )
