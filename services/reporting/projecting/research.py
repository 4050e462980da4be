"""The events of a research programme as rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from services.reporting.rows.research import (
    Document,
    FieldSurvey,
    Find,
    Participation,
    ParticipationEnd,
    ResultUse,
    TopicResult,
    TopicStep,
    WithdrawnRecord,
)
from services.reporting.schema import Row
from shared.contracts import research
from shared.contracts.event import Event


def _row(at: str, *fields: str) -> Callable[[Any], dict[str, Any]]:
    """The named ``fields`` as they are, and when it occurred as ``at``."""

    def row(event: Any) -> dict[str, Any]:
        return {at: event.occurred_at, **{field: getattr(event, field) for field in fields}}

    return row


RESEARCH: tuple[tuple[type[Event], type[Row], Callable[[Any], dict[str, Any]]], ...] = (
    (research.TopicMoved, TopicStep, _row("occurred_at", "topic_id", "step", "state")),
    (research.ParticipantJoined, Participation, _row("joined_at", "participation_id", "participant_id", "kind")),
    (research.ParticipantLeft, ParticipationEnd, _row("left_at", "participation_id")),
    (research.FieldSurveyMade, FieldSurvey, _row("made_at", "field_survey_id", "topic_id")),
    (research.FindRecorded, Find, _row("found_at", "find_id", "topic_id", "kind")),
    (research.DocumentCollated, Document, _row("collated_at", "document_id", "topic_id", "characters")),
    (research.ResultPublished, TopicResult, _row("published_at", "result_id", "topic_id", "kind")),
    (research.ResultPutToUse, ResultUse, _row("used_at", "use_id", "topic_id", "kind")),
    (research.RecordWithdrawn, WithdrawnRecord, _row("withdrawn_at", "record", "record_id", "replaced_by_id")),
)
"""Which event becomes a row of which table."""
