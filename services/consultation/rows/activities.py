"""What members do besides the cases."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from services.consultation.rows.schema import Row
from shared.db.types import UTCDateTime


class Activity(Row, table=True):
    """A reception, talk, good deed, survey or study session: counted once, at its station and for who took part.

    A survey's row has the survey's id; what was found stands with the survey.
    """

    __tablename__ = "activities"
    __table_args__ = (
        Index("activities_by_date", "held_at", "activity_id"),
        Index("activities_of_station", "station", "held_at", "activity_id"),
    )

    activity_id: str = Field(primary_key=True, max_length=36)
    kind: str = Field(max_length=16)
    station: str = Field(max_length=64)
    subject: str | None = Field(default=None, max_length=200)
    audience: int | None = None
    form: str | None = Field(default=None, max_length=8)
    """How a study session was held: self, led or joint."""
    held_at: datetime = Field(sa_type=UTCDateTime)
    on_paper: bool


class ActivityMember(Row, table=True):
    """A member who took part in an activity."""

    __tablename__ = "activity_members"
    __table_args__ = (Index("activities_of_member", "member"),)

    activity_id: str = Field(primary_key=True, max_length=36)
    member: str = Field(primary_key=True, max_length=64)
