"""What is answered to a program: shapes of the API, with times in UTC."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel


class Made(BaseModel):
    """Something was recorded under this id."""

    id: str


class ReferralMade(Made):
    """A referral, and by when its reply is due if a date was set."""

    department: str
    due_on: date | None


class CommitmentMade(Made):
    """A commitment; its words stay where they are."""

    by: str
    due_on: date


class ConsultationClosed(Made):
    """A closed consultation and the commitments that live on from it, in the order they were given."""

    commitments: list[CommitmentMade]


class State(BaseModel):
    """Where something stands after what was done."""

    id: str
    state: str


class CaseClosed(BaseModel):
    """A closed case."""

    reference: str
    state: str
    outcome: str
    closed_at: datetime


class CaseLine(BaseModel):
    """A case in a list."""

    reference: str
    state: str
    outcome: str | None
    member: str
    station: str
    community: str
    category: str | None
    channel: str
    language: str
    submitted_at: datetime
    answer_by: datetime
    accepted_at: datetime | None
    closed_at: datetime | None
    rating: str | None


class ThreadEntry(BaseModel):
    """One dated line of the case; ``audience`` is ``resident`` or ``staff``."""

    id: str
    at: datetime
    kind: str
    audience: str
    member: str | None
    text: str | None
    details: dict[str, Any]
    on_paper: bool


class ReferralLine(BaseModel):
    """A referral of the case."""

    id: str
    department: str
    state: str
    due_on: date | None
    made_at: datetime
    replied_at: datetime | None


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


class CommitmentLine(BaseModel):
    """A commitment with its words, for staff."""

    id: str
    consultation_id: str
    state: str
    by: str
    what: str
    due_on: date
    settled_at: datetime | None
    evidence: str | None
    reason: str | None


class SurveyLine(BaseModel):
    """A survey, in short."""

    id: str
    station: str
    category: str | None
    reference: str | None
    findings: str | None
    made_at: datetime


class ActivityLine(BaseModel):
    """A talk, a good deed or a study session."""

    id: str
    kind: str
    station: str
    audience: int | None
    held_at: datetime


class CaseWhole(CaseLine):
    """A case with everything that is known of it here; the resident's words are in the vault."""

    answer: str | None
    thread: list[ThreadEntry]
    referrals: list[ReferralLine]
    surveys: list[SurveyLine]
    consultations: list[ConsultationLine]
    commitments: list[CommitmentLine]


class ConsultationWhole(ConsultationLine):
    """A consultation with what it rests on, who takes part and what came of it."""

    residents: int
    agreed: str | None
    opened_at: datetime
    closed_at: datetime | None
    surveys: list[str]
    issues: list[str]
    members: list[str]
    departments: list[str]
    commitments: list[CommitmentLine]


class PublicCommitment(BaseModel):
    """A commitment as the resident is told of it."""

    by: str
    what: str
    due_on: date
    state: str


class Answer(BaseModel):
    """What the resident is told when the case is closed."""

    answer: str | None
    outcome: str | None
    commitments: list[PublicCommitment]
