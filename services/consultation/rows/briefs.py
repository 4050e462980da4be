"""Opinion briefs (社情民意信息). Their text stays here: no event carries a word of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, false
from sqlmodel import Field

from services.consultation.rows.schema import Row
from shared.db.types import BigKey, UTCDateTime


class Brief(Row, table=True):
    """A brief, its text as it now is, and the number it was given."""

    __tablename__ = "briefs"
    __table_args__ = (
        UniqueConstraint("year", "number", name="briefs_by_number"),
        Index("briefs_by_date", "written_at", "brief_id"),
        Index("briefs_of_member", "member", "written_at"),
        Index("briefs_by_handing_in", "handed_in_at", "member"),
    )

    brief_id: str = Field(primary_key=True, max_length=36)
    state: str = Field(max_length=16)
    title: str = Field(max_length=200)
    text: str
    member: str | None = Field(default=None, max_length=64)
    """Who wrote it, where a member did."""
    author: str = Field(max_length=64)
    written_at: datetime = Field(sa_type=UTCDateTime)
    version: int
    """Counts what was done with it, so that nobody changes what somebody else has changed meanwhile."""
    year: int | None = None
    number: int | None = None
    handed_in_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    on_paper: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class BriefIssue(Row, table=True):
    """An issue that a brief was written from."""

    __tablename__ = "brief_issues"
    __table_args__ = (Index("briefs_of_issue", "reference"),)

    brief_id: str = Field(primary_key=True, max_length=36)
    reference: str = Field(primary_key=True, max_length=40)


class BriefStep(Row, table=True):
    """Something that was done with a brief, by whom, and what was said with it."""

    __tablename__ = "brief_steps"
    __table_args__ = (Index("steps_of_brief", "brief_id", "id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigKey)
    brief_id: str = Field(max_length=36)
    at: datetime = Field(sa_type=UTCDateTime)
    move: str = Field(max_length=16)
    by: str = Field(max_length=64)
    note: str | None = None


class BriefNumber(Row, table=True):
    """The last number given in a year; the next is given with this row locked."""

    __tablename__ = "brief_numbers"

    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    last: int
