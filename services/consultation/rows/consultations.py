"""Surveys, and the consultations that rest on them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index
from sqlmodel import Field

from services.consultation.rows.schema import Row
from shared.db.types import Json, UTCDateTime


class Survey(Row, table=True):
    """A survey or inspection (调研视察), with or without an issue behind it."""

    __tablename__ = "surveys"
    __table_args__ = (Index("surveys_of_station", "station", "made_at"), Index("surveys_of_case", "reference"))

    survey_id: str = Field(primary_key=True, max_length=36)
    station: str = Field(max_length=64)
    category: str | None = Field(default=None, max_length=64)
    reference: str | None = Field(default=None, max_length=40)
    findings: str | None = None
    made_at: datetime = Field(sa_type=UTCDateTime)
    on_paper: bool


class SurveyMember(Row, table=True):
    """A member who took part in a survey."""

    __tablename__ = "survey_members"
    __table_args__ = (Index("surveys_of_member", "member"),)

    survey_id: str = Field(primary_key=True, max_length=36)
    member: str = Field(primary_key=True, max_length=64)


class Relaxation(Row, table=True):
    """A decision of the body that for some days a consultation may open without a survey."""

    __tablename__ = "survey_relaxations"
    __table_args__ = (Index("survey_relaxations_by_end", "until_on"),)

    relaxation_id: str = Field(primary_key=True, max_length=36)
    decided_by: str = Field(max_length=64)
    decided_at: datetime = Field(sa_type=UTCDateTime)
    reason: str
    from_on: date
    until_on: date
    """The last day on which it holds."""
    ended_by: str | None = Field(default=None, max_length=64)
    ended_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class Consultation(Row, table=True):
    """A consultation with its mode on three axes."""

    __tablename__ = "consultations"
    __table_args__ = (Index("consultations_by_date", "opened_at"), Index("consultations_held", "held_at"))

    consultation_id: str = Field(primary_key=True, max_length=36)
    state: str = Field(max_length=16)
    topic: str | None = None
    station: str = Field(max_length=64)
    place: str = Field(max_length=16)
    gathering: str = Field(max_length=16)
    setting: str = Field(max_length=16)
    address: str | None = Field(default=None, max_length=200)
    """Where to come, as people find it."""
    agenda: str | None = None
    residents: int
    resident_roles: dict[str, int] | None = Field(default=None, sa_type=Json)
    """Of the residents, how many come in which role; never who."""
    relaxation_id: str | None = Field(default=None, max_length=36)
    """The decision that it opened on without a survey."""
    planned_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    planned_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    contributions_until: datetime | None = Field(default=None, sa_type=UTCDateTime)
    sequence: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Counts the changes of the plan, as the SEQUENCE of its invitation does (RFC 5545, 3.8.7.4)."""
    opened_by: str | None = Field(default=None, max_length=64)
    opened_at: datetime = Field(sa_type=UTCDateTime)
    held_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    minutes: str | None = None
    closed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    agreed: str | None = None
    cancelled_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    cancel_reason: str | None = None
    on_paper: bool


class ConsultationLink(Row, table=True):
    """What a consultation rests on and who takes part: ``kind`` is survey, issue, member or department."""

    __tablename__ = "consultation_links"
    __table_args__ = (Index("consultations_linked_to", "kind", "code"),)

    consultation_id: str = Field(primary_key=True, max_length=36)
    kind: str = Field(primary_key=True, max_length=16)
    code: str = Field(primary_key=True, max_length=64)


class Contribution(Row, table=True):
    """What a member who cannot get away says in writing."""

    __tablename__ = "contributions"
    __table_args__ = (Index("contributions_by_date", "consultation_id", "written_at"),)

    contribution_id: str = Field(primary_key=True, max_length=36)
    consultation_id: str = Field(max_length=36)
    member: str = Field(max_length=64)
    text: str
    written_at: datetime = Field(sa_type=UTCDateTime)
    on_paper: bool
