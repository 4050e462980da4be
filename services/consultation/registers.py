"""What is answered about surveys, consultations, commitments and activities; times in UTC."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import BaseModel


class CommitmentMade(BaseModel):
    """A commitment; its words stay where they are."""

    id: str
    by: str
    due_on: date


class ConsultationClosed(BaseModel):
    """A closed consultation and the commitments that live on from it, in the order they were given."""

    id: str
    commitments: list[CommitmentMade]


class SurveyLine(BaseModel):
    """A survey, in short."""

    id: str
    station: str
    category: str | None
    reference: str | None
    findings: str | None
    made_at: datetime


class RelaxationLine(BaseModel):
    """A decision that for some days a consultation may open without a survey; both days are inside."""

    id: str
    decided_by: str
    decided_at: datetime
    reason: str
    from_on: date
    until_on: date
    ended_by: str | None
    ended_at: datetime | None


class ConsultationLine(BaseModel):
    """A consultation, in short."""

    id: str
    state: str
    topic: str | None
    station: str
    place: str
    gathering: str
    setting: str
    planned_at: datetime | None
    held_at: datetime | None


class ProgressLine(BaseModel):
    """How far a commitment had come; ``audience`` is ``resident`` or ``staff``."""

    id: str
    at: datetime
    by: str
    audience: str
    text: str


class CommitmentLine(BaseModel):
    """A commitment with its words, for staff. ``overdue``: its day is past and nothing came of it yet."""

    id: str
    consultation_id: str | None
    state: str
    by: str
    member: str | None
    department: str | None
    what: str
    due_on: date
    overdue: bool
    made_at: datetime
    settled_at: datetime | None
    evidence: str | None
    reason: str | None
    issues: list[str]
    progress: list[ProgressLine]


class ContributionLine(BaseModel):
    """What a member said in writing."""

    id: str
    member: str
    text: str
    written_at: datetime
    on_paper: bool


class ConsultationWhole(ConsultationLine):
    """A consultation with what it rests on, who takes part and what came of it.

    ``relaxation`` is the decision it opened on without a survey; ``sequence`` counts the changes of its plan.
    """

    address: str | None
    agenda: str | None
    residents: int
    resident_roles: dict[str, int]
    planned_until: datetime | None
    contributions_until: datetime | None
    sequence: int
    opened_by: str | None
    opened_at: datetime
    minutes: str | None
    agreed: str | None
    closed_at: datetime | None
    cancelled_at: datetime | None
    cancel_reason: str | None
    on_paper: bool
    relaxation: RelaxationLine | None
    surveys: list[str]
    rests_on: list[SurveyLine]
    issues: list[str]
    members: list[str]
    departments: list[str]
    contributions: list[ContributionLine]
    commitments: list[CommitmentLine]


class Invitation(BaseModel):
    """What a member is to be told of a consultation; ``calendar`` is the iCalendar object to send along.

    ``standing`` is invited, changed or cancelled: as it now is for this member, whatever it was before.
    """

    standing: str
    takes_part: bool
    topic: str | None
    station: str
    address: str | None
    planned_at: datetime
    planned_until: datetime | None
    contributions_until: datetime | None
    reason: str | None
    sequence: int
    calendar: str


class ActivityLine(BaseModel):
    """A reception, a talk, a good deed, a survey or a study session."""

    id: str
    kind: str
    station: str
    subject: str | None
    audience: int | None
    form: str | None
    held_at: datetime
    members: list[str]


class MemberActivities(BaseModel):
    """How many activities of each kind a member took part in."""

    member: str
    kinds: dict[str, int]


class PublicProgress(BaseModel):
    """How far a commitment had come, as the resident is told."""

    at: datetime
    text: str


class PublicCommitment(BaseModel):
    """A commitment as the resident is told of it."""

    by: str
    what: str
    due_on: date
    state: str
    overdue: bool
    settled_at: datetime | None
    evidence: str | None
    reason: str | None
    progress: list[PublicProgress]
