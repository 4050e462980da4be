"""What members did besides the issues: counted once for the station, and once for each member who took part."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import CompoundSelect, Select, func, literal, select, union_all

from services.reporting.domain import Period
from services.reporting.projection import live_projection
from services.reporting.queries import KnownBody
from shared.db.reader import Reader
from shared.i18n import N_

KINDS: Mapping[str, str] = {
    "reception": N_("Reception days"),
    "talk": N_("Policy talks"),
    "good-deed": N_("Good deeds"),
    "survey": N_("Surveys and inspections"),
    "study-session": N_("Study sessions"),
}
BRIEF_STEPS: Mapping[str, str] = {
    "handed-in": N_("Handed in"),
    "adopted": N_("Adopted"),
    "answered": N_("Answered by the parent"),
    "not-adopted": N_("Not adopted"),
}


@dataclass(frozen=True, slots=True)
class Done:
    """Activities of one kind. ``held`` counts each once; ``members`` counts every member once for each."""

    kind: str
    held: int
    members: int
    audience: int


class Doings:
    """Reads the projection for one instance."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._tables = live_projection().tables

    async def activities(self, body: KnownBody, period: Period) -> list[Done]:
        """Every kind, in one order, with what was held in the period."""
        held = self._held(body, period).cte("held")
        joinings = self._tables["activity_joinings"]
        joined = (
            select(joinings.c.activity_id, func.count().label("number"))
            .where(joinings.c.body == body.code)
            .group_by(joinings.c.activity_id)
            .cte("joined")
        )
        rows = await self._reader.all(
            select(
                held.c.kind,
                func.count().label("held"),
                (func.sum(held.c.members) + func.coalesce(func.sum(joined.c.number), 0)).label("members"),
                func.coalesce(func.sum(held.c.audience), 0).label("audience"),
            )
            .outerjoin(joined, joined.c.activity_id == held.c.activity_id)
            .group_by(held.c.kind)
        )
        found = {row.kind: Done(row.kind, row.held, int(row.members), int(row.audience)) for row in rows}
        return [found.get(kind, Done(kind, 0, 0, 0)) for kind in KINDS]

    async def briefs(self, body: KnownBody, period: Period) -> dict[str, int]:
        """How many opinion briefs were handed in in the period, and of how many it became known what became of them."""
        steps = self._tables["brief_steps"]
        step = func.coalesce(steps.c.says, steps.c.step)
        at = steps.c.occurred_at
        zone = body.time_zone
        counted = (
            select(step.label("step"), func.count().label("number"))
            .where(steps.c.body == body.code, at >= period.begins_at(zone), at < period.ends_at(zone))
            .group_by(step)
        )
        found = {row.step: row.number for row in await self._reader.all(counted)}
        return {step: found.get(step, 0) for step in BRIEF_STEPS}

    def _held(self, body: KnownBody, period: Period) -> CompoundSelect[tuple[object, ...]]:
        activities, surveys = self._tables["activities"], self._tables["surveys"]
        begins, ends = period.begins_at(body.time_zone), period.ends_at(body.time_zone)
        held: Select[tuple[object, ...]] = select(
            activities.c.activity_id, activities.c.kind, activities.c.members, activities.c.audience
        ).where(activities.c.body == body.code, activities.c.held_at >= begins, activities.c.held_at < ends)
        made: Select[tuple[object, ...]] = select(
            surveys.c.survey_id, literal("survey"), surveys.c.members, literal(None, activities.c.audience.type)
        ).where(surveys.c.body == body.code, surveys.c.made_at >= begins, surveys.c.made_at < ends)
        return union_all(held, made)
