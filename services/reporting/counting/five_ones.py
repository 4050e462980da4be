"""Counts of the five ones: what the body said last of a year."""

from __future__ import annotations

from sqlalchemy import select

from services.reporting.bodies import KnownBody
from services.reporting.counting.within import known
from services.reporting.definitions.five_ones import ONES
from services.reporting.domain import Period
from services.reporting.figures import Value
from services.reporting.projection import live_projection
from shared.db.reader import Reader


async def counted(reader: Reader, body: KnownBody, period: Period) -> dict[str, Value]:
    """The figures of :mod:`services.reporting.definitions.five_ones`, by key; None until the year was counted."""
    counts = live_projection().tables["five_ones_counts"]
    newest = (
        select(counts)
        .where(counts.c.body == body.code, counts.c.year == period.to_on.year, known(counts, body, period))
        .order_by(counts.c.revision.desc())
        .limit(1)
    )
    row = await reader.one(newest)
    if row is None:
        return dict.fromkeys(
            (
                "five_ones_per_member_per_year",
                "five_ones_targets",
                "five_ones_members",
                "five_ones_done",
                "five_ones_by_number",
                "five_ones_complete",
            )
        )
    asked = {one: target for one, target in row.targets.items() if target}
    return {
        "five_ones_per_member_per_year": [one for one in ONES if one in asked],
        "five_ones_targets": asked,
        "five_ones_members": row.members,
        "five_ones_done": row.done,
        "five_ones_by_number": {str(number): members for number, members in enumerate(row.by_number)},
        "five_ones_complete": row.by_number[-1],
    }
