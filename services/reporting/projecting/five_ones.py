"""The counts of the five ones as rows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from services.reporting.rows.five_ones import FiveOnesCount
from services.reporting.schema import Row
from shared.contracts import report
from shared.contracts.event import Event


def _count(event: report.FiveOnesCounted) -> dict[str, Any]:
    return {
        "year": event.year,
        "revision": event.revision,
        "counted_at": event.occurred_at,
        "members": event.members,
        "targets": dict(event.targets),
        "done": dict(event.done),
        "by_number": list(event.by_number),
    }


FIVE_ONES: tuple[tuple[type[Event], type[Row], Callable[[Any], dict[str, Any]]], ...] = (
    (report.FiveOnesCounted, FiveOnesCount, _count),
)
