"""What the API of the roster takes and gives; entries themselves are as in the roster file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from services.routing.http.bodies import Input
from services.routing.roster.changes import RecordedChange
from services.routing.roster.document import DutyDays, MemberEntry, Roster, StationEntry
from services.routing.roster.entries import mark_of
from services.routing.roster.parts import CompositionPart, ReadinessItem
from services.routing.roster.register import MemberLine
from services.routing.roster.units import UnitEntry, UnitsRequired


class LeaveOut(BaseModel):
    """A leave that a member is on today."""

    until: date
    stand_in: str | None


class MemberOut(MemberEntry):
    """A member as the roster has them, and how they stand today; ``mark`` is what ``If-Match`` wants."""

    in_term: bool
    on_leave: LeaveOut | None
    mark: str

    @classmethod
    def of(cls, line: MemberLine) -> MemberOut:
        """``line`` as the API shows it."""
        leave = LeaveOut(until=line.leave.until, stand_in=line.leave.stand_in) if line.leave else None
        return cls(**dict(line.entry), in_term=line.in_term, on_leave=leave, mark=mark_of(line.entry))


class StationOut(StationEntry):
    """A station as the roster has it, with its next duty days; ``mark`` is what ``If-Match`` wants."""

    next_duty_days: Sequence[date]
    mark: str

    @classmethod
    def of(cls, station: StationEntry, days: Sequence[date]) -> StationOut:
        """``station`` as the API shows it."""
        return cls(**dict(station), next_duty_days=days, mark=mark_of(station))


class UnitOut(UnitEntry):
    """A unit as the roster has it; ``mark`` is what ``If-Match`` wants."""

    mark: str

    @classmethod
    def of(cls, unit: UnitEntry) -> UnitOut:
        """``unit`` as the API shows it."""
        return cls(**dict(unit), mark=mark_of(unit))


class DutyExceptionIn(Input):
    """A single day: an extra duty day, or one that is cancelled."""

    day: date
    exception: Literal["extra", "cancelled"]


class WholeBody(Input):
    """What holds for the whole body: its duty days, the units it must have, what it names of a station's parts."""

    duty_days: DutyDays
    composition: Annotated[tuple[CompositionPart, ...], Field(max_length=50)] = ()
    readiness: Annotated[tuple[ReadinessItem, ...], Field(max_length=50)] = ()
    units_required: UnitsRequired | None = None
    units_required_below: UnitsRequired | None = None

    @classmethod
    def of(cls, roster: Roster) -> WholeBody:
        """As ``roster`` has it."""
        return cls(**{name: getattr(roster, name) for name in cls.model_fields})

    def onto(self, roster: Roster) -> Roster:
        """``roster`` with this. What its first clients did not know stays where they leave it out."""
        later = {"units_required", "units_required_below"} - self.model_fields_set
        names = type(self).model_fields.keys() - later
        return roster.model_copy(update={name: getattr(self, name) for name in names})


class RecordedChangeOut(BaseModel):
    """One change of the roster; ``by_file``: it came with an import."""

    id: int
    revision: int
    changed_at: datetime
    changed_by: str
    by_file: bool
    kind: str
    code: str
    change: Literal["added", "changed", "removed"]
    fields: dict[str, dict[str, Any]]

    @classmethod
    def of(cls, change: RecordedChange) -> RecordedChangeOut:
        """``change`` as the API shows it."""
        return cls.model_validate({name: getattr(change, name) for name in cls.model_fields})


ByCode = dict[str, dict[str, str]]


class NamesOut(BaseModel):
    """What everything with a name is called: by code, by language. What has no name is left out."""

    township: ByCode
    station: ByCode
    community: ByCode
    department: ByCode
    body: ByCode = {}

    @classmethod
    def of(cls, roster: Roster, bodies: Mapping[str, Mapping[str, str]]) -> NamesOut:
        """The names in ``roster``, and those of this body and of the ones next to it."""
        lists: dict[str, tuple[Any, ...]] = {
            "township": roster.townships,
            "station": roster.stations,
            "community": roster.communities,
            "department": roster.departments,
        }
        named = {kind: {each.code: each.names for each in entries if each.names} for kind, entries in lists.items()}
        return cls.model_validate({**named, "body": bodies})
