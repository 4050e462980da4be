"""The briefings that were written, and which of them notify does not have yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from services.reporting.briefings.facts import WeekFacts
from services.reporting.tables import BriefingRow
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.errors import NotFound

BRIEFINGS = BriefingRow.__table__  # type: ignore[attr-defined]
PAGE = 26


@dataclass(frozen=True, slots=True)
class Briefing:
    """One briefing; ``sent_at`` is when notify took it over."""

    facts: WeekFacts
    written_at: datetime
    sent_at: datetime | None


class Briefings:
    """Those of one body."""

    def __init__(self, reader: Reader, writer: Writer) -> None:
        self._reader = reader
        self._writer = writer

    async def weeks(self, before: date | None) -> list[date]:
        """The Mondays of those that were written, the newest first, at most :data:`PAGE`."""
        found = select(BRIEFINGS.c.week).order_by(BRIEFINGS.c.week.desc()).limit(PAGE)
        rows = await self._reader.all(found.where(BRIEFINGS.c.week < before) if before else found)
        return [row.week for row in rows]

    async def of(self, week: date) -> Briefing:
        """The one on the week from that Monday. Raises NotFound on ``week``."""
        row = await self._reader.one(select(BRIEFINGS).where(BRIEFINGS.c.week == week))
        if row is None:
            raise NotFound("no-such-briefing", "There is no briefing on this week.", field="week")
        return Briefing(WeekFacts.model_validate(row.facts), row.written_at, row.sent_at)

    async def is_there(self, week: date) -> bool:
        """Whether it was written."""
        return await self._reader.scalar(select(BRIEFINGS.c.week).where(BRIEFINGS.c.week == week)) is not None

    async def write(self, facts: WeekFacts) -> None:
        """Keep it; one that is there already stays as it is."""

        async def job(tx: Transaction) -> None:
            row = {"week": facts.week, "written_at": tx.now, "facts": facts.kept(), "sent_at": None}
            await tx.add_missing(BRIEFINGS, [row])

        await self._writer.run(job)

    async def unsent(self) -> list[date]:
        """Those that notify does not have, the oldest first."""
        waiting = select(BRIEFINGS.c.week).where(BRIEFINGS.c.sent_at.is_(None)).order_by(BRIEFINGS.c.week)
        return [row.week for row in await self._reader.all(waiting)]

    async def sent(self, week: date) -> None:
        """Notify has it."""

        async def job(tx: Transaction) -> None:
            await tx.execute(BRIEFINGS.update().where(BRIEFINGS.c.week == week).values(sent_at=tx.now))

        await self._writer.run(job)
