"""Which rows fall into a period, and which of them were known by the day as of which it is asked."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select, true

from services.reporting.bodies import KnownBody
from services.reporting.domain import Period
from services.reporting.projection import live_projection
from services.reporting.schema import KNOWN_AT

OCCURRED = ("occurred_at", "submitted_at", "held_at", "made_at", "missed_at", "settled_at")
"""What the moment is called, by table, at which a fact occurred."""


def within(table: Any, when: str, body: KnownBody, period: Period) -> tuple[Any, ...]:
    """Conditions on ``table``: rows of ``body`` whose moment ``when`` lies in the period."""
    zone = body.time_zone
    at = table.c[when]
    return (
        table.c.body == body.code,
        at >= period.begins_at(zone),
        at < period.ends_at(zone),
        known(table, body, period),
    )


def known(table: Any, body: KnownBody, period: Period) -> Any:
    """A condition on ``table``: rows that were known by the end of the day as of which the period is asked."""
    before = period.known_before(body.time_zone)
    if before is None or KNOWN_AT not in table.c:
        return true()
    occurred = [table.c[name] for name in OCCURRED if name in table.c]
    return func.coalesce(table.c[KNOWN_AT], *occurred) < before if occurred else table.c[KNOWN_AT] < before


def held(name: str, when: str, body: KnownBody, period: Period, **equal: str) -> Any:
    """How many rows of the table ``name`` fall into the period, as a scalar subquery."""
    table = live_projection().tables[name]
    alike = [table.c[column] == value for column, value in equal.items()]
    return select(func.count()).select_from(table).where(*within(table, when, body, period), *alike).scalar_subquery()


def number_of(cte: Any, *conditions: Any) -> Any:
    """How many rows of ``cte`` there are, as a scalar subquery."""
    return select(func.count()).select_from(cte).where(*conditions).scalar_subquery()
