"""What a figure is about: a body over a period of whole local days, and how shares are said."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

PLANNED = "planned"
"""How a closing that is a plan is told apart; an older reader, and every count of answers, takes it for an answer."""


class Step(StrEnum):
    """What happened to an issue after it was submitted, as its row in the projection says it."""

    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    CLOSED = "closed"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    RATED = "rated"
    JOINED = "joined"
    SPLIT = "split"


class PeriodEndsBeforeItBegins(Exception):
    """The last day lies before the first."""


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days of the body's own calendar, the first and the last both inside.

    Raises :class:`PeriodEndsBeforeItBegins`.
    """

    from_on: date
    to_on: date
    as_of: date | None = None
    """Counted is what was known by the end of this day; None for all that is known now."""

    def __post_init__(self) -> None:
        if self.to_on < self.from_on:
            raise PeriodEndsBeforeItBegins

    def begins_at(self, zone: str) -> datetime:
        """The first moment inside, for a body that lives in ``zone`` (IANA name); in UTC."""
        return _midnight(self.from_on, zone)

    def ends_at(self, zone: str) -> datetime:
        """The first moment after; in UTC."""
        if self.to_on == date.max:
            return datetime.max.replace(tzinfo=UTC)
        return _midnight(self.to_on + timedelta(days=1), zone)

    def known_before(self, zone: str) -> datetime | None:
        """The first moment whose knowledge is not counted; None where all is. In UTC."""
        return None if self.as_of is None else Period(self.as_of, self.as_of).ends_at(zone)

    def months(self) -> list[date]:
        """The first day of every month that the period touches."""
        first = self.from_on.year * 12 + self.from_on.month - 1
        last = self.to_on.year * 12 + self.to_on.month - 1
        return [date(number // 12, number % 12 + 1, 1) for number in range(first, last + 1)]

    def within_month(self, first: date) -> Period:
        """The part of the period that lies in the month beginning on ``first``, which it must touch."""
        last = first.replace(day=monthrange(first.year, first.month)[1])
        return Period(max(first, self.from_on), min(last, self.to_on), self.as_of)


def _midnight(on: date, zone: str) -> datetime:
    # The first and the last days that a calendar holds have no UTC moment east or west of Greenwich.
    try:
        return datetime.combine(on, time.min, ZoneInfo(zone)).astimezone(UTC)
    except OverflowError:
        return datetime.combine(on, time.min, UTC)


def percent(part: int, whole: int) -> int | float | None:
    """``part`` of ``whole`` in percent: whole where it is whole, else to one decimal; None of nothing."""
    if whole == 0:
        return None
    share = round(100 * part / whole, 1)
    return int(share) if share == int(share) else share
