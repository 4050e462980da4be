"""Counts of study sessions."""

from __future__ import annotations

from sqlalchemy import func, select

from services.reporting.bodies import KnownBody
from services.reporting.counting.within import within
from services.reporting.definitions.studies import FORMS
from services.reporting.domain import Period
from services.reporting.figures import Value
from services.reporting.projection import live_projection
from shared.db.reader import Reader


async def counted(reader: Reader, body: KnownBody, period: Period) -> dict[str, Value]:
    """The figures of :mod:`services.reporting.definitions.studies`, by key."""
    activities = live_projection().tables["activities"]
    held = (
        select(activities.c.form, func.count().label("number"))
        .where(activities.c.kind == "study-session", *within(activities, "held_at", body, period))
        .group_by(activities.c.form)
    )
    by_form = {row.form: int(row.number) for row in await reader.all(held)}
    return {
        "study_sessions": sum(by_form.values()),
        "study_sessions_by_form": {form: by_form[form] for form in FORMS if form in by_form},
    }
