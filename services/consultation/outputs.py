"""What is answered to a program: shapes of the API, with times in UTC."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from services.consultation.registers import CommitmentLine, ConsultationLine, PublicCommitment, SurveyLine


class Made(BaseModel):
    """Something was recorded under this id."""

    id: str


class ReferralMade(Made):
    """A referral, and by when its reply is due if a date was set."""

    department: str
    due_on: date | None


class State(BaseModel):
    """Where something stands after what was done."""

    id: str
    state: str


class CaseClosed(BaseModel):
    """A closed case."""

    reference: str
    state: str
    outcome: str
    quality: str | None
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
    quality: str | None
    word: str | None
    overdue_commitments: int
    """Commitments made for the issue whose day is past and of which nothing came yet, be it closed or not."""


class PhotoLine(BaseModel):
    """A photograph; its picture is at ``/api/v1/cases/<reference>/photos/<id>``. Sizes in pixels."""

    id: str
    audience: str
    width: int
    height: int


class ThreadEntry(BaseModel):
    """One dated line of the case; ``audience`` is ``resident``, ``staff`` or ``office``.

    ``author_role`` is member, staff, department, resident or service; ``author`` the code or account that goes with it.
    """

    id: str
    at: datetime
    kind: str
    audience: str
    member: str | None
    author_role: str
    author: str | None
    text: str | None
    details: dict[str, Any]
    on_paper: bool
    photos: list[PhotoLine]


class ReferralLine(BaseModel):
    """A referral of the case. ``link`` is whether the department can reply by itself: none, good, used or over."""

    id: str
    department: str
    state: str
    request: str | None
    due_on: date | None
    made_at: datetime
    reminded_at: datetime | None
    supervised_at: datetime | None
    replied_at: datetime | None
    link: str


class CaseWhole(CaseLine):
    """A case with everything that is known of it here; the resident's words are in the vault."""

    joined_to: str | None
    """The issue under which it is worked on, where it is the same matter."""
    residents: int
    """How many residents raised the matter: all of them are told what is written for the resident."""
    answer: str | None
    competent: str | None
    version: int
    members: list[str]
    """Further members, beside the one who has the order."""
    thread: list[ThreadEntry]
    referrals: list[ReferralLine]
    surveys: list[SurveyLine]
    consultations: list[ConsultationLine]
    commitments: list[CommitmentLine]


class PublicEntry(BaseModel):
    """A line of the thread that was written for the resident, with the ids of its photographs."""

    id: str
    at: datetime
    kind: str
    text: str | None
    photos: list[str]


class Answer(BaseModel):
    """What the resident is told: while the case goes on, and when it is closed."""

    answer: str | None
    outcome: str | None
    competent: str | None
    commitments: list[PublicCommitment]
    entries: list[PublicEntry]


class AskedLine(BaseModel):
    """A referral in a list over all cases; ``member`` is who has the order of its case."""

    id: str
    reference: str
    department: str
    state: str
    category: str | None
    community: str
    member: str
    due_on: date | None
    made_at: datetime
    replied_at: datetime | None


class ReferralLetter(BaseModel):
    """What the letter to a department says; ``link`` is the way to reply without an account."""

    reference: str
    department: str
    state: str
    category: str | None
    community: str
    request: str | None
    due_on: date | None
    link: str
    link_expires_at: datetime
