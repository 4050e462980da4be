"""Counts of study sessions."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import func, select

from services.reporting.definitions.studies import FORMS
from services.reporting.domain import Period
from services.reporting.figures import Value
from services.reporting.projection import live_projection
from shared.db.reader import Reader


class Whose(Protocol):
    """A body whose figures are asked for."""

    @property
    def code(self) -> str: ...
    @property
    def time_zone(self) -> str: ...


async def counted(reader: Reader, body: Whose, period: Period) -> dict[str, Value]:
    """The figures of :mod:`services.reporting.definitions.studies`, by key."""
    activities = live_projection().tables["activities"]
    held = (
        select(activities.c.form, func.count().label("number"))
        .where(
            activities.c.body == body.code,
            activities.c.kind == "study-session",
            activities.c.held_at >= period.begins_at(body.time_zone),
            activities.c.held_at < period.ends_at(body.time_zone),
        )
        .group_by(activities.c.form)
    )
    by_form = {row.form: int(row.number) for row in await reader.all(held)}
    return {
        "study_sessions": sum(by_form.values()),
        "study_sessions_by_form": {form: by_form[form] for form in FORMS if form in by_form},
    }
