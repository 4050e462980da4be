"""Working days and working hours of a body: the national calendar, the body's own exceptions, its hours."""

from __future__ import annotations

from shared.workdays.calendar import WorkCalendar
from shared.workdays.hours import EIGHT_HOURS, Shift, WorkingHours
from shared.workdays.national import known_through

__all__ = ["EIGHT_HOURS", "Shift", "WorkCalendar", "WorkingHours", "known_through"]
