"""Counting in working days and working hours.

The day on which a period begins does not count, and it ends when the last day's work ends (Civil Code of the
People's Republic of China, articles 201 and 203). All instants are aware; those given back are in UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.workdays.hours import EIGHT_HOURS, WorkingHours
from shared.workdays.national import is_known, is_national_working_day

_DAY = timedelta(days=1)
_NOTHING = timedelta()


@dataclass(frozen=True)
class WorkCalendar:
    """Working time of one body.

    ``zone`` is an IANA name; ``exceptions`` maps a day to whether this body works on it, whatever the country does;
    ``national`` says it for all other days.
    """

    zone: str
    hours: WorkingHours = EIGHT_HOURS
    exceptions: Mapping[date, bool] = field(default_factory=dict)
    national: Callable[[date], bool] = is_national_working_day

    def day_of(self, instant: datetime) -> date:
        """The body's date at ``instant``."""
        return instant.astimezone(ZoneInfo(self.zone)).date()

    def is_working_day(self, day: date) -> bool:
        """Whether the body works on ``day``."""
        own = self.exceptions.get(day)
        return self.national(day) if own is None else own

    def is_certain(self, day: date) -> bool:
        """Whether ``day`` is decided, by the body or by a national list at hand, and not merely a weekday or not."""
        return day in self.exceptions or is_known(day)

    def working_day_from(self, day: date) -> date:
        """``day`` if the body works on it, else the next day on which it does."""
        while not self.is_working_day(day):
            day += _DAY
        return day

    def end_of(self, day: date) -> datetime:
        """When the work of ``day`` ends, or of the next working day where it is none: the last moment to be in time
        for what is due on ``day``."""
        return self._at(self.working_day_from(day), self.hours.shifts[-1].closes)

    def add_working_days(self, instant: datetime, days: int) -> datetime:
        """The end of work on the ``days``-th working day after the day of ``instant``, which itself does not count.

        With 0 it is the end of work on that day, or on the next working day. Raises ValueError for less.
        """
        if days < 0:
            raise ValueError("working days are counted onward")
        day = self.day_of(instant)
        if days == 0:
            return self.end_of(day)
        for _ in range(days):
            day = self.working_day_from(day + _DAY)
        return self.end_of(day)

    def opening_before(self, instant: datetime, days: int) -> datetime:
        """When work begins on the ``days``-th working day before the day of ``instant``.

        With 0 it is that day, or the last working day before it. Raises ValueError for less.
        """
        if days < 0:
            raise ValueError("days before are counted backward already")
        day = self._working_day_until(self.day_of(instant))
        for _ in range(days):
            day = self._working_day_until(day - _DAY)
        return self._at(day, self.hours.shifts[0].opens)

    def add_working_hours(self, instant: datetime, hours: float) -> datetime:
        """The moment at which ``hours`` of working time have passed since ``instant``. See :meth:`add_working_time`."""
        return self.add_working_time(instant, timedelta(hours=hours))

    def add_working_time(self, instant: datetime, amount: timedelta) -> datetime:
        """The first moment at which ``amount`` of working time has passed since ``instant``.

        Time that ends with a shift ends then, not when the next one opens. With nothing to add it is ``instant``, or
        the next opening where nobody works at ``instant``. Raises ValueError for a negative ``amount``.
        """
        if amount < _NOTHING:
            raise ValueError("working time is counted onward")
        left = amount
        for opens, closes in self._shifts_from(self.day_of(instant)):
            if closes < instant:
                continue
            start = max(opens, instant)
            if closes - start >= left:
                return (start + left).astimezone(UTC)
            left -= closes - start
        raise AssertionError("there is always another shift")

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """Working time from ``start`` to ``end``; nothing where ``end`` is not later."""
        total = _NOTHING
        for opens, closes in self._shifts_from(self.day_of(start)):
            if opens >= end:
                return total
            total += max(_NOTHING, min(closes, end) - max(opens, start))
        raise AssertionError("there is always another shift")

    def working_days_between(self, start: datetime, end: datetime) -> int:
        """How many working days come after the day of ``start`` up to and with the day of ``end``.

        Negative, counted the same way, where ``end`` lies on an earlier day: what is so many working days late.
        """
        first, last = self.day_of(start), self.day_of(end)
        if last < first:
            return -self.working_days_between(end, start)
        days = (first + _DAY * count for count in range(1, (last - first).days + 1))
        return sum(1 for day in days if self.is_working_day(day))

    def _working_day_until(self, day: date) -> date:
        while not self.is_working_day(day):
            day -= _DAY
        return day

    def _shifts_from(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        while True:
            day = self.working_day_from(day)
            for shift in self.hours.shifts:
                yield self._at(day, shift.opens), self._at(day, shift.closes)
            day += _DAY

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, ZoneInfo(self.zone)).astimezone(UTC)
