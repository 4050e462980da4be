"""The research programme: topics, who takes part, and what is surveyed, found, collated, published and used.

Titles, places and notes stay here; so do the names of units and institutes. A local researcher is a code alone.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field

from services.consultation.rows.schema import Row
from shared.db.types import UTCDateTime

_TAKES_PART = text("left_at IS NULL AND withdrawn_at IS NULL")


class Topic(Row, table=True):
    """A topic (课题), as it now stands."""

    __tablename__ = "research_topics"
    __table_args__ = (
        Index("research_topics_by_date", "planned_at", "topic_id"),
        Index("research_topics_by_state", "state", "planned_at", "topic_id"),
    )

    topic_id: str = Field(primary_key=True, max_length=36)
    title: str = Field(max_length=200)
    summary: str | None = None
    state: str = Field(max_length=16)
    planned_at: datetime = Field(sa_type=UTCDateTime)
    moved_at: datetime = Field(sa_type=UTCDateTime)
    """When it came into its state."""
    step: int
    """Counts its steps, so that nobody moves what somebody else has moved meanwhile."""
    on_paper: bool


class TopicStep(Row, table=True):
    """One step in the life of a topic, with what was said of it."""

    __tablename__ = "research_topic_steps"

    topic_id: str = Field(primary_key=True, max_length=36)
    step: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    move: str | None = Field(default=None, max_length=16)
    """None: it was planned."""
    state: str = Field(max_length=16)
    at: datetime = Field(sa_type=UTCDateTime)
    by: str = Field(max_length=64)
    note: str | None = None


class TopicParticipant(Row, table=True):
    """Who works on a topic."""

    __tablename__ = "research_topic_participants"
    __table_args__ = (Index("research_topics_of_participant", "participant_id"),)

    topic_id: str = Field(primary_key=True, max_length=36)
    participant_id: str = Field(primary_key=True, max_length=36)


class Record(Row):
    """What all registers of the programme say of a line: that it was entered, and whether it still stands.

    A line is never altered. Entered wrongly it is withdrawn, and perhaps replaced by another one.
    """

    on_paper: bool
    recorded_by: str = Field(max_length=64)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
    withdrawn_by: str | None = Field(default=None, max_length=64)
    withdrawn_because: str | None = None
    replaced_by: str | None = Field(default=None, max_length=36)


class Participation(Record, table=True):
    """A unit, an institute or a local researcher takes part, from a day until another; who comes again has two."""

    __tablename__ = "research_participations"
    __table_args__ = (
        Index("research_participations_by_kind", "kind", "joined_at", "record_id"),
        Index("research_participations_of", "participant_id"),
        Index(
            "research_participations_open",
            "kind",
            "code",
            unique=True,
            sqlite_where=_TAKES_PART,
            postgresql_where=_TAKES_PART,
        ),
    )

    record_id: str = Field(primary_key=True, max_length=36)
    participant_id: str = Field(max_length=36)
    kind: str = Field(max_length=16)
    code: str = Field(max_length=64)
    name: str | None = Field(default=None, max_length=200)
    joined_at: datetime = Field(sa_type=UTCDateTime)
    left_at: datetime | None = Field(default=None, sa_type=UTCDateTime)


class FieldSurvey(Record, table=True):
    """Somebody went out to look (田野调查)."""

    __tablename__ = "field_surveys"
    __table_args__ = (Index("field_surveys_of_topic", "topic_id", "at", "record_id"),)

    record_id: str = Field(primary_key=True, max_length=36)
    topic_id: str = Field(max_length=36)
    place: str = Field(max_length=200)
    note: str | None = None
    at: datetime = Field(sa_type=UTCDateTime)


class Find(Record, table=True):
    """What was found there."""

    __tablename__ = "research_finds"
    __table_args__ = (
        Index("research_finds_of_topic", "topic_id", "at", "record_id"),
        Index("research_finds_of_survey", "field_survey_id"),
    )

    record_id: str = Field(primary_key=True, max_length=36)
    topic_id: str = Field(max_length=36)
    field_survey_id: str = Field(max_length=36)
    kind: str = Field(max_length=32)
    place: str = Field(max_length=200)
    note: str | None = None
    at: datetime = Field(sa_type=UTCDateTime)


class FindPhoto(Row, table=True):
    """A photograph of a find, encoded anew when it came so that it says nothing of place, time or camera."""

    __tablename__ = "find_photos"
    __table_args__ = (Index("photos_of_find", "find_id", "added_at"),)

    photo_id: str = Field(primary_key=True, max_length=36)
    find_id: str = Field(max_length=36)
    width: int
    height: int
    content: bytes
    """JPEG."""
    added_at: datetime = Field(sa_type=UTCDateTime)


class Document(Record, table=True):
    """A text that was collated (文献整理), with its length in characters."""

    __tablename__ = "research_documents"
    __table_args__ = (Index("research_documents_of_topic", "topic_id", "at", "record_id"),)

    record_id: str = Field(primary_key=True, max_length=36)
    topic_id: str = Field(max_length=36)
    title: str = Field(max_length=200)
    note: str | None = None
    """Where it comes from."""
    characters: int
    at: datetime = Field(sa_type=UTCDateTime)


class Result(Record, table=True):
    """What came of a topic (课题成果)."""

    __tablename__ = "research_results"
    __table_args__ = (Index("research_results_of_topic", "topic_id", "at", "record_id"),)

    record_id: str = Field(primary_key=True, max_length=36)
    topic_id: str = Field(max_length=36)
    kind: str = Field(max_length=16)
    title: str = Field(max_length=200)
    note: str | None = None
    at: datetime = Field(sa_type=UTCDateTime)


class ResultUse(Record, table=True):
    """What a result was used for (成果转化)."""

    __tablename__ = "research_uses"
    __table_args__ = (
        Index("research_uses_of_topic", "topic_id", "at", "record_id"),
        Index("research_uses_of_result", "result_id"),
    )

    record_id: str = Field(primary_key=True, max_length=36)
    topic_id: str = Field(max_length=36)
    result_id: str = Field(max_length=36)
    kind: str = Field(max_length=16)
    note: str | None = None
    at: datetime = Field(sa_type=UTCDateTime)
