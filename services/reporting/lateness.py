"""What was not done in time, by what it was: counted on the day on which it was due."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import func, select

from services.reporting.domain import Period
from services.reporting.projection import live_projection
from services.reporting.queries import KnownBody
from shared.db.reader import Reader
from shared.i18n import N_

DEADLINES: Mapping[str, str] = {
    "first-contact": N_("First contact"),
    "answer": N_("Answer"),
    "referral-reply": N_("A department's reply"),
    "commitment": N_("Commitment"),
}


class Lateness:
    """Reads the projection for one instance."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._table = live_projection().tables["missed_deadlines"]

    async def missed(self, body: KnownBody, period: Period) -> dict[str, int]:
        """How many deadlines of each kind passed in the period without what was due."""
        columns, zone = self._table.c, body.time_zone
        counted = (
            select(columns.kind, func.count().label("number"))
            .where(columns.body == body.code)
            .where(columns.missed_at >= period.begins_at(zone), columns.missed_at < period.ends_at(zone))
            .group_by(columns.kind)
        )
        found = {row.kind: row.number for row in await self._reader.all(counted)}
        return {kind: found.get(kind, 0) for kind in DEADLINES}
