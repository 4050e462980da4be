"""A body's figures with those of every body below it: its own and theirs, what they come to, and what is missing.

A sum is of figures that add up: counts do, a share is made of its summed parts, and what is no quantity of the whole
(the days of a month) stands in no sum.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.reporting.domain import Period
from services.reporting.figures import CATALOGUE, Value
from services.reporting.queries import Counted, KnownBody, Reports
from services.reporting.rates import RATE_OF_FIGURE, Rate
from services.reporting.tiers.topology import Topology
from services.reporting.tiers.tree import BodyBelow, Tree


@dataclass(frozen=True, slots=True)
class Branch:
    """A body with all that is below it. ``own`` is what it reported of itself, ``sum`` that and all below it.

    ``newest_at`` is when the newest thing that it reported occurred, ``silent`` whether nothing was heard of it for
    longer than the set time, ``waiting`` how many of its events are known to be on their way; None where nobody knows.
    """

    body: str
    tier: str | None
    path: tuple[str, ...]
    own: Counted
    sum: Counted
    newest_at: datetime | None
    silent: bool
    waiting: int | None


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a sum may not be all there is: of this body something is ``waiting`` on its way, ``kept`` for a newer
    release, or nothing was heard of it for long (``silent``). ``events`` is how many, None where nobody knows.
    """

    body: str
    why: Literal["silent", "waiting", "kept"]
    events: int | None


@dataclass(frozen=True, slots=True)
class Rollup:
    """The asked body first, then those below it, each after the one above it.

    ``parts`` is what residents raised, body by body and added up; ``whole`` the same counted at once from the facts of
    all of them.
    """

    branches: Sequence[Branch]
    parts: int
    whole: int
    missing: Sequence[Missing]

    @property
    def top(self) -> Branch:
        """The asked body, whose sum is that of the whole tree below it."""
        return self.branches[0]

    @property
    def agrees(self) -> bool:
        """Whether the parts come to the whole."""
        return self.parts == self.whole


class Rollups:
    """Adds up what bodies reported, over the tree as it is known."""

    def __init__(self, reports: Reports, topology: Topology) -> None:
        self._reports = reports
        self._topology = topology

    async def of(self, code: str, period: Period) -> Rollup:
        """From the body of this code downward. Raises NotFound on field ``body``."""
        asked = await self._reports.body(code)
        tree = await self._topology.tree()
        known = {each.code: each for each in await self._reports.bodies()}
        top, below = _part(tree, asked.code)
        bodies = [asked, *(known.get(each.body) or _unheard(each, asked) for each in below)]
        counted = await self._reports.counted_of_each(bodies, period)
        paths = {asked.code: top.path if top else (), **{each.body: each.path for each in below}}
        places = {each.body: each for each in ([top] if top else []) + below}
        branches = [
            Branch(
                body=body.code,
                tier=body.tier,
                path=paths[body.code],
                own=counted[body.code],
                sum=added(counted[code] for code, path in paths.items() if _is_within(path, paths[body.code])),
                newest_at=body.newest_at,
                silent=places[body.code].silent if body.code in places else False,
                waiting=_waiting(places.get(body.code)),
            )
            for body in bodies
        ]
        whole = await self._reports.raised_at_once(bodies, period)
        missing = [each for body in bodies if body.code in places for each in _missing(places[body.code])]
        return Rollup(branches, branches[0].sum.rates["satisfaction"].asked, whole, missing)


def added(parts: Iterable[Counted]) -> Counted:
    """The sum of some bodies' figures; ``tier`` and ``parent`` are of none. A figure that none of them has is None."""
    parts = list(parts)
    values: dict[str, Value] = {}
    for figure in CATALOGUE:
        found = [part.values.get(figure.key) for part in parts]
        if figure.key not in RATE_OF_FIGURE:
            values[figure.key] = _sum(found) if figure.adds_up else None
    rates = {name: _summed([part.rates[name] for part in parts]) for name in RATE_OF_FIGURE.values()}
    values |= {key: rates[name].percent for key, name in RATE_OF_FIGURE.items()}
    return Counted(values, rates)


def _sum(values: Iterable[Value]) -> Value:
    """Of numbers, or of numbers by kind; None where nobody has any."""
    present = [value for value in values if isinstance(value, int | dict)]
    numbers = [value for value in present if isinstance(value, int)]
    by_kind = Counter[str]()
    for value in present:
        if isinstance(value, dict):
            by_kind.update(value)
    return dict(by_kind) if by_kind else sum(numbers) if numbers else None


def _summed(rates: Sequence[Rate]) -> Rate:
    return Rate(
        counted=sum(rate.counted for rate in rates),
        of=sum(rate.of for rate in rates),
        without_answer=sum(rate.without_answer for rate in rates),
        asked=sum(rate.asked for rate in rates),
    )


def _part(tree: Tree, code: str) -> tuple[BodyBelow | None, list[BodyBelow]]:
    """The place of the body in the tree, None of the own one, and the places below it, of each body the first."""
    places: Mapping[str, BodyBelow] = {each.body: each for each in reversed(tree.below)}
    if code == tree.body:
        return None, [each for each in tree.below if places[each.body] is each]
    top = places.get(code)
    if top is None:
        return None, []
    return top, [
        each for each in tree.below if _is_within(each.path, top.path) and places[each.body] is each is not top
    ]


def _is_within(path: tuple[str, ...], above: tuple[str, ...]) -> bool:
    return path[: len(above)] == above


def _unheard(place: BodyBelow, asked: KnownBody) -> KnownBody:
    """One that has its place and never reported anything that is counted."""
    return KnownBody(place.body, place.tier, None, asked.time_zone, None, {})


def _missing(place: BodyBelow) -> Iterable[Missing]:
    waiting = _waiting(place)
    if place.silent:
        yield Missing(place.body, "silent", None)
    if waiting:
        yield Missing(place.body, "waiting", waiting)
    if place.kept:
        yield Missing(place.body, "kept", place.kept)


def _waiting(place: BodyBelow | None) -> int | None:
    lags = [stream.lag for stream in place.streams] if place else []
    return None if not lags or None in lags else sum(lag for lag in lags if lag)
