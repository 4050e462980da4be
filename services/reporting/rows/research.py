"""What bodies reported of their research programmes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from services.reporting.schema import Fact
from shared.db.types import UTCDateTime


class TopicStep(Fact, table=True):
    """A step in the life of a topic; ``step`` is its publisher's own count."""

    __tablename__ = "topic_steps"

    topic_id: str = Field(primary_key=True, max_length=64)
    step: int = Field(primary_key=True)
    state: str = Field(max_length=16)
    occurred_at: datetime = Field(sa_type=UTCDateTime)


class Participation(Fact, table=True):
    """Somebody began to take part."""

    __tablename__ = "participations"
    __table_args__ = (Index("participations_by_kind", "body", "kind", "joined_at"),)

    participation_id: str = Field(primary_key=True, max_length=64)
    participant_id: str = Field(max_length=64)
    kind: str = Field(max_length=16)
    joined_at: datetime = Field(sa_type=UTCDateTime)


class ParticipationEnd(Fact, table=True):
    """Somebody takes part no longer."""

    __tablename__ = "participation_ends"

    participation_id: str = Field(primary_key=True, max_length=64)
    left_at: datetime = Field(sa_type=UTCDateTime)


class FieldSurvey(Fact, table=True):
    """Somebody went out to look."""

    __tablename__ = "field_surveys"
    __table_args__ = (Index("field_surveys_by_date", "body", "made_at"),)

    field_survey_id: str = Field(primary_key=True, max_length=64)
    topic_id: str = Field(max_length=64)
    made_at: datetime = Field(sa_type=UTCDateTime)


class Find(Fact, table=True):
    """Something was found."""

    __tablename__ = "finds"
    __table_args__ = (Index("finds_by_date", "body", "found_at"),)

    find_id: str = Field(primary_key=True, max_length=64)
    topic_id: str = Field(max_length=64)
    kind: str = Field(max_length=32)
    found_at: datetime = Field(sa_type=UTCDateTime)


class Document(Fact, table=True):
    """A text of so many characters was collated."""

    __tablename__ = "documents"
    __table_args__ = (Index("documents_by_date", "body", "collated_at"),)

    document_id: str = Field(primary_key=True, max_length=64)
    topic_id: str = Field(max_length=64)
    characters: int
    collated_at: datetime = Field(sa_type=UTCDateTime)


class TopicResult(Fact, table=True):
    """Something came of a topic."""

    __tablename__ = "topic_results"
    __table_args__ = (Index("topic_results_by_date", "body", "published_at"),)

    result_id: str = Field(primary_key=True, max_length=64)
    topic_id: str = Field(max_length=64)
    kind: str = Field(max_length=16)
    published_at: datetime = Field(sa_type=UTCDateTime)


class ResultUse(Fact, table=True):
    """A result was put to use."""

    __tablename__ = "result_uses"
    __table_args__ = (Index("result_uses_by_date", "body", "used_at"),)

    use_id: str = Field(primary_key=True, max_length=64)
    topic_id: str = Field(max_length=64)
    kind: str = Field(max_length=16)
    used_at: datetime = Field(sa_type=UTCDateTime)


class WithdrawnRecord(Fact, table=True):
    """A record was entered wrongly. It may be known before the record itself is."""

    __tablename__ = "withdrawn_records"

    record: str = Field(primary_key=True, max_length=16)
    record_id: str = Field(primary_key=True, max_length=64)
    replaced_by_id: str | None = Field(default=None, max_length=64)
    withdrawn_at: datetime = Field(sa_type=UTCDateTime)


RESEARCH: tuple[type[Fact], ...] = (
    TopicStep,
    Participation,
    ParticipationEnd,
    FieldSurvey,
    Find,
    Document,
    TopicResult,
    ResultUse,
    WithdrawnRecord,
)
