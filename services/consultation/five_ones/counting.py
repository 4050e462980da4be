"""The counts of the five ones: how many members did what is asked of each, and never who."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import structlog
from sqlalchemy import func, select

from services.consultation.domain.five_ones import ONES
from services.consultation.five_ones.deciding import Reads, targets_of
from services.consultation.five_ones.facts import done_by_each
from services.consultation.five_ones.lines import Coverage
from services.consultation.tables import FIVE_ONES_YEARS, ROSTER_MEMBERS
from shared.contracts import report
from shared.contracts.words import FiveOne
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.ids import derived_id
from shared.tasks import stop

log = structlog.get_logger(__name__)

AFTER_TROUBLE_SECONDS = 10.0
LOOK_EVERY_SECONDS = 1.0
"""What is recorded meanwhile is counted once: a count is said of a year at most this often."""


async def coverage(reads: Reads, year: int, zone: str) -> Coverage:
    """How far the members have come whom the roster attaches to a station now, at a body in ``zone``."""
    targets = await targets_of(reads, year)
    asked = [one for one in ONES if targets[one]]
    on_roster = {row.member for row in await reads.all(select(ROSTER_MEMBERS.c.member).distinct())}
    done, each = Counter[FiveOne](), Counter[str]()
    for row in await reads.all(done_by_each(year, zone)):
        if row.member in on_roster and row.one in asked and row.number >= targets[row.one]:
            done[row.one] += 1
            each[row.member] += 1
    by_number = Counter(each.values())
    by_number[0] = len(on_roster) - len(each)
    return Coverage(
        year=year,
        members=len(on_roster),
        targets=targets,
        done={one: done[one] for one in asked},
        by_number=[by_number[number] for number in range(len(asked) + 1)],
    )


async def marked(reads: Reads) -> Mapping[int, int]:
    """The years in which something changed since they were counted, each with how often it ever did."""
    columns = FIVE_ONES_YEARS.c
    rows = await reads.all(select(columns.year, columns.changes).where(columns.changes > columns.counted))
    return {row.year: row.changes for row in rows}


async def say(tx: Transaction, counted: Coverage, changes: int) -> None:
    """Keep that a year was ``counted`` when so many ``changes`` of it were there, and say what differs from before.

    Another replica may have counted it meanwhile, and later: then this count says nothing.
    """
    columns = FIVE_ONES_YEARS.c
    row = await tx.one(select(FIVE_ONES_YEARS).where(columns.year == counted.year).with_for_update())
    if row is None or row.counted >= changes:
        return
    values: dict[str, Any] = {"counted": changes}
    said = counted.model_dump(mode="json", exclude={"year"})
    # A year around New Year may have been marked for nothing: of nobody who did anything nothing is said.
    if said != row.said and (row.said is not None or any(counted.done.values())):
        values |= {"said": said, "revision": row.revision + 1}
        event = report.FiveOnesCounted(occurred_at=tx.now, revision=row.revision + 1, **counted.model_dump())
        tx.announce(event, event_id=derived_id("five-ones", row.year, row.revision + 1, tx.now.isoformat()))
    await tx.execute(FIVE_ONES_YEARS.update().where(columns.year == row.year).values(values))


def uncounted() -> Any:
    """How many years are to be counted again, as a statement."""
    columns = FIVE_ONES_YEARS.c
    return select(func.count()).select_from(FIVE_ONES_YEARS).where(columns.changes > columns.counted)


class FiveOnesClock:
    """Looks whether something was recorded that counts, and counts it."""

    def __init__(self, reader: Reader, writer: Writer, zone: str) -> None:
        self._reader = reader
        self._writer = writer
        self._zone = zone

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Count while inside."""
        task = asyncio.create_task(self._watch(), name="five-ones")
        try:
            yield
        finally:
            await stop(task)

    async def _watch(self) -> None:
        while True:
            pause = LOOK_EVERY_SECONDS
            try:
                await self._count()
            except Exception as error:  # the database is away; what is to be counted stays marked
                log.warning("five-ones-wait", error=repr(error))
                pause = AFTER_TROUBLE_SECONDS
            await asyncio.sleep(pause)

    async def _count(self) -> None:
        """Count beside the transactions that record, so that none of them waits for it."""
        for year, changes in (await marked(self._reader)).items():
            counted = await coverage(self._reader, year, self._zone)
            await self._writer.run(lambda tx, counted=counted, changes=changes: say(tx, counted, changes))  # type: ignore[misc]
