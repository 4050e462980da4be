"""Counts of a body's places, units and posts: what its newest roster says, and what was set up in a period."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import CTE, case, func, select

from services.reporting.bodies import KnownBody
from services.reporting.counting.within import held, known
from services.reporting.domain import Period
from services.reporting.figures import Value
from services.reporting.projection import live_projection
from shared.db.reader import Reader

_COUNTED = ("committee", "office")
"""The kinds of units that can be required; a group or a body below is no unit more or less."""
_AS_IT_STANDS = (
    "posts",
    "posts_filled",
    "units_vacant",
    "members_attached_to_stations",
    "members_attached_to_no_unit",
    "townships",
    "township_stations",
    "townships_without_a_station",
    "communities",
    "communities_without_a_member",
    "duty_days_of_month",
    "stations_ready",
)


async def counted(reader: Reader, body: KnownBody, period: Period) -> dict[str, Value]:
    """The figures of :mod:`services.reporting.definitions.registers`, by key.

    What the roster says is None until one has come; what happened to units is counted by its own day, without a zone.
    """
    tables = live_projection().tables
    happened = await reader.one(_happened(tables, body, period))
    counts = tables["roster_counts"]
    newest = await reader.one(
        select(counts)
        .where(counts.c.body == body.code, known(counts, body, period))
        .order_by(counts.c.revision.desc())
        .limit(1)
    )
    assert happened is not None
    return {**happened._mapping, **_as_it_stands(newest)}


def _as_it_stands(row: Any) -> dict[str, Value]:
    found: dict[str, Value] = {name: getattr(row, name, None) for name in _AS_IT_STANDS}
    return found | {
        "units_required": _sum(row, "committees_required", "offices_required"),
        "units_required_per_county_body": _required_below(row),
        "units_set_up": _sum(row, "committees", "offices"),
        "posts_vacant": None if row is None or row.posts is None else row.posts - row.posts_filled,
    }


def _sum(row: Any, *names: str) -> int | None:
    said = [number for name in names if (number := getattr(row, name, None)) is not None]
    return sum(said) if len(said) == len(names) else None


def _required_below(row: Any) -> dict[str, int] | None:
    if row is None or row.committees_required_below is None:
        return None
    return {"committees": row.committees_required_below, "offices": row.offices_required_below}


def _happened(tables: Mapping[str, Any], body: KnownBody, period: Period) -> Any:
    """What happened in the period: committees and offices set up, posts set up, surveys made."""
    standing = _standing(tables["unit_steps"], body, period)
    of_unit = (standing.c.post == "") & standing.c.unit_kind.in_(_COUNTED)
    return select(
        func.count(case((of_unit, 1))).label("units_added"),
        func.count(case((standing.c.post != "", 1))).label("posts_added"),
        held("surveys", "made_at", body, period).label("surveys"),
    ).select_from(standing)


def _standing(steps: Any, body: KnownBody, period: Period) -> CTE:
    """The set-ups of the period that hold: said by a later revision of the roster than took them back."""
    said = func.max(case((steps.c.stands, steps.c.revision), else_=0))
    taken_back = func.max(case((steps.c.stands, 0), else_=steps.c.revision))
    return (
        select(steps.c.unit, steps.c.unit_kind, steps.c.post, steps.c.on_day)
        .where(
            steps.c.body == body.code,
            steps.c.step == "set-up",
            steps.c.on_day >= period.from_on,
            steps.c.on_day <= period.to_on,
            known(steps, body, period),
        )
        .group_by(steps.c.unit, steps.c.unit_kind, steps.c.post, steps.c.on_day)
        .having(said > taken_back)
        .cte("standing")
    )
