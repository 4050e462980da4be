"""Who is asked for an issue, and how an order may change.

The rule of the house is 就近、就地、就事: the nearest, on the spot, by the matter. The community leads to its station,
and the members of that station come before those of its township, before anybody of the body. Among those equally
near, the one who knows the matter comes first; then one who speaks with the resident; then one who covers the very
community; then the one with the fewest open orders; then the one whose last order is longest ago; then the lower
code, so that the answer is always the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import islice


class Nearness(StrEnum):
    """How near a member is to an issue, nearest first."""

    COMMUNITY = "community"
    STATION = "station"
    TOWNSHIP = "township"
    BODY = "body"


class Criterion(StrEnum):
    """What put one member before the next, in the order in which they are asked."""

    NEARNESS = "nearness"
    MATTER = "matter"
    LANGUAGE = "language"
    COMMUNITY = "community"
    LOAD = "load"
    TURN = "turn"
    CODE = "code"


_CRITERIA = tuple(Criterion)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member as the roster has them; ``townships`` are those of their stations and communities."""

    code: str
    stations: frozenset[str]
    communities: frozenset[str]
    townships: frozenset[str]
    expertise: frozenset[str]
    languages: frozenset[str]


@dataclass(frozen=True, slots=True)
class Matter:
    """What decides who is asked: where it is, what it is about, in which language it was raised."""

    community: str
    station: str
    township: str | None
    category: str | None
    language: str


@dataclass(frozen=True, slots=True)
class Load:
    """Open orders a member carries, and when the last one came."""

    open_orders: int = 0
    last_assigned_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """One member before one matter: the facts by which members are compared."""

    member: str
    nearness: Nearness
    knows_matter: bool
    speaks_language: bool
    open_orders: int
    last_assigned_at: datetime | None

    def key(self) -> tuple[bool, bool, bool, int, datetime, str]:
        """The smaller, the sooner asked, among members of one ring."""
        elsewhere = self.nearness is not Nearness.COMMUNITY
        last = self.last_assigned_at or _LONG_AGO
        return not self.knows_matter, not self.speaks_language, elsewhere, self.open_orders, last, self.member


@dataclass(frozen=True, slots=True)
class Choice:
    """Who is asked and why: the first, the one who came next, and what told them apart.

    ``considered`` counts the members as near as the first who were not asked before. ``decided_by`` is None
    where nobody else is left.
    """

    first: Standing
    next: Standing | None
    considered: int
    decided_by: Criterion | None


class Neighbourhoods:
    """The members of a body, findable by where they are."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._everybody = tuple(candidates)
        self._by_community: dict[str, list[Candidate]] = defaultdict(list)
        self._by_station: dict[str, list[Candidate]] = defaultdict(list)
        self._by_township: dict[str, list[Candidate]] = defaultdict(list)
        for candidate in self._everybody:
            for index, codes in (
                (self._by_community, candidate.communities),
                (self._by_station, candidate.stations),
                (self._by_township, candidate.townships),
            ):
                for code in codes:
                    index[code].append(candidate)

    def rings(self, matter: Matter) -> Iterator[dict[Candidate, Nearness]]:
        """From the nearest outward; each ring may hold members of the one inside it."""
        of_station = dict.fromkeys(self._by_station.get(matter.station, ()), Nearness.STATION)
        yield of_station | dict.fromkeys(self._by_community.get(matter.community, ()), Nearness.COMMUNITY)
        if matter.township is not None:
            yield dict.fromkeys(self._by_township.get(matter.township, ()), Nearness.TOWNSHIP)
        yield dict.fromkeys(self._everybody, Nearness.BODY)

    def ranking(
        self, matter: Matter, loads: Mapping[str, Load], asked: Collection[str] = ()
    ) -> Iterator[list[Standing]]:
        """All who can still be asked, ring by ring, each ring in order; empty rings are left out."""
        seen = set(asked)
        for ring in self.rings(matter):
            here = {candidate: nearness for candidate, nearness in ring.items() if candidate.code not in seen}
            seen.update(candidate.code for candidate in here)
            if here:
                standings = [_standing(candidate, nearness, matter, loads) for candidate, nearness in here.items()]
                yield sorted(standings, key=Standing.key)

    def choose(self, matter: Matter, loads: Mapping[str, Load], asked: Collection[str] = ()) -> Choice | None:
        """The member to ask next, never one of those ``asked`` before; None where nobody is left."""
        rings = self.ranking(matter, loads, asked)
        nearest = next(rings, None)
        if nearest is None:
            return None
        first = nearest[0]
        if len(nearest) > 1:
            return Choice(first, nearest[1], len(nearest), _told_apart(first, nearest[1]))
        following = next(rings, None)
        if following is None:
            return Choice(first, None, 1, None)
        return Choice(first, following[0], 1, Criterion.NEARNESS)

    def suggestions(
        self, matter: Matter, loads: Mapping[str, Load], limit: int, asked: Collection[str] = ()
    ) -> list[Standing]:
        """The first ``limit`` members in the order in which they would be asked."""
        return list(islice((standing for ring in self.ranking(matter, loads, asked) for standing in ring), limit))


def _standing(candidate: Candidate, nearness: Nearness, matter: Matter, loads: Mapping[str, Load]) -> Standing:
    load = loads.get(candidate.code, _NOTHING)
    return Standing(
        member=candidate.code,
        nearness=nearness,
        knows_matter=matter.category is not None and matter.category in candidate.expertise,
        speaks_language=spoken(matter.language) in map(spoken, candidate.languages),
        open_orders=load.open_orders,
        last_assigned_at=load.last_assigned_at,
    )


_NOTHING = Load()


def _told_apart(first: Standing, second: Standing) -> Criterion:
    differing = (n for n, (a, b) in enumerate(zip(first.key(), second.key(), strict=True)) if a != b)
    return _CRITERIA[1 + next(differing)]


def spoken(language: str) -> str:
    """The language without its script: who writes Kazakh in one alphabet talks with who writes it in the other."""
    return language.partition("-")[0]


# -- how long ---------------------------------------------------------------------------------------------


def answer_by(asked_at: datetime, hours: float) -> datetime:
    """When an order passes on to the next member unless it is answered: plain hours after the asking."""
    return asked_at + timedelta(hours=hours)
