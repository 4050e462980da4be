"""What the charts show, before a language or a picture: numbers by code, and the sums that each chart needs of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from services.reporting.domain import Period

K = TypeVar("K")

HOURS_TOGETHER = 2
"""The heat's columns: a day in twelve of them fits a telephone, and a duty day's morning is told from its evening."""
LONGEST_BY_WEEK = timedelta(days=27 * 7)
"""A longer period is drawn by month."""


class Grain(StrEnum):
    """How finely a trend is drawn."""

    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Ended:
    """``issues`` that came by one channel in one category and stood so at the end; ``outcome`` None: still open."""

    channel: str
    category: str | None
    outcome: str | None
    issues: int


@dataclass(frozen=True, slots=True)
class AtHour:
    """``issues`` of a community submitted within the two hours from ``hour`` of the body's own day."""

    community: str
    hour: int
    issues: int


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Of one kind of deadline: how many were kept, missed, and neither yet; None where that is not reported."""

    kind: str
    kept: int | None
    missed: int
    running: int | None


@dataclass(frozen=True, slots=True)
class Series:
    """All that the charts of one body and period are drawn from.

    ``trend`` has every week or month that the period touches, also those without an issue, by its first day.
    """

    grain: Grain
    trend: Sequence[tuple[date, int]]
    ended: Sequence[Ended]
    hours: Sequence[AtHour]
    deadlines: Sequence[Deadlines]

    def categories(self) -> list[tuple[str | None, int]]:
        """Issues by category, the most frequent first."""
        return _summed(self.ended, lambda each: each.category)

    def channels(self) -> list[tuple[str, int]]:
        """Issues by the way they came, the most frequent first."""
        return _summed(self.ended, lambda each: each.channel)

    def outcomes(self) -> dict[str | None, int]:
        """Issues by how they stood at the end of the period."""
        return dict(_summed(self.ended, lambda each: each.outcome))

    def flow(self) -> dict[tuple[str, str | None], int]:
        """Issues by channel and outcome."""
        return dict(_summed(self.ended, lambda each: (each.channel, each.outcome)))

    def heat(self) -> list[tuple[str, list[int]]]:
        """By community in the order of their codes, the issues in each two hours of the day."""
        cells = Counter[tuple[str, int]]()
        for each in self.hours:
            cells[each.community, each.hour // HOURS_TOGETHER] += each.issues
        columns = range(24 // HOURS_TOGETHER)
        return [(code, [cells[code, at] for at in columns]) for code in sorted({each.community for each in self.hours})]


def _summed(ended: Iterable[Ended], key: Callable[[Ended], K]) -> list[tuple[K, int]]:
    sums = Counter[K]()
    for each in ended:
        sums[key(each)] += each.issues
    # By code where two are equal, so that the same figures are always said in the same order.
    return sorted(sums.items(), key=lambda pair: (-pair[1], str(pair[0])))


def grain_of(period: Period) -> Grain:
    """By week up to half a year, by month beyond."""
    return Grain.WEEK if period.to_on - period.from_on < LONGEST_BY_WEEK else Grain.MONTH


def first_day(grain: Grain, on: date) -> date:
    """The Monday of the week of ``on``, or the first of its month."""
    return on.replace(day=1) if grain is Grain.MONTH else on - timedelta(days=min(on.weekday(), (on - date.min).days))


def parts_of(grain: Grain, period: Period) -> list[date]:
    """The first days of all weeks or months that the period touches."""
    if grain is Grain.MONTH:
        return period.months()
    start = first_day(grain, period.from_on)
    return [start + timedelta(days=7 * number) for number in range((period.to_on - start).days // 7 + 1)]
