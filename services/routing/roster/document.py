"""The roster file: its fields, and what follows from them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from services.routing.roster.duty import DutyPlan, DutyRule
from services.routing.roster.parts import (
    CompositionPart,
    DutyEntry,
    LeaveEntry,
    Names,
    Part,
    ReadinessItem,
    StationItem,
    StationPart,
    TermEntry,
)
from services.routing.roster.units import UnitEntry, UnitsRequired, unit_in_order
from shared.contracts.words import StationKind
from shared.settings import Tier
from shared.web.fields import Code, Language, Text

MOST = 5000
"""Entries of one list: the largest region has some 30 times fewer communities per body."""

Email = Annotated[
    str,
    # One mailbox and nothing that could be a second one, a header or a display name.
    StringConstraints(
        max_length=254, pattern=r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$"
    ),
]
Phone = Annotated[str, StringConstraints(pattern=r"^[0-9+][0-9 ()-]{2,29}$")]
Codes = Annotated[tuple[Code, ...], Field(max_length=500)]


class BodyEntry(Part):
    """The body itself."""

    code: Code
    tier: Tier
    parent: Code | None
    time_zone: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_]+(/[A-Za-z_+-]+)*$", max_length=64)]


def _as_entry(sent: object) -> object:
    return {"code": sent} if isinstance(sent, str) else sent


class TownshipEntry(Part):
    """A township or street (乡镇/街道); in the file its code alone will do."""

    code: Code
    names: Names = Field(default_factory=dict)


class StationEntry(Part):
    """A place where members meet residents. Without ``duty`` of its own it keeps the duty days of the body."""

    code: Code
    kind: StationKind
    township: Code
    names: Names = Field(default_factory=dict)
    composition: Annotated[tuple[StationPart, ...], Field(max_length=50)] = ()
    readiness: Annotated[tuple[StationItem, ...], Field(max_length=50)] = ()
    duty: DutyEntry | None = None


class CommunityEntry(Part):
    """A neighbourhood or village, and the station that serves it."""

    code: Code
    township: Code
    station: Code | None = None
    names: Names = Field(default_factory=dict)


class MemberEntry(Part):
    """A member: where they are stationed, what they know, what they speak, the first language first.

    Without any term they hold office; ``stand_in`` takes their place in every leave that names nobody else.
    ``units`` are those of the chain that they are attached to.
    """

    code: Code
    stations: Codes
    communities: Codes
    expertise: Codes
    languages: Annotated[tuple[Language, ...], Field(min_length=1, max_length=5)]
    email: Email | None = None
    display: Annotated[str, Text(100)] | None = None
    stand_in: Code | None = None
    units: Codes = ()
    terms: Annotated[tuple[TermEntry, ...], Field(max_length=50)] = ()
    leave: Annotated[tuple[LeaveEntry, ...], Field(max_length=500)] = ()


class DepartmentEntry(Part):
    """An office that issues are referred to, and the categories it answers for.

    ``days_to_reply`` are working days; None: what the body allows everybody.
    """

    code: Code
    categories: Codes
    names: Names = Field(default_factory=dict)
    email: Email | None = None
    phone: Phone | None = None
    language: Language | None = None
    """In which it is written to; the body's own unless it is said."""
    days_to_reply: Annotated[int, Field(ge=1, le=250)] | None = None


class DutyDays(Part):
    """The days of each month on which members are at their stations."""

    days_of_month: Annotated[tuple[Annotated[int, Field(ge=1, le=31)], ...], Field(max_length=31)] = ()
    hours: Annotated[str, Text(64)] | None = None

    def plan(self) -> DutyPlan:
        """As the calendar takes it."""
        return DutyPlan((DutyRule(frozenset(self.days_of_month)),) if self.days_of_month else ())


class Roster(Part):
    """A whole roster, as in its file."""

    body: BodyEntry
    townships: Annotated[tuple[Annotated[TownshipEntry, BeforeValidator(_as_entry)], ...], Field(max_length=MOST)]
    stations: Annotated[tuple[StationEntry, ...], Field(max_length=MOST)]
    communities: Annotated[tuple[CommunityEntry, ...], Field(max_length=MOST)]
    members: Annotated[tuple[MemberEntry, ...], Field(max_length=MOST)]
    departments: Annotated[tuple[DepartmentEntry, ...], Field(max_length=MOST)] = ()
    duty_days: DutyDays = DutyDays()
    composition: Annotated[tuple[CompositionPart, ...], Field(max_length=50)] = ()
    readiness: Annotated[tuple[ReadinessItem, ...], Field(max_length=50)] = ()
    units: Annotated[tuple[UnitEntry, ...], Field(max_length=MOST)] = ()
    units_required: UnitsRequired | None = None
    """What the body itself must have."""
    units_required_below: UnitsRequired | None = None
    """What each unit of the kind ``body`` must have."""

    def duty_plan(self, station: StationEntry) -> DutyPlan:
        """By what the duty days of ``station`` are reckoned."""
        return station.duty.plan() if station.duty else self.duty_days.plan()

    def parts_of(self, station: StationEntry, members: int) -> tuple[int, ...]:
        """The numbers of “1+X+Y+Z”, in the order in which the body names its parts; ``members`` are at the station."""
        said = {part.part: part.count for part in station.composition}
        counted = {"station": 1, "members": members}
        return tuple(counted[part.counts] if part.counts else said.get(part.code, 0) for part in self.composition)

    def lacking(self, station: StationEntry) -> tuple[ReadinessItem, ...]:
        """What of the things it must have (十有) a station lacks, or nobody has looked for."""
        there = {item.item for item in station.readiness if item.present}
        return tuple(item for item in self.readiness if item.code not in there)

    def is_ready(self, station: StationEntry) -> bool:
        """Whether a station has all of them."""
        return not self.lacking(station)

    @property
    def categories(self) -> tuple[str, ...]:
        """What issues can be about: whatever a department answers for or a member knows."""
        departments = {category for department in self.departments for category in department.categories}
        return tuple(sorted(departments | {field for member in self.members for field in member.expertise}))

    def entries(self) -> dict[Entry, Part]:
        """Everything in the roster by kind and code; :func:`fields_of` gives the fields of each."""
        listed: tuple[tuple[Kind, tuple[Any, ...]], ...] = (
            ("township", self.townships),
            ("station", self.stations),
            ("community", self.communities),
            ("member", self.members),
            ("department", self.departments),
            ("unit", self.units),
        )
        found: dict[Entry, Part] = {(kind, part.code): part for kind, parts in listed for part in parts}
        found["body", self.body.code] = WholeBody(
            **dict(self.body),
            composition=self.composition,
            readiness=self.readiness,
            units_required=self.units_required,
            units_required_below=self.units_required_below,
        )
        found["duty-days", self.body.code] = self.duty_days
        return found


class WholeBody(BodyEntry):
    """The body itself, with what it names."""

    composition: tuple[CompositionPart, ...]
    readiness: tuple[ReadinessItem, ...]
    units_required: UnitsRequired | None
    units_required_below: UnitsRequired | None


def fields_of(entry: Part) -> dict[str, Any]:
    """The fields of an entry as JSON has them, without its code; dated parts in order of date."""
    if isinstance(entry, MemberEntry):
        entry = member_in_order(entry)
    elif isinstance(entry, StationEntry):
        entry = station_in_order(entry)
    elif isinstance(entry, UnitEntry):
        entry = unit_in_order(entry)
    return entry.model_dump(mode="json", exclude={"code"})


def member_in_order(member: MemberEntry) -> MemberEntry:
    """The same member with terms and leave in the order in which the database gives them back."""
    parts = {"terms": tuple(sorted(member.terms, key=_beginning)), "leave": tuple(sorted(member.leave, key=_beginning))}
    return member.model_copy(update=parts)


def station_in_order(station: StationEntry) -> StationEntry:
    """The same station with its parts in the order in which the database gives them back."""
    duty = station.duty
    if duty is not None:
        days = {"extra": tuple(sorted(set(duty.extra))), "cancelled": tuple(sorted(set(duty.cancelled)))}
        duty = duty.model_copy(update=days)
    return station.model_copy(
        update={
            "composition": tuple(sorted(station.composition, key=lambda part: part.part)),
            "readiness": tuple(sorted(station.readiness, key=lambda item: item.item)),
            "duty": duty,
        }
    )


def _beginning(part: TermEntry | LeaveEntry) -> date:
    return part.begins_on


Kind = Literal["township", "station", "community", "member", "department", "unit", "body", "duty-days"]
Entry = tuple[Kind, str]
