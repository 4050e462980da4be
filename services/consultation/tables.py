"""The tables of this service. Free text stays in them: no event carries a word of it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field

from services.consultation.rows.activities import Activity, ActivityMember
from services.consultation.rows.briefs import Brief, BriefIssue, BriefNumber, BriefStep
from services.consultation.rows.commitments import Commitment, CommitmentIssue, Progress
from services.consultation.rows.consultations import (
    Consultation,
    ConsultationLink,
    Contribution,
    Relaxation,
    Survey,
    SurveyMember,
)
from services.consultation.rows.deadlines import BodyCalendar, Deadline, DeadlinePause, DepartmentTerm
from services.consultation.rows.five_ones import FiveOnesTargets, FiveOnesYear
from services.consultation.rows.handings import BriefHanding, BriefHandingStep, ReceivedNumber
from services.consultation.rows.research import (
    Document,
    FieldSurvey,
    Find,
    FindPhoto,
    Participation,
    Result,
    ResultUse,
    Topic,
    TopicParticipant,
    TopicStep,
)
from services.consultation.rows.schema import METADATA, Row, table_of
from shared.db.idempotency import idempotency_table
from shared.db.types import BigKey, Json, UTCDateTime
from shared.messaging.tables import messaging_tables


class HeardIssue(Row, table=True):
    """How far each publisher's events of one issue were heard; it may begin before there is a case."""

    __tablename__ = "heard_issues"
    __table_args__ = (Index("heard_issues_joined", "joined_to"),)

    reference: str = Field(primary_key=True, max_length=40)
    routing_version: int
    intake_version: int
    is_withdrawn: bool
    joined_to: str | None = Field(default=None, max_length=40)
    """The issue it is worked on under, if it was joined to another one."""


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
    quality: str | None = Field(default=None, max_length=1)
    competent: str | None = Field(default=None, max_length=200)
    """Who is competent, where this body is not."""
    answer: str | None = None
    rating: str | None = Field(default=None, max_length=16)
    word: str | None = Field(default=None, max_length=16)
    """What the resident says of the closing: confirmed, disputed or silent."""
    joined_to: str | None = Field(default=None, max_length=40)
    """The issue under which it is worked on; its own state stays what it was until it is split again."""
    step: int
    """Counts the events this service published of the issue."""
    version: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    """Counts what was changed, not what was added: who changes something says which version was read."""


class CaseMember(Row, table=True):
    """A further member of a case, beside the one who has the order."""

    __tablename__ = "case_members"
    __table_args__ = (Index("cases_joined_by_member", "member"),)

    reference: str = Field(primary_key=True, max_length=40)
    member: str = Field(primary_key=True, max_length=64)
    invited_at: datetime = Field(sa_type=UTCDateTime)
    invited_by: str | None = Field(default=None, max_length=64)
    """The account of whoever did it."""


class Entry(Row, table=True):
    """One dated line of a case's thread; ``audience`` says who may read it: resident, staff or office."""

    __tablename__ = "entries"
    __table_args__ = (Index("entries_of_case", "reference", "at", "id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=BigKey)
    entry_id: str = Field(max_length=36, unique=True)
    reference: str = Field(max_length=40)
    at: datetime = Field(sa_type=UTCDateTime)
    kind: str = Field(max_length=24)
    audience: str = Field(max_length=16)
    member: str | None = Field(default=None, max_length=64)
    """The member it is about: who was asked, went, closed."""
    author_role: str = Field(default="service", max_length=16, sa_column_kwargs={"server_default": "service"})
    """Whose word it is: member, staff, department, resident, or the service that an event came from."""
    author: str | None = Field(default=None, max_length=64)
    """The code of a member or department, the account of staff; a resident has none here."""
    text: str | None = None
    details: dict[str, Any] = Field(default_factory=dict, sa_type=Json)
    on_paper: bool


class Photo(Row, table=True):
    """A photograph of an entry, encoded anew when it came so that it says nothing of place, time or camera."""

    __tablename__ = "photos"
    __table_args__ = (Index("photos_of_case", "reference", "entry_id"),)

    photo_id: str = Field(primary_key=True, max_length=36)
    entry_id: str = Field(max_length=36)
    reference: str = Field(max_length=40)
    audience: str = Field(max_length=16)
    """Who may see it, as of an entry."""
    width: int
    height: int
    content: bytes
    """JPEG."""
    added_at: datetime = Field(sa_type=UTCDateTime)


class Referral(Row, table=True):
    """An issue referred to a department."""

    __tablename__ = "referrals"
    __table_args__ = (
        Index("referrals_of_case", "reference", "department"),
        Index("referrals_by_state", "state", "made_at", "referral_id"),
    )

    referral_id: str = Field(primary_key=True, max_length=36)
    reference: str = Field(max_length=40)
    department: str = Field(max_length=64)
    state: str = Field(max_length=16)
    request: str | None = None
    """What the department is asked, in the member's words; the resident's own it does not see."""
    due_on: date | None = None
    made_at: datetime = Field(sa_type=UTCDateTime)
    reminded_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    supervised_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    replied_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    on_paper: bool


class ReplyLink(Row, table=True):
    """A way for a department without an account to reply, once. Of what it says only a hash is kept."""

    __tablename__ = "reply_links"
    __table_args__ = (Index("reply_links_of_referral", "referral_id", "made_at"),)

    link_id: str = Field(primary_key=True, max_length=36)
    referral_id: str = Field(max_length=36)
    token_hash: str = Field(max_length=64, unique=True)
    made_at: datetime = Field(sa_type=UTCDateTime)
    expires_at: datetime = Field(sa_type=UTCDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


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


HEARD_ISSUES = table_of(HeardIssue)
CASES = table_of(Case)
CASE_MEMBERS = table_of(CaseMember)
ENTRIES = table_of(Entry)
PHOTOS = table_of(Photo)
REFERRALS = table_of(Referral)
REPLY_LINKS = table_of(ReplyLink)
SURVEYS = table_of(Survey)
SURVEY_MEMBERS = table_of(SurveyMember)
CONSULTATIONS = table_of(Consultation)
CONSULTATION_LINKS = table_of(ConsultationLink)
CONTRIBUTIONS = table_of(Contribution)
RELAXATIONS = table_of(Relaxation)
COMMITMENTS = table_of(Commitment)
COMMITMENT_ISSUES = table_of(CommitmentIssue)
PROGRESS = table_of(Progress)
ACTIVITIES = table_of(Activity)
ACTIVITY_MEMBERS = table_of(ActivityMember)
BRIEFS = table_of(Brief)
BRIEF_ISSUES = table_of(BriefIssue)
BRIEF_STEPS = table_of(BriefStep)
BRIEF_NUMBERS = table_of(BriefNumber)
BRIEF_HANDINGS = table_of(BriefHanding)
BRIEF_HANDING_STEPS = table_of(BriefHandingStep)
RECEIVED_NUMBERS = table_of(ReceivedNumber)
BODY_CALENDAR = table_of(BodyCalendar)
DEADLINES = table_of(Deadline)
DEPARTMENT_TERMS = table_of(DepartmentTerm)
DEADLINE_PAUSES = table_of(DeadlinePause)
ROSTER_STATIONS = table_of(RosterStation)
ROSTER_MEMBERS = table_of(RosterMember)
ROSTER_CODES = table_of(RosterCode)
TOPICS = table_of(Topic)
TOPIC_STEPS = table_of(TopicStep)
TOPIC_PARTICIPANTS = table_of(TopicParticipant)
PARTICIPATIONS = table_of(Participation)
FIELD_SURVEYS = table_of(FieldSurvey)
FINDS = table_of(Find)
FIND_PHOTOS = table_of(FindPhoto)
DOCUMENTS = table_of(Document)
RESULTS = table_of(Result)
RESULT_USES = table_of(ResultUse)
FIVE_ONES_TARGETS = table_of(FiveOnesTargets)
FIVE_ONES_YEARS = table_of(FiveOnesYear)
MESSAGING = messaging_tables(METADATA)
IDEMPOTENCY = idempotency_table(METADATA)
