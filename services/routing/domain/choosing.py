"""Who is asked for an issue: the members in the order of the body's rule, and what told the first from the next.

The rule of the house is 就近、就地、就事: the nearest, on the spot, by the matter. What a body makes of it is data
(:mod:`services.routing.domain.rule`). First come the members that the roster, the day and the matter put first (the
*shortlist*); what they carry is looked up for those alone, and decides among them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from operator import itemgetter
from typing import Any, NamedTuple

from services.routing.domain.people import (
    Candidate,
    Day,
    Leave,
    Load,
    Matter,
    Nearness,
    PassedOver,
    Standing,
    is_on_duty,
)
from services.routing.domain.rule import OF_THE_MOMENT, Criterion, Rule, key_of, key_of_load, key_of_nearness

_NOTHING = Load()


class Place(NamedTuple):
    """Whose turn it can be: ``member``, by right of ``candidate`` or in their stead while they are on ``leave``."""

    member: str
    candidate: Candidate
    leave: Leave | None


@dataclass(frozen=True, slots=True)
class Shortlist:
    """The members who can come first, in groups that only the load of the moment tells apart, the best group first.

    ``standing`` looks closer at one of them: groups are the whole body where a rule looks first at what members carry.
    ``among`` counts those who were as good as the first by the first criterion. ``away`` are those who were as good as
    anybody here, but are on leave with nobody to stand in.
    """

    order: tuple[Criterion, ...]
    groups: tuple[tuple[Place, ...], ...]
    among: int
    away: tuple[PassedOver, ...]
    standing: Callable[[Place], Standing]

    @property
    def leading(self) -> Criterion:
        """The first criterion that can tell members of a group apart."""
        return next(criterion for criterion in self.order if criterion in OF_THE_MOMENT)

    @property
    def people(self) -> frozenset[str]:
        """Whose load must be known to choose."""
        return frozenset(place.member for group in self.groups for place in group)


@dataclass(frozen=True, slots=True)
class Choice:
    """Who is asked and why: the first, the one who came next, and what told them apart.

    ``order`` is how members were compared; ``decided_by`` is None where nobody else is left. ``considered`` counts
    those as good as the first by the first criterion; ``away``: see :class:`Shortlist`.
    """

    order: tuple[Criterion, ...]
    first: Standing
    next: Standing | None
    considered: int
    decided_by: Criterion | None
    away: tuple[PassedOver, ...]


class Neighbourhoods:
    """The members of a body, findable by where they are and what they know."""

    def __init__(self, candidates: Iterable[Candidate]) -> None:
        self._everybody = {candidate.code: candidate for candidate in candidates}
        self._by_community = _index(self._everybody.values(), lambda each: each.communities)
        self._by_station = _index(self._everybody.values(), lambda each: each.stations)
        self._by_township = _index(self._everybody.values(), lambda each: each.townships)

    def shortlist(
        self, matter: Matter, rule: Rule, day: Day, asked: Collection[str] = (), at_least: int = 2
    ) -> Shortlist:
        """Whoever can come first or next, or among the first ``at_least``: never one of those ``asked`` before."""
        search = _Search(self, matter, rule, day, frozenset(asked))
        groups: list[tuple[Place, ...]] = []
        away: list[PassedOver] = []
        found: set[str] = set()
        among = 0
        for members in search.groups():
            places, missing = search.places(members)
            if not found:
                # Who is away while somebody farther down is asked: part of the reason.
                away += missing
            if places:
                among = among or search.as_good_as(search.standing(places[0]))
                groups.append(tuple(places))
                found |= {place.member for place in places}
            if len(found) >= at_least:
                break
        return Shortlist(search.order, tuple(groups), among, tuple(away), search.standing)

    def nearness(self, candidate: Candidate, matter: Matter) -> Nearness:
        """How near a member is to where the issue is."""
        if matter.community in candidate.communities:
            return Nearness.COMMUNITY
        if matter.station in candidate.stations:
            return Nearness.STATION
        if matter.township in candidate.townships:
            return Nearness.TOWNSHIP
        return Nearness.BODY

    def rings(self, matter: Matter) -> Iterator[list[Candidate]]:
        """All members from the nearest outward: the station's and the community's, the township's, the others."""
        seen: dict[str, Candidate] = {}
        here = [*self._by_station.get(matter.station, ()), *self._by_community.get(matter.community, ())]
        township = self._by_township.get(matter.township, ()) if matter.township is not None else ()
        for ring in (here, township, self._everybody.values()):
            new = {candidate.code: candidate for candidate in ring if candidate.code not in seen}
            seen |= new
            yield list(new.values())

    def get(self, code: str) -> Candidate | None:
        """The member of this code, or None."""
        return self._everybody.get(code)

    def everybody(self) -> list[Candidate]:
        """All members."""
        return list(self._everybody.values())


def front_of(shortlist: Shortlist, loads: Mapping[str, Load], count: int) -> frozenset[str]:
    """Whoever can be among the first ``count`` of the shortlist, as far as the first criterion of the moment tells."""
    return frozenset(
        place.member for group in shortlist.groups for place in _front(group, shortlist.leading, loads, count)
    )


def ranked(shortlist: Shortlist, loads: Mapping[str, Load], count: int) -> list[Standing]:
    """The first ``count`` in the order in which they would be asked; ``loads`` holds everybody's who has one."""
    order = shortlist.order
    line: dict[str, Standing] = {}
    for group in shortlist.groups:
        front = _front(group, shortlist.leading, loads, count)
        laden = [_laden(shortlist.standing(place), loads.get(place.member, _NOTHING)) for place in front]
        for standing in sorted(laden, key=lambda each: _place(order, each)):
            line.setdefault(standing.member, standing)  # a stand-in may have a place of their own, too
    return list(line.values())[:count]


def choose(shortlist: Shortlist, loads: Mapping[str, Load]) -> Choice | None:
    """The member to ask; None where the shortlist has nobody."""
    first, following = [*ranked(shortlist, loads, 2), None, None][:2]
    if first is None:
        return None
    decided_by = _told_apart(shortlist.order, first, following) if following else None
    return Choice(shortlist.order, first, following, shortlist.among, decided_by, shortlist.away)


def _front(group: Sequence[Place], leading: Criterion, loads: Mapping[str, Load], count: int) -> Sequence[Place]:
    """Those of a group whom ``leading``, the first criterion that can tell them apart, lets be among ``count``."""
    if len(group) <= count:
        return group
    worth = [key_of_load(leading, each.member, loads.get(each.member, _NOTHING)) for each in group]
    seen: set[str] = set()
    for last, place in sorted(zip(worth, group, strict=True), key=itemgetter(0)):
        seen.add(place.member)
        if len(seen) == count:
            return [each for value, each in zip(worth, group, strict=True) if value <= last]
    return group


class _Search:
    """One look for one matter on one day."""

    def __init__(self, members: Neighbourhoods, matter: Matter, rule: Rule, day: Day, asked: frozenset[str]) -> None:
        self._members, self._matter, self._rule, self._day, self._asked = members, matter, rule, day, asked
        self.order = rule.order_for(matter)
        # The same keys as those of :func:`key_of`, taken from the roster's entry: most members are never looked at
        # closer, and there may be thousands.
        self._keys: Mapping[Criterion, Callable[[Candidate], Any]] = {
            Criterion.NEARNESS: self._near,
            Criterion.DUTY: lambda each: is_on_duty(each, matter.channel, rule.duty_channels, day) is False,
            Criterion.MATTER: lambda each: matter.category not in each.expertise,
            Criterion.LANGUAGE: lambda each: not each.speaks(matter.language),
            Criterion.COMMUNITY: lambda each: matter.community not in each.communities,
        }
        self._lasting = tuple(takewhile(lambda criterion: criterion not in OF_THE_MOMENT, self.order))

    def groups(self) -> Iterator[list[Candidate]]:
        """Members whom nothing lasting tells apart, the best first; the farther ones are not looked at before asked."""
        if self._lasting[:1] == (Criterion.NEARNESS,):
            for ring in self._members.rings(self._matter):
                yield from self._split(ring, self._lasting[1:])
        else:
            yield from self._split(self._members.everybody(), self._lasting)

    def places(self, members: Sequence[Candidate]) -> tuple[list[Place], list[PassedOver]]:
        """Those of ``members`` who can be asked, or who stands in for them; and those away with nobody to stand in."""
        found, away = [], []
        for candidate in members:
            if not self._day.in_term(candidate.code):
                continue
            leave = self._day.on_leave(candidate.code)
            if leave is None:
                if candidate.code not in self._asked:
                    found.append(Place(candidate.code, candidate, None))
            elif (stand_in := self._stand_in(leave)) is not None:
                found.append(Place(stand_in, candidate, leave))
            elif candidate.code not in self._asked:
                away.append(PassedOver(candidate.code, leave.until))
        return found, away

    def standing(self, place: Place) -> Standing:
        """What tells whoever has this place from others, without what they carry."""
        matter, candidate, leave = self._matter, place.candidate, place.leave
        return Standing(
            member=place.member,
            nearness=self._members.nearness(candidate, matter),
            on_duty=is_on_duty(candidate, matter.channel, self._rule.duty_channels, self._day),
            knows_matter=matter.category is not None and matter.category in candidate.expertise,
            speaks_language=candidate.speaks(matter.language),
            open_orders=0,
            recent_orders=0,
            last_assigned_at=None,
            stand_in_for=leave.member if leave is not None else None,
            away_until=leave.until if leave is not None else None,
        )

    def as_good_as(self, standing: Standing) -> int:
        """How many can be asked who are as good as ``standing`` by the first criterion."""
        first = self.order[0]
        members = self._members.everybody()
        if first is Criterion.NEARNESS:
            wanted = key_of(first, standing)
            members = next(ring for ring in self._members.rings(self._matter) if ring and self._near(ring[0]) == wanted)
        elif first not in OF_THE_MOMENT:
            key, wanted = self._keys[first], key_of(first, standing)
            members = [each for each in members if key(each) == wanted]
        return sum(1 for each in members if self._can_be_asked(each))

    def _split(self, members: list[Candidate], criteria: Sequence[Criterion]) -> Iterator[list[Candidate]]:
        if not criteria or len(members) < 2:
            if members:
                yield members
            return
        parts: defaultdict[Any, list[Candidate]] = defaultdict(list)
        key = self._keys[criteria[0]]
        for candidate in members:
            parts[key(candidate)].append(candidate)
        for key in sorted(parts):
            yield from self._split(parts[key], criteria[1:])

    def _near(self, candidate: Candidate) -> Any:
        return key_of_nearness(self._members.nearness(candidate, self._matter))

    def _can_be_asked(self, candidate: Candidate) -> bool:
        if not self._day.in_term(candidate.code):
            return False
        leave = self._day.on_leave(candidate.code)
        return self._stand_in(leave) is not None if leave is not None else candidate.code not in self._asked

    def _stand_in(self, leave: Leave) -> str | None:
        """Who takes the place of a member on leave, if that one is there, in term, and was not asked before."""
        code = leave.stand_in
        if code is None or code in self._asked or self._members.get(code) is None:
            return None
        return code if self._day.in_term(code) and self._day.on_leave(code) is None else None


def _index(
    candidates: Iterable[Candidate], codes_of: Callable[[Candidate], Iterable[str]]
) -> Mapping[str, list[Candidate]]:
    index: defaultdict[str, list[Candidate]] = defaultdict(list)
    for candidate in candidates:
        for code in codes_of(candidate):
            index[code].append(candidate)
    return dict(index)


def _laden(standing: Standing, load: Load) -> Standing:
    return replace(
        standing,
        open_orders=load.open_orders,
        recent_orders=load.recent_orders,
        last_assigned_at=load.last_assigned_at,
    )


def _place(order: Sequence[Criterion], standing: Standing) -> tuple[Any, ...]:
    """Equal in everything, somebody in their own place comes before the same one standing in."""
    return (*(key_of(criterion, standing) for criterion in order), standing.stand_in_for is not None)


def _told_apart(order: Sequence[Criterion], first: Standing, following: Standing) -> Criterion:
    differing = (each for each in order if key_of(each, first) != key_of(each, following))
    return next(differing)
