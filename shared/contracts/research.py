"""What rises of a body's research programme: that something happened, of which kind, and how much. No names, no titles.

A record that was entered wrongly is withdrawn, and perhaps replaced: both are events of their own, so a reader
counts what was recorded without what was withdrawn, in whatever order the two come.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from shared.contracts.report import ReportEvent
from shared.contracts.words import FindKind, ParticipantKind, ResearchRecord, ResultKind, TopicState, UseKind


class TopicMoved(ReportEvent):
    """A step in the life of a topic (课题); ``step`` grows with every one."""

    noun: ClassVar[str] = "topic"
    verb: ClassVar[str] = "moved"
    topic_id: str
    step: int = Field(ge=1, description="Counts the steps of the topic; a lower one never undoes a higher one")
    state: TopicState


class ParticipantJoined(ReportEvent):
    """A unit, an institute or a local researcher began to take part."""

    noun: ClassVar[str] = "participant"
    verb: ClassVar[str] = "joined"
    participation_id: str
    participant_id: str = Field(description="The same each time the same one takes part; does not say who it is")
    kind: ParticipantKind


class ParticipantLeft(ReportEvent):
    noun: ClassVar[str] = "participant"
    verb: ClassVar[str] = "left"
    participation_id: str


class FieldSurveyMade(ReportEvent):
    """Somebody went out to look (田野调查)."""

    noun: ClassVar[str] = "field-survey"
    verb: ClassVar[str] = "made"
    field_survey_id: str
    topic_id: str


class FindRecorded(ReportEvent):
    noun: ClassVar[str] = "find"
    verb: ClassVar[str] = "recorded"
    find_id: str
    topic_id: str
    kind: FindKind


class DocumentCollated(ReportEvent):
    """A text was collated (文献整理)."""

    noun: ClassVar[str] = "document"
    verb: ClassVar[str] = "collated"
    document_id: str
    topic_id: str
    characters: int = Field(ge=1, description="How long the collated text is")


class ResultPublished(ReportEvent):
    """Something came of a topic (课题成果)."""

    noun: ClassVar[str] = "result"
    verb: ClassVar[str] = "published"
    result_id: str
    topic_id: str
    kind: ResultKind


class ResultPutToUse(ReportEvent):
    """A result was put to use (成果转化)."""

    noun: ClassVar[str] = "result"
    verb: ClassVar[str] = "put-to-use"
    use_id: str
    topic_id: str
    kind: UseKind


class RecordWithdrawn(ReportEvent):
    """A record was entered wrongly; it counts in no period, and what replaces it is an event of its own."""

    noun: ClassVar[str] = "research-record"
    verb: ClassVar[str] = "withdrawn"
    record: ResearchRecord
    record_id: str
    replaced_by_id: str | None = None
