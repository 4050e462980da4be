"""Which week is briefed on, and when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.reporting.domain import Period
from services.reporting.public.showing import Choice

WEEK = timedelta(days=7)


def days_of(monday: date) -> Period:
    """The seven days of a week."""
    return Period(monday, monday + WEEK - timedelta(days=1))


def due_week(now: datetime, choice: Choice, zone: str, working_day_from: Callable[[date], date]) -> date | None:
    """The Monday of the newest week whose briefing is due at ``now``; None where the body wants none.

    It is due in the week after, on the day and at the hour that the body chose, or on the next working day: after a
    holiday of a week it comes with the work that begins again.
    """
    if choice.briefing_day is None:
        return None
    today = now.astimezone(ZoneInfo(zone)).date()
    monday = today - timedelta(days=today.weekday())
    while True:
        on = working_day_from(monday + timedelta(days=choice.briefing_day))
        if datetime.combine(on, time(choice.briefing_hour), ZoneInfo(zone)).astimezone(UTC) <= now:
            return monday - WEEK
        monday -= WEEK
