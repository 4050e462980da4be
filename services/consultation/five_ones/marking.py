"""Which years are to be counted again: those in which something that counts was just recorded."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.consultation.tables import FIVE_ONES_YEARS
from shared.db.transaction import Transaction

_A_DAY = timedelta(days=1)
FIRST = {"changes": 1, "counted": 0, "revision": 0, "said": None}


async def something_counts(tx: Transaction, at: datetime) -> None:
    """Something that counts happened at ``at``. Around New Year both years are marked, whatever the body's zone."""
    statement = tx.insert(FIVE_ONES_YEARS)
    again = statement.on_conflict_do_update(index_elements=["year"], set_={"changes": FIVE_ONES_YEARS.c.changes + 1})
    for year in sorted({(at - _A_DAY).year, (at + _A_DAY).year}):
        await tx.execute(again, [{"year": year, **FIRST}])


async def members_changed(tx: Transaction) -> None:
    """Members came or went: this year's count is another one, if there is any."""
    years = FIVE_ONES_YEARS.c
    statement = FIVE_ONES_YEARS.update().where(years.year == tx.now.year)
    await tx.execute(statement.values(changes=years.changes + 1))


async def targets_changed(tx: Transaction, from_year: int) -> None:
    """Something else is asked from ``from_year`` on."""
    years = FIVE_ONES_YEARS.c
    statement = FIVE_ONES_YEARS.update().where(years.year >= from_year)
    await tx.execute(statement.values(changes=years.changes + 1))
