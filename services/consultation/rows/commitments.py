"""Commitments, the issues they were made for, and how far they have come."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import Field

from services.consultation.rows.schema import Row
from shared.db.types import UTCDateTime


class Commitment(Row, table=True):
    """Who does what by when: undertaken in a consultation, or for one case without any."""

    __tablename__ = "commitments"
    __table_args__ = (
        Index("commitments_of_consultation", "consultation_id"),
        Index("commitments_by_due", "state", "due_on", "commitment_id"),
        Index("commitments_of_member", "member", "state", "due_on"),
    )

    commitment_id: str = Field(primary_key=True, max_length=36)
    consultation_id: str | None = Field(default=None, max_length=36)
    state: str = Field(max_length=16)
    by: str = Field(max_length=200)
    """Who undertook it, as the resident reads it."""
    member: str | None = Field(default=None, max_length=64)
    department: str | None = Field(default=None, max_length=64)
    """The owner's code of the roster, where the owner has one."""
    what: str
    due_on: date
    made_at: datetime = Field(sa_type=UTCDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    evidence: str | None = None
    reason: str | None = None
    on_paper: bool


class CommitmentIssue(Row, table=True):
    """An issue that a commitment was made for."""

    __tablename__ = "commitment_issues"
    __table_args__ = (Index("commitments_of_issue", "reference"),)

    commitment_id: str = Field(primary_key=True, max_length=36)
    reference: str = Field(primary_key=True, max_length=40)


class Progress(Row, table=True):
    """How far a commitment had come on a day, as its owner said it."""

    __tablename__ = "commitment_progress"
    __table_args__ = (Index("progress_of_commitment", "commitment_id", "at"),)

    progress_id: str = Field(primary_key=True, max_length=36)
    commitment_id: str = Field(max_length=36)
    at: datetime = Field(sa_type=UTCDateTime)
    by: str = Field(max_length=64)
    audience: str = Field(max_length=16)
    text: str
    on_paper: bool
