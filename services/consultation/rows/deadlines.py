"""When the body works, and what is owed by when."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Index, column
from sqlmodel import Field

from services.consultation.rows.schema import Row
from shared.db.types import BigKey, Json, UTCDateTime

_HAS_NEXT = column("next_at").is_not(None)


class BodyCalendar(Row, table=True):
    """The one row that says when the body works and how long its deadlines are, as routing told it last."""

    __tablename__ = "body_calendar"

    id: int = Field(default=1, primary_key=True)
    edition: int
    """Counts every change, so that deadlines reckoned by an older one are reckoned again."""
    revision: int
    """Routing's own count; 0 before it told of any."""
    zone: str = Field(max_length=64)
    hours: list[str] = Field(sa_type=Json)
    days_on: list[str] = Field(sa_type=Json)
    days_off: list[str] = Field(sa_type=Json)
    terms: list[dict[str, Any]] = Field(sa_type=Json)


class DepartmentTerm(Row, table=True):
    """How many working days a department has to reply; none where the body's term holds."""

    __tablename__ = "department_terms"

    department: str = Field(primary_key=True, max_length=64)
    revision: int
    days: int | None = None


class Deadline(Row, table=True):
    """Something owed by a moment. ``due_at`` follows from what it is counted from, and from the calendar's edition."""

    __tablename__ = "deadlines"
    __table_args__ = (
        Index("deadlines_of_case", "reference"),
        Index("deadlines_of_member", "member", "state", "due_at", "deadline_id"),
        Index("deadlines_by_due", "state", "due_at", "deadline_id"),
        Index("deadlines_by_kind", "state", "kind", "due_at", "deadline_id"),
        Index("deadlines_by_edition", "state", "edition"),
        Index("deadlines_by_clock", "next_at", sqlite_where=_HAS_NEXT, postgresql_where=_HAS_NEXT),
    )

    deadline_id: str = Field(primary_key=True, max_length=36)
    kind: str = Field(max_length=16)
    subject: str = Field(max_length=64)
    """What is owed: the id of a referral or a commitment, or which turn of the case it is."""
    state: str = Field(max_length=16)
    reference: str | None = Field(default=None, max_length=40)
    member: str | None = Field(default=None, max_length=64)
    department: str | None = Field(default=None, max_length=64)
    started_at: datetime = Field(sa_type=UTCDateTime)
    counted_from: datetime = Field(sa_type=UTCDateTime)
    """When it started, or when it was last resumed."""
    days: int | None = None
    """Working days from ``counted_from``; or else one of the next two."""
    due_on: date | None = None
    left_microseconds: int | None = Field(default=None, sa_type=BigInteger)
    """Working time from ``counted_from``, once it was paused."""
    due_at: datetime = Field(sa_type=UTCDateTime)
    warn_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    escalate_at: datetime = Field(sa_type=UTCDateTime)
    next_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    """When the clock has something to do with it."""
    edition: int
    turn: int = 0
    """How often it was resumed or moved: a warning of a new end is a new warning."""
    warned_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    missed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    escalated_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class DeadlinePause(Row, table=True):
    """A time during which a deadline stood still. What was written about it stands on the thread of the case."""

    __tablename__ = "deadline_pauses"
    __table_args__ = (Index("pauses_of_deadline", "deadline_id", "paused_at"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigKey)
    deadline_id: str = Field(max_length=36)
    reason: str = Field(max_length=16)
    paused_at: datetime = Field(sa_type=UTCDateTime)
    paused_by: str | None = Field(default=None, max_length=64)
    resumed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    resumed_by: str | None = Field(default=None, max_length=64)
