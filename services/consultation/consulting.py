"""What people say about surveys, consultations, commitments and activities: the same for programs and for forms."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from services.consultation.inputs import Dated, Heads, Input, Line, Members, Words
from shared.contracts.words import Gathering, Place, Setting, StudyForm
from shared.web.fields import AwareUTC, Code, Text

Minutes = Annotated[str, Text(20_000)]
Codes = Annotated[tuple[Code, ...], Field(max_length=50)]
ResidentRole = Literal["affected", "representative", "owner", "business", "volunteer"]
"""In which role residents take part; how many, and never who."""
ActivityKind = Literal["reception", "talk", "good-deed", "survey", "study-session"]
ProgressAudience = Literal["resident", "staff"]


class SurveyInput(Dated):
    """A survey (调研)."""

    station: Code
    members: Members
    category: Code | None = None
    reference: Code | None = None
    findings: Words | None = None


class RelaxationInput(Input):
    """A decision that until a day consultations may open without a survey, and why."""

    reason: Words
    from_on: date | None = None
    """Today, unless it is said otherwise."""
    until_on: date


class PlanInput(Input):
    """How, where and when a consultation is to be, and with whom."""

    topic: Line | None = None
    place: Place
    gathering: Gathering
    setting: Setting
    address: Line | None = None
    agenda: Words | None = None
    members: Members
    departments: Codes = ()
    residents: Heads = 0
    resident_roles: dict[ResidentRole, Heads] = Field(default_factory=dict)
    planned_at: AwareUTC | None = None
    planned_until: AwareUTC | None = None
    contributions_until: AwareUTC | None = None
    """When members who cannot come have written at the latest; until it is held where nothing is said."""


class ConsultationInput(PlanInput, Dated):
    """A consultation (协商) to be held: what it rests on, how, and who takes part."""

    station: Code
    surveys: Codes = ()
    issues: Codes = ()


class ChangeInput(PlanInput):
    """The plan as it is to be from now on, by somebody who has read the ``sequence`` it had."""

    sequence: Annotated[int, Field(ge=0)]


class CancellingInput(Input):
    """It is called off, and why."""

    reason: Words


class ContributionInput(Dated):
    """What a member who cannot get away says in writing."""

    text: Words
    member: Code | None = None


class HoldingInput(Dated):
    """The consultation took place, with so many residents if not as many as planned."""

    residents: Heads | None = None


class MinutesInput(Input):
    """What was said."""

    minutes: Minutes


class CommitmentInput(Input):
    """Who does what by when. ``by`` may be left out where a member or a department is named."""

    by: Line | None = None
    member: Code | None = None
    department: Code | None = None
    what: Words
    due_on: date


class OwnCommitmentInput(CommitmentInput, Dated):
    """A commitment made for a case at once, without a consultation."""


class AgreementInput(Dated):
    """What was agreed, and who undertook what."""

    agreed: Words | None = None
    minutes: Minutes | None = None
    commitments: Annotated[tuple[CommitmentInput, ...], Field(max_length=20)] = ()


class ProgressInput(Dated):
    """How far a commitment has come."""

    text: Words
    audience: ProgressAudience = "staff"


class KeepingInput(Dated):
    """A commitment was kept."""

    evidence: Words | None = None


class DroppingInput(Dated):
    """A commitment was given up, and why."""

    reason: Words


class ActivityInput(Dated):
    """A reception, a talk, a good deed, a survey or a study session."""

    kind: ActivityKind
    station: Code
    members: Members
    subject: Line | None = None
    audience: Heads | None = None
    form: StudyForm | None = None
    """Of a study session, how it was held."""


class JoiningInput(Input):
    """A member took part too."""

    member: Code | None = None
