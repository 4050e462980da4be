"""The lines of a ledger file: one JSON object each, one class per kind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from deploy.ledger.fact import Code, Coded, Fact, OfIssue
from deploy.ledger.research import AnyResearch
from deploy.trouble import Trouble

__all__ = ["BadLedger", "Fact", "Line", "read_ledger"]


Outcome = Literal["solved", "answered", "referred-up", "not-ours"]


class Contact(BaseModel):
    """How the resident can be told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str | None = None
    phone: str | None = None
    email: str | None = None


class Reception(Coded):
    """A resident was received; an issue may have come of it."""

    kind: Literal["reception"]
    station: Code
    community: Code
    channel: Code
    language: Code
    issue: Code | None

    def refers_to(self) -> Iterator[tuple[str, str]]:
        if self.issue is not None:
            yield "issue", self.issue


class Issue(Coded):
    """A resident's issue, in the resident's words."""

    kind: Literal["issue"]
    station: Code
    community: Code
    category: Code
    channel: Code
    language: Code
    words: Annotated[str, Field(min_length=1)]
    anonymous: bool
    contact: Contact | None


class Survey(Coded):
    """A survey or inspection."""

    kind: Literal["survey"]
    station: Code
    members: Annotated[tuple[Code, ...], Field(min_length=1)]
    category: Code


class Talk(Coded):
    """A policy talk."""

    kind: Literal["talk"]
    station: Code
    members: Annotated[tuple[Code, ...], Field(min_length=1)]
    audience: Annotated[int, Field(ge=0)]


class GoodDeed(Coded):
    """A good deed."""

    kind: Literal["good-deed"]
    station: Code
    members: Annotated[tuple[Code, ...], Field(min_length=1)]


class StudySession(Coded):
    """A study session, and in which form it was held where that is known."""

    kind: Literal["study-session"]
    station: Code
    members: Annotated[tuple[Code, ...], Field(min_length=1)]
    form: Literal["self", "led", "joint"] | None = None


class Opinion(Coded):
    """An opinion brief that a member handed in, written from issues; its text comes from no resident."""

    kind: Literal["opinion"]
    member: Code
    title: Annotated[str, Field(min_length=1)]
    text: Annotated[str, Field(min_length=1)]
    issues: Annotated[tuple[Code, ...], Field(min_length=1)]

    def refers_to(self) -> Iterator[tuple[str, str]]:
        yield from (("issue", code) for code in self.issues)


class Commitment(BaseModel):
    """Who does what by when, and the day it was kept."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    by: Code
    what: str
    due: date
    kept: date | None


class Consultation(Coded):
    """A consultation that took place, and what came of it."""

    kind: Literal["consultation"]
    station: Code
    surveys: tuple[Code, ...]
    issues: tuple[Code, ...]
    place: str
    gathering: str
    setting: str
    members: Annotated[tuple[Code, ...], Field(min_length=1)]
    residents: Annotated[int, Field(ge=0)]
    departments: tuple[Code, ...]
    commitments: tuple[Commitment, ...]

    def refers_to(self) -> Iterator[tuple[str, str]]:
        yield from (("survey", code) for code in self.surveys)
        yield from (("issue", code) for code in self.issues)


class Accepted(OfIssue):
    """A member took the order."""

    kind: Literal["accepted"]
    member: Code


class Visit(OfIssue):
    """A look on site."""

    kind: Literal["visit"]
    member: Code


class Referral(OfIssue):
    """A referral to a department."""

    kind: Literal["referral"]
    department: Code

    @property
    def name(self) -> str:
        return f"{self.kind}/{self.issue}/{self.department}"


class ReferralReply(OfIssue):
    """What the department answered."""

    kind: Literal["referral-reply"]
    department: Code

    @property
    def name(self) -> str:
        return f"{self.kind}/{self.issue}/{self.department}"


class Closed(OfIssue):
    """The case was closed."""

    kind: Literal["closed"]
    member: Code
    outcome: Outcome


class Rating(OfIssue):
    """What the resident thought of it."""

    kind: Literal["rating"]
    rating: Literal["satisfied", "partly", "unsatisfied"]


AnyFact = Annotated[
    Reception
    | Issue
    | Survey
    | Talk
    | GoodDeed
    | StudySession
    | Opinion
    | Consultation
    | Accepted
    | Visit
    | Referral
    | ReferralReply
    | Closed
    | Rating
    | AnyResearch,
    Field(discriminator="kind"),
]


@dataclass(frozen=True)
class Line:
    """A fact and the number of its line, counted from 1."""

    number: int
    fact: Fact


class BadLedger(Trouble):
    """The file is no ledger; the text names every line that is wrong, and why."""

    LINES_SHOWN: ClassVar[int] = 20

    def __init__(self, path: Path, faults: list[str]) -> None:
        hidden = len(faults) - self.LINES_SHOWN
        shown = faults[: self.LINES_SHOWN] + ([f"and {hidden} more"] if hidden > 0 else [])
        super().__init__("\n".join([f"{path} is not recorded; nothing was sent:", *shown]))
        self.faults = tuple(faults)


_FACT: TypeAdapter[Fact] = TypeAdapter(AnyFact)


def read_ledger(path: Path) -> tuple[Line, ...]:
    """Every fact of the file; empty lines are passed over.

    Raises :class:`BadLedger` when a line is no JSON object, lacks a field, has one too many, repeats an earlier
    fact or refers to one that is not there, and :class:`OSError` when there is no such file.
    """
    lines: list[Line] = []
    faults: list[str] = []
    for number, raw in enumerate(path.read_bytes().split(b"\n"), start=1):
        if not raw.strip():
            continue
        try:
            lines.append(Line(number, _FACT.validate_json(raw)))
        except ValidationError as error:
            faults += [f"line {number}: {_said(fault['loc'])}{fault['msg']}" for fault in error.errors()]
    faults += _dangling(lines)
    if faults:
        raise BadLedger(path, faults)
    return tuple(lines)


def _said(location: tuple[int | str, ...]) -> str:
    # The first part names the kind, which the line itself says.
    place = ".".join(str(part) for part in location[1:])
    return f"{place}: " if place else ""


def _dangling(lines: list[Line]) -> Iterator[str]:
    seen: dict[str, int] = {}
    for line in lines:
        earlier = seen.setdefault(line.fact.name, line.number)
        if earlier != line.number:
            yield f"line {line.number}: {line.fact.name} is already on line {earlier}"
    for line in lines:
        for kind, code in line.fact.refers_to():
            if f"{kind}/{code}" not in seen:
                yield f"line {line.number}: there is no {kind} {code} in this ledger"
