"""The five ones as they are looked up: a member's own record, the office's coverage, what was decided."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from services.consultation.domain.five_ones import ONES, owed
from services.consultation.five_ones.counting import coverage, uncounted
from services.consultation.five_ones.deciding import targets_of
from services.consultation.five_ones.facts import facts
from services.consultation.five_ones.lines import Coverage, DoneLine, OwnOne, OwnRecord, TargetsLine, Uncounted
from services.consultation.tables import FIVE_ONES_TARGETS
from shared.contracts.words import FiveOne
from shared.db.reader import Reader

SHOWN = 20
"""Records of one kind shown to a member at once, the newest."""
MOST_DECISIONS = 50


class FiveOnesBook:
    """The five ones of a body whose years begin in ``zone`` (IANA name)."""

    def __init__(self, reader: Reader, zone: str) -> None:
        self._reader = reader
        self._zone = zone

    async def own(self, member: str, year: int) -> OwnRecord:
        """What ``member`` did in a year and what is still owed; to be shown to nobody else."""
        targets = await targets_of(self._reader, year)
        done: dict[FiveOne, int] = {}
        records: dict[FiveOne, list[DoneLine]] = {}
        for one in ONES:
            own = self._own(one, member, year)
            done[one] = int(await self._reader.scalar(select(func.count()).select_from(own.subquery())))
            newest = own.order_by(own.selected_columns["at"].desc()).limit(SHOWN)
            rows = await self._reader.all(newest)
            records[one] = [DoneLine(id=row.id, at=row.at, says=row.says) for row in rows]
        still = owed(targets, done)
        return OwnRecord(
            year=year,
            ones=[
                OwnOne(one=one, target=targets[one], done=done[one], owed=still[one], records=records[one])
                for one in ONES
            ],
        )

    async def coverage(self, year: int) -> Coverage:
        """How far the members have come in a year, as counts."""
        return await coverage(self._reader, year, self._zone)

    async def decisions(self) -> list[TargetsLine]:
        """What was decided to be asked, the newest first."""
        newest = select(FIVE_ONES_TARGETS).order_by(FIVE_ONES_TARGETS.c.edition.desc()).limit(MOST_DECISIONS)
        return [TargetsLine.model_validate(row, from_attributes=True) for row in await self._reader.all(newest)]

    async def uncounted(self) -> Uncounted:
        """How many years were not counted since something was recorded in them."""
        return Uncounted(years=int(await self._reader.scalar(uncounted())))

    def _own(self, one: FiveOne, member: str, year: int) -> Any:
        found = facts(one, year, self._zone)
        return found.where(found.selected_columns["member"] == member)
