"""Where things can be raised: stations, communities and categories as the roster last told them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select

from services.intake.tables import ROSTER, STATIONS
from shared.clock import Clock
from shared.db.reader import Reader
from shared.errors import DomainError

FRESH_FOR = timedelta(seconds=30)
"""Another replica may have applied a roster, which nobody tells this one."""


@dataclass(frozen=True, slots=True)
class Station:
    """A station, and the communities it serves, its own first."""

    code: str
    kind: str
    township: str
    communities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Location:
    """Where an issue lies, and the station it came to: none where no station serves the community."""

    station: str | None
    community: str


@dataclass(frozen=True)
class Places:
    """All places of one roster revision."""

    revision: int = 0
    stations: Mapping[str, Station] = field(default_factory=dict)
    categories: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    served_by: Mapping[str, str] = field(default_factory=dict)
    """Community to the first station that serves it."""

    @classmethod
    def of(
        cls, revision: int, stations: Sequence[Station], categories: Sequence[str], departments: Sequence[str]
    ) -> Places:
        """The places of ``stations``, in the order of their codes."""
        ordered = sorted(stations, key=lambda station: station.code)
        served_by: dict[str, str] = {}
        for station in ordered:
            for community in station.communities:
                served_by.setdefault(community, station.code)
        by_code = {station.code: station for station in ordered}
        return cls(revision, by_code, frozenset(categories), frozenset(departments), served_by)

    def locate(self, station: str | None, community: str | None, *, within: str = "") -> Location:
        """The place that was named, the other half filled in.

        Raises DomainError naming the field, which ``within`` begins where it is part of another.
        """
        if station is None and community is None:
            raise DomainError("place-missing", "Say at which station or in which community.", field=f"{within}station")
        if station is not None and station not in self.stations:
            raise DomainError("unknown-station", "There is no such station here.", field=f"{within}station")
        if community is not None:
            if community not in self.served_by:
                raise DomainError("unknown-community", "There is no such community here.", field=f"{within}community")
            return Location(station or self.served_by[community], community)
        assert station is not None
        served = self.stations[station].communities
        if not served:
            raise DomainError(
                "community-missing", "Say in which community: this station serves all.", field=f"{within}community"
            )
        return Location(station, served[0])

    def check_category(self, category: str | None, *, field: str = "category") -> None:
        """Raises DomainError on ``field`` for a category that no department has."""
        if category is not None and category not in self.categories:
            raise DomainError("unknown-category", "There is no such category here.", field=field)

    def communities_for(self, station: Station) -> tuple[str, ...]:
        """Those a resident at ``station`` may name: its own, or every one where it has none."""
        return station.communities or tuple(sorted(self.served_by))


class PlaceBook:
    """The places, kept in memory: every submission asks, and they change a few times a year."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._places = Places()
        self._read_at: datetime | None = None
        self._expected = 0
        self._reading = asyncio.Lock()

    def expect(self, revision: int) -> None:
        """A roster of this revision is being applied: believe nothing older."""
        self._expected = max(self._expected, revision)

    async def current(self, reader: Reader) -> Places:
        """The places, read again where they may have changed."""
        if self._is_stale():
            async with self._reading:
                if self._is_stale():
                    self._places = await read_places(reader)
                    self._read_at = self._clock.now()
        return self._places

    def _is_stale(self) -> bool:
        if self._read_at is None or self._places.revision < self._expected:
            return True
        return self._clock.now() - self._read_at > FRESH_FOR


async def read_places(reader: Reader) -> Places:
    """The places as the database has them; none before the first roster."""
    roster = await reader.one(select(ROSTER))
    if roster is None:
        return Places()
    rows = await reader.all(select(STATIONS).where(STATIONS.c.code.in_(roster.stations)))
    stations = [Station(row.code, row.kind, row.township, tuple(row.communities)) for row in rows]
    return Places.of(roster.revision, stations, roster.categories, roster.departments)
