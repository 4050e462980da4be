"""Duty days (委员活动日/履职日): which days a rule means, with the extra and the cancelled ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice

ONE_YEAR = timedelta(days=366)
LONGEST_PAUSE = timedelta(days=8 * 366)
"""The longest wait between two duty days of a rule that fires at all: 29 February, across 2100."""

_LONGEST_MONTHS = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
_WEEKS = {1: (1,), 2: (1, 3), 3: (1, 2, 3), 4: (1, 2, 3, 4)}
"""Which weeks of a month are meant by so many times a month; four is the most that every month has."""


@dataclass(frozen=True, slots=True)
class DutyRule:
    """One rule: days of the month (10 and 20), every so-and-so weekday, or so many times a month on a weekday.

    ``weekdays`` count from 1, Monday, as ISO 8601 does. ``times_a_month`` takes of the weekday the first of the
    month, the first and third, the first three, the first four. ``months`` (1 to 12) limits it; empty: every month.
    """

    days_of_month: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()
    times_a_month: int | None = None
    months: frozenset[int] = frozenset()

    def means(self, day: date) -> bool:
        """Whether ``day`` is a day of this rule."""
        if self.months and day.month not in self.months:
            return False
        if day.day in self.days_of_month:
            return True
        if day.isoweekday() not in self.weekdays:
            return False
        week = (day.day - 1) // 7 + 1
        return self.times_a_month is None or week in _WEEKS[self.times_a_month]

    def ever_fires(self) -> bool:
        """False for nothing, and for days that its months never have: the 31st of only February."""
        if self.weekdays:
            return True
        months = self.months or range(1, 13)
        return any(day <= _LONGEST_MONTHS.get(month, 31) for day in self.days_of_month for month in months)


@dataclass(frozen=True, slots=True)
class DutyPlan:
    """What a station's duty days follow from: rules, and the exceptions that were made to them."""

    rules: tuple[DutyRule, ...] = ()
    extra: frozenset[date] = frozenset()
    cancelled: frozenset[date] = frozenset()

    def is_duty_day(self, day: date) -> bool:
        """Whether members are at the station on ``day``. A day that is both extra and cancelled is cancelled."""
        if day in self.cancelled:
            return False
        return day in self.extra or any(rule.means(day) for rule in self.rules)

    def days(self, first: date, last: date) -> Iterator[date]:
        """The duty days from ``first`` to ``last``, both included, in order."""
        if any(rule.ever_fires() for rule in self.rules):
            span = (last - first).days
            yield from (day for n in range(span + 1) if self.is_duty_day(day := first + timedelta(days=n)))
        else:
            yield from (day for day in sorted(self.extra - self.cancelled) if first <= day <= last)

    def next_days(self, first: date, count: int) -> list[date]:
        """The ``count`` next duty days from ``first`` on; fewer where no more come within eight years."""
        return list(islice(self.days(first, first + LONGEST_PAUSE), count))

    def all_cancelled_from(self, first: date) -> bool:
        """Whether the exceptions take away every duty day of the year that begins with ``first``."""
        if not self.cancelled:
            return False
        last = first + ONE_YEAR
        planned = any(DutyPlan(self.rules, self.extra).days(first, last))
        return planned and not any(self.days(first, last))
