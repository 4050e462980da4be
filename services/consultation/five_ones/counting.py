"""The counts of the five ones: how many members did what is asked of each, and never who."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import structlog
from sqlalchemy import func, literal, select, union_all

from services.consultation.domain.five_ones import ONES
from services.consultation.five_ones.deciding import Reads, targets_of
from services.consultation.five_ones.facts import facts
from services.consultation.five_ones.lines import Coverage
from services.consultation.tables import FIVE_ONES_YEARS, ROSTER_MEMBERS
from shared.contracts import report
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.ids import derived_id
from shared.tasks import stop

log = structlog.get_logger(__name__)

LOOK_EVERY_SECONDS = 1.0
"""What is recorded meanwhile is counted once: a count is said of a year at most this often."""


async def coverage(reads: Reads, year: int, zone: str) -> Coverage:
    """How far the members have come whom the roster attaches to a station now, at a body in ``zone``."""
    targets = await targets_of(reads, year)
    asked = [one for one in ONES if targets[one]]
    on_roster = select(ROSTER_MEMBERS.c.member).distinct()
    reached: list[Any] = []
    for one in asked:
        found = facts(one, year, zone).subquery()
        reached.append(
            select(found.c.member, literal(one).label("one"))
            .where(found.c.member.in_(on_roster))
            .group_by(found.c.member)
            .having(func.count() >= targets[one])
        )
    of_members = union_all(*reached).cte("reached")
    by_one = select(of_members.c.one, func.count().label("members")).group_by(of_members.c.one)
    done = {row.one: row.members for row in await reads.all(by_one)}
    each = select(func.count().label("number")).select_from(of_members).group_by(of_members.c.member).subquery()
    numbers = select(each.c.number, func.count().label("members")).group_by(each.c.number)
    by_number = {row.number: row.members for row in await reads.all(numbers)}
    [(members,)] = await reads.all(select(func.count()).select_from(on_roster.subquery()))
    by_number[0] = members - sum(by_number.values())
    return Coverage(
        year=year,
        members=members,
        targets=targets,
        done={one: done.get(one, 0) for one in asked},
        by_number=[by_number.get(number, 0) for number in range(len(asked) + 1)],
    )


async def count_again(tx: Transaction, zone: str) -> int:
    """Count the years in which something changed, and say what differs from what was said last; gives how many."""
    columns = FIVE_ONES_YEARS.c
    marked = select(FIVE_ONES_YEARS).where(columns.changes > columns.counted).order_by(columns.year)
    rows = await tx.all(marked.with_for_update(skip_locked=True))
    for row in rows:
        counted = await coverage(tx, row.year, zone)
        said = counted.model_dump(mode="json", exclude={"year"})
        changes: dict[str, Any] = {"counted": row.changes}
        # A year around New Year may have been marked for nothing: of nobody who did anything nothing is said.
        if said != row.said and (row.said is not None or any(counted.done.values())):
            changes |= {"said": said, "revision": row.revision + 1}
            event = report.FiveOnesCounted(occurred_at=tx.now, revision=row.revision + 1, **counted.model_dump())
            tx.announce(event, event_id=derived_id("five-ones", row.year, row.revision + 1, tx.now.isoformat()))
        await tx.execute(FIVE_ONES_YEARS.update().where(columns.year == row.year).values(changes))
    return len(rows)


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
            try:
                if await self._reader.scalar(uncounted()):
                    await self._writer.run(lambda tx: count_again(tx, self._zone))
            except Exception as error:  # the database is away; what is to be counted stays marked
                log.warning("five-ones-wait", error=repr(error))
            await asyncio.sleep(LOOK_EVERY_SECONDS)
