"""Periods that the body closed: its report through a day has been handed on, and what becomes known later is a
correction of it.

A closing changes no figure and hides none. It says as of which day the closed report stood, so that anybody can ask for
that report again (``as_of``) and see what differs since.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Table, select

from services.reporting.tables import ClosingRow
from shared.clock import Clock, local_date
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.errors import Conflict, DomainError

_CLOSINGS: Table = ClosingRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Closing:
    """All days up to ``through``, that day inside, were closed on ``closed_on`` by the account ``closed_by``.

    ``closed_on`` is a day of the body's own calendar, and the report stood as it was known at its end.
    """

    through: date
    closed_on: date
    closed_at: datetime
    closed_by: str


class Closings:
    """The closings of the own body, which lives in ``zone``."""

    def __init__(self, reader: Reader, writer: Writer, clock: Clock, zone: str) -> None:
        self._reader = reader
        self._writer = writer
        self._clock = clock
        self._zone = zone

    async def close(self, through: date, account: str) -> Closing:
        """Close all days up to ``through``.

        Raises DomainError on field ``through`` while that day is not over, Conflict where it is closed already.
        """
        if through >= local_date(self._clock.now(), self._zone):
            raise DomainError("period-not-over", "Only days that are over can be closed.", field="through")

        async def job(tx: Transaction) -> None:
            last = await tx.scalar(select(_CLOSINGS.c.through).order_by(_CLOSINGS.c.through.desc()).limit(1))
            if last is not None and last >= through:
                raise Conflict(
                    "period-closed",
                    "The days through {last} are closed already.",
                    field="through",
                    last=last.isoformat(),
                )
            await tx.add(_CLOSINGS, [{"through": through, "closed_at": tx.now, "closed_by": account}])

        await self._writer.run(job)
        return (await self.all())[-1]

    async def all(self) -> Sequence[Closing]:
        """Every closing, the earliest days first."""
        rows = await self._reader.all(select(_CLOSINGS).order_by(_CLOSINGS.c.through))
        return [
            Closing(row.through, local_date(row.closed_at, self._zone), row.closed_at, row.closed_by) for row in rows
        ]

    async def of(self, last_day: date) -> Closing | None:
        """The closing by which a period that ends on ``last_day`` was closed, or None while it is open."""
        return next((closing for closing in await self.all() if closing.through >= last_day), None)
