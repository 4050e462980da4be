"""What people say when they record something: the same for programs and for forms."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.words import ActivityKind, Gathering, Place, Setting
from shared.web.fields import AwareUTC, Code, Text

LONG = 4000
Words = Annotated[str, Text(LONG)]
Line = Annotated[str, Text(200)]
Members = Annotated[tuple[Code, ...], Field(min_length=1, max_length=50)]
Heads = Annotated[int, Field(ge=0, le=100_000)]
ClosingOutcome = Literal["solved", "answered", "referred-up", "not-ours"]
"""The outcomes that a member gives; ``withdrawn`` is the resident's."""


class Input(BaseModel):
    """Frozen, and nothing is read that is not asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Dated(Input):
    """Something that an officer may enter later from a paper record, with the date that the paper bears."""

    recorded_at: AwareUTC | None = None


class VisitInput(Dated):
    """A look on site (现场察看)."""

    note: Words | None = None
    member: Code | None = None


class NoteInput(Input):
    """A note for the staff of the case."""

    text: Words


class ReferralInput(Dated):
    """A referral to a department (转办)."""

    department: Code
    note: Words | None = None
    due_on: date | None = None


class ReplyInput(Dated):
    """What the department answered (答复)."""

    text: Words | None = None


class ClosingInput(Dated):
    """How the case ended, and what the resident is told."""

    outcome: ClosingOutcome
    answer: Words | None = None
    member: Code | None = None


class SurveyInput(Dated):
    """A survey (调研)."""

    station: Code
    members: Members
    category: Code | None = None
    reference: Code | None = None
    findings: Words | None = None


class ConsultationInput(Dated):
    """A consultation (协商) to be held: what it rests on, how, and who takes part."""

    topic: Line | None = None
    station: Code
    surveys: Annotated[tuple[Code, ...], Field(max_length=50)] = ()
    issues: Annotated[tuple[Code, ...], Field(max_length=50)] = ()
    place: Place
    gathering: Gathering
    setting: Setting
    members: Members
    departments: Annotated[tuple[Code, ...], Field(max_length=50)] = ()
    residents: Heads = 0
    planned_at: AwareUTC | None = None


class HoldingInput(Dated):
    """The consultation took place."""


class CommitmentInput(Input):
    """Who does what by when."""

    by: Line
    what: Words
    due_on: date


class AgreementInput(Dated):
    """What was agreed, and who undertook what."""

    agreed: Words | None = None
    commitments: Annotated[tuple[CommitmentInput, ...], Field(max_length=20)] = ()


class KeepingInput(Dated):
    """A commitment was kept."""

    evidence: Words | None = None


class DroppingInput(Dated):
    """A commitment was given up, and why."""

    reason: Words


class ActivityInput(Dated):
    """A talk, a good deed or a study session."""

    kind: ActivityKind
    station: Code
    members: Members
    audience: Heads | None = None
