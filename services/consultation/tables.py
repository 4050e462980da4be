"""The tables of this service. Free text stays in them: no event carries a word of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, MetaData, Table
from sqlmodel import Field, SQLModel

from shared.db.idempotency import idempotency_table
from shared.db.types import BigKey, Json, UTCDateTime
from shared.messaging.tables import messaging_tables

METADATA = MetaData()


class Row(SQLModel):
    """A row of this service's own database."""

    metadata = METADATA


class HeardIssue(Row, table=True):
    """How far each publisher's events of one issue were heard; it may begin before there is a case."""

    __tablename__ = "heard_issues"

    reference: str = Field(primary_key=True, max_length=40)
    routing_version: int
    intake_version: int
    is_withdrawn: bool


class Case(Row, table=True):
    """One issue, as the order it became."""

    __tablename__ = "cases"
    __table_args__ = (
        Index("cases_of_member", "member", "state", "id"),
        Index("cases_by_state", "state", "id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=BigKey)
    reference: str = Field(max_length=40, unique=True)
    state: str = Field(max_length=16)
    member: str = Field(max_length=64)
    station: str = Field(max_length=64)
    community: str = Field(max_length=64)
    category: str | None = Field(default=None, max_length=64)
    channel: str = Field(max_length=16)
    language: str = Field(max_length=16)
    submitted_at: datetime = Field(sa_type=UTCDateTime)
    answer_by: datetime = Field(sa_type=UTCDateTime)
    accepted_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    outcome: str | None = Field(default=None, max_length=16)
    answer: str | None = None
    rating: str | None = Field(default=None, max_length=16)
    step: int
    """Counts the events this service published of the issue."""


class Entry(Row, table=True):
    """One dated line of a case's thread; ``audience`` says whether the resident may read its text."""

    __tablename__ = "entries"
    __table_args__ = (Index("entries_of_case", "reference", "at", "id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigKey)
    entry_id: str = Field(max_length=36, unique=True)
    reference: str = Field(max_length=40)
    at: datetime = Field(sa_type=UTCDateTime)
    kind: str = Field(max_length=24)
    audience: str = Field(max_length=16)
    member: str | None = Field(default=None, max_length=64)
    text: str | None = None
    details: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    on_paper: bool


class Referral(Row, table=True):
    """An issue referred to a department."""

    __tablename__ = "referrals"
    __table_args__ = (Index("referrals_of_case", "reference", "department"),)

    referral_id: str = Field(primary_key=True, max_length=36)
    reference: str = Field(max_length=40)
    department: str = Field(max_length=64)
    state: str = Field(max_length=16)
    due_on: date | None = None
    made_at: datetime = Field(sa_type=UTCDateTime)
    replied_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    on_paper: bool


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


class Consultation(Row, table=True):
    """A consultation with its mode on three axes."""

    __tablename__ = "consultations"
    __table_args__ = (Index("consultations_by_date", "opened_at"),)

    consultation_id: str = Field(primary_key=True, max_length=36)
    state: str = Field(max_length=16)
    topic: str | None = None
    station: str = Field(max_length=64)
    place: str = Field(max_length=16)
    gathering: str = Field(max_length=16)
    setting: str = Field(max_length=16)
    residents: int
    planned_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    opened_at: datetime = Field(sa_type=UTCDateTime)
    held_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    agreed: str | None = None
    on_paper: bool


class ConsultationLink(Row, table=True):
    """What a consultation rests on and who takes part: ``kind`` is survey, issue, member or department."""

    __tablename__ = "consultation_links"
    __table_args__ = (Index("consultations_linked_to", "kind", "code"),)

    consultation_id: str = Field(primary_key=True, max_length=36)
    kind: str = Field(primary_key=True, max_length=16)
    code: str = Field(primary_key=True, max_length=64)


class Commitment(Row, table=True):
    """Who does what by when."""

    __tablename__ = "commitments"
    __table_args__ = (
        Index("commitments_of_consultation", "consultation_id"),
        Index("commitments_by_due", "state", "due_on", "commitment_id"),
    )

    commitment_id: str = Field(primary_key=True, max_length=36)
    consultation_id: str = Field(max_length=36)
    state: str = Field(max_length=16)
    by: str = Field(max_length=200)
    what: str
    due_on: date
    made_at: datetime = Field(sa_type=UTCDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    evidence: str | None = None
    reason: str | None = None
    on_paper: bool


class Activity(Row, table=True):
    """A talk, a good deed or a study session: counted once, at its station and for who took part."""

    __tablename__ = "activities"
    __table_args__ = (Index("activities_by_date", "held_at", "activity_id"),)

    activity_id: str = Field(primary_key=True, max_length=36)
    kind: str = Field(max_length=16)
    station: str = Field(max_length=64)
    audience: int | None = None
    held_at: datetime = Field(sa_type=UTCDateTime)
    on_paper: bool


class ActivityMember(Row, table=True):
    """A member who took part in an activity."""

    __tablename__ = "activity_members"
    __table_args__ = (Index("activities_of_member", "member"),)

    activity_id: str = Field(primary_key=True, max_length=36)
    member: str = Field(primary_key=True, max_length=64)


class RosterStation(Row, table=True):
    """A station as the newest roster events have it."""

    __tablename__ = "roster_stations"

    code: str = Field(primary_key=True, max_length=64)
    revision: int
    is_current: bool
    """False once a roster no longer named it; kept so that a late older event does not bring it back."""


class RosterMember(Row, table=True):
    """A member attached to a station."""

    __tablename__ = "roster_members"
    __table_args__ = (Index("roster_stations_of_member", "member"),)

    station: str = Field(primary_key=True, max_length=64)
    member: str = Field(primary_key=True, max_length=64)


class RosterCode(Row, table=True):
    """A department or category of the roster; ``kind`` tells which."""

    __tablename__ = "roster_codes"

    kind: str = Field(primary_key=True, max_length=16)
    code: str = Field(primary_key=True, max_length=64)
    revision: int


def _table(row: type[SQLModel]) -> Table:
    return METADATA.tables[str(row.__tablename__)]


HEARD_ISSUES = _table(HeardIssue)
CASES = _table(Case)
ENTRIES = _table(Entry)
REFERRALS = _table(Referral)
SURVEYS = _table(Survey)
SURVEY_MEMBERS = _table(SurveyMember)
CONSULTATIONS = _table(Consultation)
CONSULTATION_LINKS = _table(ConsultationLink)
COMMITMENTS = _table(Commitment)
ACTIVITIES = _table(Activity)
ACTIVITY_MEMBERS = _table(ActivityMember)
ROSTER_STATIONS = _table(RosterStation)
ROSTER_MEMBERS = _table(RosterMember)
ROSTER_CODES = _table(RosterCode)
MESSAGING = messaging_tables(METADATA)
IDEMPOTENCY = idempotency_table(METADATA)
