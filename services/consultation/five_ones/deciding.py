"""What the body asks of each member: decided from a year on, and never overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from sqlalchemy import Executable, func, select
from sqlalchemy.engine import Row

from services.consultation.domain.five_ones import ONE_OF_EACH, ONES
from services.consultation.five_ones.lines import TargetsInput, TargetsLine
from services.consultation.five_ones.marking import targets_changed
from services.consultation.tables import FIVE_ONES_TARGETS
from services.consultation.usecases.acting import Actor
from shared.clock import local_date
from shared.contracts.words import FiveOne
from shared.db.transaction import Transaction
from shared.errors import DomainError


class Reads(Protocol):
    """Something that runs a SELECT: a transaction, or a reader beside it."""

    async def all(self, statement: Executable) -> Sequence[Row[Any]]:
        """All rows."""


async def decide(tx: Transaction, actor: Actor, decided: TargetsInput, zone: str) -> TargetsLine:
    """So many of each from a year on. Raises DomainError on ``from_year`` for a year that is over at the body in
    ``zone``, on ``talk`` where nothing is asked at all."""
    if decided.from_year < local_date(tx.now, zone).year:
        raise DomainError("year-over", "What was asked in a year that is over stays as it was.", field="from_year")
    if not any(decided.targets().values()):
        raise DomainError("nothing-asked", "Ask for at least one of the five.", field="talk")
    newest = await tx.scalar(select(func.max(FIVE_ONES_TARGETS.c.edition)))
    line = TargetsLine(
        edition=(newest or 0) + 1,
        from_year=decided.from_year,
        targets=decided.targets(),
        decided_by=actor.account or "officer",
        decided_at=tx.now,
    )
    await tx.execute(FIVE_ONES_TARGETS.insert(), line.model_dump())
    await targets_changed(tx, decided.from_year)
    return line


async def targets_of(reads: Reads, year: int) -> dict[FiveOne, int]:
    """What is asked in ``year``: as decided last for it or for a year before it, or one of each."""
    columns = FIVE_ONES_TARGETS.c
    newest = select(columns.targets).where(columns.from_year <= year).order_by(columns.edition.desc()).limit(1)
    rows = await reads.all(newest)
    found = rows[0].targets if rows else ONE_OF_EACH
    return {one: int(found[one]) for one in ONES}
