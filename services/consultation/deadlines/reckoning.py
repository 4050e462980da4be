"""When a deadline is due, when it is warned of and when the office is told: pure, from the body's working time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.contracts.terms import DeadlineTerm
from shared.workdays import WorkCalendar


@dataclass(frozen=True, slots=True)
class Length:
    """What a deadline is counted by: exactly one of working ``days``, the day it is due on, or working time left."""

    days: int | None = None
    due_on: date | None = None
    left: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Ends:
    """The moments of one deadline; ``warn_at`` is None where no warning is wanted or there is no time for one."""

    due_at: datetime
    warn_at: datetime | None
    escalate_at: datetime


def reckon(calendar: WorkCalendar, term: DeadlineTerm, counted_from: datetime, length: Length) -> Ends:
    """The moments of a deadline of that ``length`` that runs from ``counted_from``."""
    due_at = _due(calendar, counted_from, length)
    warn_at = None
    if term.warn_days_before is not None:
        morning = calendar.opening_before(due_at, term.warn_days_before)
        warn_at = morning if counted_from < morning < due_at else None
    after = term.escalate_days_after
    return Ends(due_at, warn_at, calendar.add_working_days(due_at, after) if after else due_at)


def _due(calendar: WorkCalendar, counted_from: datetime, length: Length) -> datetime:
    if length.left is not None:
        return calendar.add_working_time(counted_from, length.left)
    if length.due_on is not None:
        return calendar.end_of(length.due_on)
    assert length.days is not None
    return calendar.add_working_days(counted_from, length.days)
