"""Briefs that were handed up to the parent, and those that bodies below handed up to this one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field

from services.consultation.rows.schema import Row
from shared.db.types import UTCDateTime

_UNDECIDED_AND_OURS = text("is_ours AND state = 'undecided'")


class BriefHanding(Row, table=True):
    """One handing up: each of the two bodies keeps such a row, under the same id.

    ``is_ours``: this body handed it up to ``other``. ``origin``, ``year`` and ``number`` are those of the body whose
    brief it is, however often it was handed on; ``received_year`` and ``received_number`` of the body that has it.
    """

    __tablename__ = "brief_handings"
    __table_args__ = (
        UniqueConstraint("received_year", "received_number", name="brief_handings_by_number"),
        Index("brief_handings_by_age", "is_ours", "handed_at", "handing_id"),
        Index("brief_handings_by_state", "is_ours", "state", "handed_at", "handing_id"),
        Index("brief_handings_of_brief", "brief_id", "handed_at"),
        Index("brief_handings_of_received", "received_id", "handed_at"),
        Index("brief_handings_to_settle", "state", "is_overdue", "answer_by"),
        # A brief is with one parent once at a time, also where two replicas are asked at once.
        Index(
            "brief_handings_undecided",
            "subject_id",
            unique=True,
            sqlite_where=_UNDECIDED_AND_OURS,
            postgresql_where=_UNDECIDED_AND_OURS,
        ),
    )

    handing_id: str = Field(primary_key=True, max_length=36)
    is_ours: bool
    other: str = Field(max_length=64)
    subject_id: str = Field(max_length=36)
    """What is handed up: the brief, or the handing by which it was received; of a received one, itself."""
    brief_id: str | None = Field(default=None, max_length=36)
    received_id: str | None = Field(default=None, max_length=36)
    origin: str = Field(max_length=64)
    year: int
    number: int
    title: str = Field(max_length=200)
    text: str
    state: str = Field(max_length=16)
    handed_at: datetime = Field(sa_type=UTCDateTime)
    answer_by: datetime = Field(sa_type=UTCDateTime)
    is_overdue: bool = False
    owner: str | None = Field(default=None, max_length=64)
    """The account of who sees to it here."""
    received_year: int | None = None
    received_number: int | None = None
    version: int = 1


class BriefHandingStep(Row, table=True):
    """One step of a handing, with the reason or the answer that came with it."""

    __tablename__ = "brief_handing_steps"

    handing_id: str = Field(primary_key=True, max_length=36)
    step: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    move: str | None = Field(default=None, max_length=16)
    """None: it was handed up."""
    at: datetime = Field(sa_type=UTCDateTime)
    body: str = Field(max_length=64)
    by: str | None = Field(default=None, max_length=64)
    text: str | None = None


class ReceivedNumber(Row, table=True):
    """The last number given to a received brief in a year; the next is given with this row locked."""

    __tablename__ = "received_brief_numbers"

    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    last: int
