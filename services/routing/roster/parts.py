"""The dated and the named parts of a roster's entries: terms, leave, duty days, composition, readiness."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from services.routing.roster.duty import DutyPlan, DutyRule
from shared.web.fields import Code, Language, Text

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)

Names = Annotated[dict[Language, Annotated[str, Text(100)]], Field(max_length=5)]
"""What something is called, in the languages in which the body said it."""


class Part(BaseModel):
    """A piece of the roster file: frozen, and a field that it does not have is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TermEntry(Part):
    """A term of office (任期), both days included; without an end it runs on."""

    begins_on: date
    ends_on: date | None = None


class LeaveEntry(Part):
    """A leave (请假), both days included, and who stands in; None: the member's regular stand-in.

    ``ends_on`` may be missing here only so that the refusal can say what is wrong with that.
    """

    begins_on: date
    ends_on: date | None = None
    stand_in: Code | None = None


class DutyRuleEntry(Part):
    """One rule of duty days; what each field means is said in :class:`services.routing.roster.duty.DutyRule`."""

    days_of_month: Annotated[tuple[Annotated[int, Field(ge=1, le=31)], ...], Field(max_length=31)] = ()
    weekdays: Annotated[tuple[Weekday, ...], Field(max_length=7)] = ()
    times_a_month: Annotated[int, Field(ge=1, le=4)] | None = None
    months: Annotated[tuple[Annotated[int, Field(ge=1, le=12)], ...], Field(max_length=12)] = ()

    def rule(self) -> DutyRule:
        """As the calendar takes it."""
        return DutyRule(
            days_of_month=frozenset(self.days_of_month),
            weekdays=frozenset(WEEKDAYS.index(name) + 1 for name in self.weekdays),
            times_a_month=self.times_a_month,
            months=frozenset(self.months),
        )


class DutyEntry(Part):
    """A station's own duty days, in place of those of the body; ``extra`` and ``cancelled`` are single days."""

    rules: Annotated[tuple[DutyRuleEntry, ...], Field(max_length=20)]
    hours: Annotated[str, Text(64)] | None = None
    extra: Annotated[tuple[date, ...], Field(max_length=400)] = ()
    cancelled: Annotated[tuple[date, ...], Field(max_length=400)] = ()

    def plan(self) -> DutyPlan:
        """As the calendar takes it."""
        return DutyPlan(tuple(each.rule() for each in self.rules), frozenset(self.extra), frozenset(self.cancelled))


class CompositionPart(Part):
    """One part of “1+X+Y+Z” as the body names it.

    ``counts``: the roster itself says how many (the station is one, its members are counted); None: each station
    says how many there are, and which.
    """

    code: Code
    names: Names = Field(default_factory=dict)
    counts: Literal["station", "members"] | None = None


class StationPart(Part):
    """How many of one part a station has, and which units where they are named."""

    part: Code
    count: Annotated[int, Field(ge=0, le=10_000)]
    units: Annotated[tuple[Code, ...], Field(max_length=500)] = ()


class ReadinessItem(Part):
    """One thing a station must have (“十有”), as the body names it."""

    code: Code
    names: Names = Field(default_factory=dict)


class StationItem(Part):
    """Whether a station has one of those things, and on which day somebody looked."""

    item: Code
    present: bool
    checked_on: date
