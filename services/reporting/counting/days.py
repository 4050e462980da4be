"""The same counts as ``issues`` and ``doings`` give, read from the days: as quick over a year as over a week.

Only for what is known now and for bodies whose days are kept; ``services.reporting.queries`` chooses. That both ways
give the same is what ``tests/integration/test_reporting_any_order.py`` is about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from services.reporting.bodies import KnownBody
from services.reporting.domain import PLANNED, Period
from services.reporting.grains.life import JOINED, WITHDRAWN, Dimension, Measure
from services.reporting.projection import live_projection
from shared.db.reader import Reader

_FIGURES = {
    Measure.RECEIVED: "residents_received",
    Measure.RAISED: "raised",
    Measure.RESPONDED: "responded",
    Measure.CONSULTATIONS: "consultations",
    Measure.SURVEYS: "surveys_and_inspections",
    Measure.TALKS: "policy_talks",
}


def are_kept(body: KnownBody, period: Period) -> bool:
    """Whether the days can answer for this body and period."""
    return period.as_of is None and body.days_zone == body.time_zone


@dataclass(frozen=True, slots=True)
class Told:
    """What the days say of a body over a period: numbers by measure and value."""

    numbers: Mapping[tuple[str, str], int]

    @property
    def outcomes(self) -> dict[str, int]:
        """How many of the collected stood closed at the end, by outcome; withdrawn is one."""
        return {
            value: number
            for (measure, value), number in self.numbers.items()
            if measure == Measure.STATE and value != JOINED and number
        }

    @property
    def collected(self) -> int:
        """Issues without those that stood joined to another one at the end."""
        return self.numbers.get((Measure.RAISED, ""), 0) - self.numbers.get((Measure.STATE, JOINED), 0)

    def counts(self) -> dict[str, int]:
        """By the names of ``services.reporting.counting.issues`` and ``doings``."""
        outcomes = self.outcomes
        rated = {value: number for (measure, value), number in self.numbers.items() if measure == Measure.RATED}
        return {
            **{name: self.numbers.get((measure, ""), 0) for measure, name in _FIGURES.items()},
            "opinions_collected": self.collected,
            "opinions_solved": outcomes.get("solved", 0),
            "opinions_answered": outcomes.get("answered", 0) + outcomes.get(PLANNED, 0),
            "withdrawn": outcomes.get(WITHDRAWN, 0),
            "closed": sum(outcomes.values()) - outcomes.get(WITHDRAWN, 0),
            "satisfied": rated.get("satisfied", 0),
            "rated": sum(rated.values()),
        }


async def told(reader: Reader, bodies: Sequence[KnownBody], period: Period) -> dict[str, Told]:
    """Of each body, by code, over the same days of everybody's own calendar; one statement for all."""
    days = live_projection().tables["days"]
    numbers: defaultdict[str, dict[tuple[str, str], int]] = defaultdict(dict)
    for row in await reader.all(
        select(days.c.body, days.c.measure, days.c.value, func.sum(days.c.number).label("number"))
        .where(
            days.c.body.in_([body.code for body in bodies]),
            days.c.dimension == Dimension.WHOLE,
            # All of them, named, so that the key of the table leads to the days and other years are not read.
            days.c.measure.in_(list(Measure)),
            days.c.raised_on.between(period.from_on, period.to_on),
            days.c.changed_on <= period.to_on,
        )
        .group_by(days.c.body, days.c.measure, days.c.value)
    ):
        numbers[row.body][row.measure, row.value] = int(row.number)
    return {body.code: Told(numbers[body.code]) for body in bodies}


async def by_day(reader: Reader, body: KnownBody, period: Period) -> dict[date, int]:
    """Issues collected, by the day on which they were submitted; days without any are left out."""
    days = live_projection().tables["days"]
    rows = await reader.all(
        select(days.c.raised_on, days.c.measure, func.sum(days.c.number).label("number"))
        .where(
            days.c.body == body.code,
            days.c.dimension == Dimension.WHOLE,
            days.c.measure.in_([Measure.RAISED, Measure.STATE]),
            (days.c.measure == Measure.RAISED) | (days.c.value == JOINED),
            days.c.raised_on.between(period.from_on, period.to_on),
            days.c.changed_on <= period.to_on,
        )
        .group_by(days.c.raised_on, days.c.measure)
    )
    return _without_joined((row.raised_on, row.measure, int(row.number)) for row in rows)


async def by_category(reader: Reader, body: KnownBody, period: Period) -> dict[str, tuple[int, int]]:
    """Issues collected, and residents who raised them, by category; of those without one the category is empty."""
    days = live_projection().tables["days"]
    rows = await reader.all(
        select(days.c.value, days.c.measure, func.sum(days.c.number).label("number"))
        .where(
            days.c.body == body.code,
            days.c.dimension == Dimension.CATEGORY,
            days.c.measure.in_([Measure.RAISED, Measure.JOINED]),
            days.c.raised_on.between(period.from_on, period.to_on),
            days.c.changed_on <= period.to_on,
        )
        .group_by(days.c.value, days.c.measure)
    )
    raised = {row.value: int(row.number) for row in rows if row.measure == Measure.RAISED}
    joined = {row.value: int(row.number) for row in rows if row.measure == Measure.JOINED}
    return {category: (number - joined.get(category, 0), number) for category, number in raised.items()}


def _without_joined(rows: Iterable[tuple[date, str, int]]) -> dict[date, int]:
    found: defaultdict[date, int] = defaultdict(int)
    for on, measure, number in rows:
        found[on] += number if measure == Measure.RAISED else -number
    return {on: number for on, number in found.items() if number}
