"""The roster file: its fields, and what follows from them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

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
Codes = Annotated[tuple[Code, ...], Field(max_length=500)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class BodyEntry(_Part):
    """The body itself."""

    code: Code
    tier: Tier
    parent: Code | None
    time_zone: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_]+(/[A-Za-z_+-]+)*$", max_length=64)]


class StationEntry(_Part):
    """A place where members meet residents."""

    code: Code
    kind: StationKind
    township: Code


class CommunityEntry(_Part):
    """A neighbourhood or village, and the station that serves it."""

    code: Code
    township: Code
    station: Code | None = None


class MemberEntry(_Part):
    """A member: where they are stationed, what they know, what they speak, the first language first."""

    code: Code
    stations: Codes
    communities: Codes
    expertise: Codes
    languages: Annotated[tuple[Language, ...], Field(min_length=1, max_length=5)]
    email: Email | None = None
    display: Annotated[str, Text(100)] | None = None


class DepartmentEntry(_Part):
    """An office that issues are referred to, and the categories it answers for."""

    code: Code
    categories: Codes


class DutyDays(_Part):
    """The days of each month on which members are at their stations."""

    days_of_month: Annotated[tuple[Annotated[int, Field(ge=1, le=31)], ...], Field(max_length=31)] = ()
    hours: Annotated[str, Text(64)] | None = None


class Roster(_Part):
    """A whole roster, as in its file."""

    body: BodyEntry
    townships: Annotated[tuple[Code, ...], Field(max_length=MOST)]
    stations: Annotated[tuple[StationEntry, ...], Field(max_length=MOST)]
    communities: Annotated[tuple[CommunityEntry, ...], Field(max_length=MOST)]
    members: Annotated[tuple[MemberEntry, ...], Field(max_length=MOST)]
    departments: Annotated[tuple[DepartmentEntry, ...], Field(max_length=MOST)] = ()
    duty_days: DutyDays = DutyDays()

    @property
    def categories(self) -> tuple[str, ...]:
        """What issues can be about: whatever a department answers for or a member knows."""
        departments = {category for department in self.departments for category in department.categories}
        return tuple(sorted(departments | {field for member in self.members for field in member.expertise}))

    def entries(self) -> dict[Entry, dict[str, Any]]:
        """Everything in the roster by kind and code, with its fields as JSON has them."""
        found: dict[Entry, dict[str, Any]] = {("township", code): {} for code in self.townships}
        listed: tuple[tuple[Kind, tuple[Any, ...]], ...] = (
            ("station", self.stations),
            ("community", self.communities),
            ("member", self.members),
            ("department", self.departments),
        )
        for kind, parts in listed:
            for part in parts:
                found[kind, part.code] = part.model_dump(mode="json", exclude={"code"})
        found["body", self.body.code] = self.body.model_dump(mode="json", exclude={"code"})
        found["duty-days", self.body.code] = self.duty_days.model_dump(mode="json")
        return found


Kind = Literal["township", "station", "community", "member", "department", "body", "duty-days"]
Entry = tuple[Kind, str]
