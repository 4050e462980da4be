"""Orders that nobody fitted are tried again when the roster changed, or another day began: leave ends, terms begin.

What was tried for which roster and which day is kept, so that neither a stop nor a second replica tries for nothing;
trying twice does no harm.
"""

from __future__ import annotations

from datetime import date, datetime
from functools import partial

from sqlalchemy import Table, select

from services.routing import orders
from services.routing.roster.reads import Reads
from services.routing.roster.store import revision_of
from services.routing.tables import TriedAgain
from services.routing.usecases.assigning import Assigning
from services.routing.usecases.deciding import Deciding
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer

AT_ONCE = 100
"""Orders in one transaction: others write in between."""

ONLY_ROW = 1
TRIED: Table = TriedAgain.__table__  # type: ignore[attr-defined]

Moment = tuple[int, date]
"""A revision of the roster, and a day of the body."""


class TryingAgain:
    """Looks for members for what lies with the dispatcher because nobody fitted."""

    def __init__(self, deciding: Deciding, assigning: Assigning) -> None:
        self._deciding = deciding
        self._assigning = assigning

    async def run(self, reader: Reader, writer: Writer, now: datetime) -> int:
        """Try every such order once for this roster and this day; gives how many found somebody."""
        scene = await self._deciding.scene(reader, now)
        moment = (await revision_of(reader), scene.on)
        if scene.directory is None or await _last(reader) == moment:
            return 0
        found = 0
        after: str | None = ""
        while after is not None:
            given, after = await writer.run(partial(self._some, after=after))
            found += given
        await writer.run(lambda tx: _tried(tx, moment))
        return found

    async def _some(self, tx: Transaction, after: str) -> tuple[int, str | None]:
        """Try some orders whose references come after ``after``; gives how many were given, and where to go on."""
        waiting = await orders.unroutable_after(tx, after, AT_ONCE)
        if not waiting:
            return 0, None
        scene, given = await self._assigning.scene(tx), 0
        for order, choice, why in await self._assigning.next_for(tx, scene, waiting):
            if choice is not None:
                await self._assigning.give(tx, scene, order, choice.first.member, why)
                given += 1
        return given, waiting[-1].reference if len(waiting) == AT_ONCE else None


async def _last(reads: Reads) -> Moment | None:
    row = await reads.one(select(TRIED.c.roster_revision, TRIED.c.on_day))
    return (row.roster_revision, row.on_day) if row else None


async def _tried(tx: Transaction, moment: Moment) -> None:
    revision, day = moment
    row = {"id": ONLY_ROW, "roster_revision": revision, "on_day": day}
    await tx.execute(tx.insert(TRIED).values(row).on_conflict_do_update(index_elements=["id"], set_=row))
