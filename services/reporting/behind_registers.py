"""The records behind the figures of the registers: activities, and what a research programme entered and let stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Select, func, null, select

from services.reporting.bodies import KnownBody
from services.reporting.counting.research import PARTICIPANTS, Programme
from services.reporting.counting.within import within
from services.reporting.domain import Period
from services.reporting.projection import live_projection
from services.reporting.schema import KNOWN_AT

Source = Callable[[KnownBody, Period], Select[Any]]


def _named(key: Any, at: Any, known_at: Any) -> Select[Any]:
    """A record is told by its id and its dates alone: its place and title are the register's to show."""
    nowhere = null().label("community"), null().label("category")
    return select(key.label("reference"), at.label("at"), known_at.label(KNOWN_AT), *nowhere)


def _records(name: str, key: str, when: str, record: str) -> Source:
    def rows(body: KnownBody, period: Period) -> Select[Any]:
        programme, table = Programme(body, period), live_projection().tables[name]
        return _named(table.c[key], table.c[when], table.c[KNOWN_AT]).where(*programme.within(table, when, record))

    return rows


def _studies(body: KnownBody, period: Period) -> Select[Any]:
    activities = live_projection().tables["activities"].c
    held = within(live_projection().tables["activities"], "held_at", body, period)
    rows = _named(activities.activity_id, activities.held_at, activities[KNOWN_AT])
    return rows.where(activities.kind == "study-session", *held)


def _topics(body: KnownBody, period: Period) -> Select[Any]:
    steps = live_projection().tables["topic_steps"].c
    last = Programme(body, period).last_steps()
    rows = _named(steps.topic_id, steps.occurred_at, steps[KNOWN_AT])
    return rows.join(last, (last.c.topic_id == steps.topic_id) & (last.c.step == steps.step)).where(
        steps.body == body.code
    )


def _participants(kind: str) -> Source:
    def rows(body: KnownBody, period: Period) -> Select[Any]:
        joined = live_projection().tables["participations"].c
        first = _named(joined.participant_id, func.min(joined.joined_at), func.min(joined[KNOWN_AT]))
        return first.where(*Programme(body, period).taking_part(kind)).group_by(joined.participant_id)

    return rows


REGISTERS: Mapping[str, Source] = {
    "study_sessions": _studies,
    **{key: _participants(kind) for key, kind in PARTICIPANTS.items()},
    "topics": _topics,
    "topic_results": _records("topic_results", "result_id", "published_at", "result"),
    "results_put_to_use": _records("result_uses", "use_id", "used_at", "use"),
    "field_surveys": _records("field_surveys", "field_survey_id", "made_at", "field-survey"),
    "finds": _records("finds", "find_id", "found_at", "find"),
    "document_characters": _records("documents", "document_id", "collated_at", "document"),
}
"""By the key of the figure."""

PLACES: Mapping[str, str] = {
    "consultations": "/work/consultations/",
    "topics": "/office/research/topics/",
    "topic_results": "/office/research/result/",
    "results_put_to_use": "/office/research/use/",
    "field_surveys": "/office/research/field-survey/",
    "finds": "/office/research/find/",
    "document_characters": "/office/research/document/",
    **dict.fromkeys(("opinions_collected", "opinions_solved", "opinions_answered"), "/work/"),
}
"""Where the own body shows what a reference is of; the reference follows."""
