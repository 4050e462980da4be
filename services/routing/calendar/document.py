"""A body's calendar: the days that differ from the country's, the hours of a working day, the deadlines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from shared.contracts.terms import DEFAULT_TERMS, DeadlineTerm
from shared.workdays import EIGHT_HOURS, WorkCalendar, WorkingHours


@dataclass(frozen=True, slots=True)
class DayException:
    """A day on which the body ``works`` or not, whatever the country does, who said so, when, and why."""

    day: date
    works: bool
    note: str | None
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds on every day. ``office_email`` is where the office is told of what is late."""

    hours: WorkingHours = EIGHT_HOURS
    terms: tuple[DeadlineTerm, ...] = DEFAULT_TERMS
    office_email: str | None = None
    office_language: str | None = None


@dataclass(frozen=True)
class BodyCalendar:
    """The whole calendar at one revision; 0 before anybody changed anything."""

    zone: str
    revision: int = 0
    rules: Rules = Rules()
    days: Mapping[date, DayException] = field(default_factory=dict)

    @property
    def work(self) -> WorkCalendar:
        """The calendar to count with."""
        return WorkCalendar(self.zone, self.rules.hours, {day: each.works for day, each in self.days.items()})
