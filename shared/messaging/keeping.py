"""Events that a newer release wrote and this one cannot read, kept until one that can is started.

Nobody has to decide anything about them, so they are no parked events; they lie in the same table because they are
the same thing on disk. Kept in the order they came, taken up in that order, each once (docs/decisions/0022).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Table, func, select

from shared.contracts.envelope import release_of
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.messaging.parking import ParkedEvent, as_text

KEPT = "kept"
REASON = "written by a newer release"
MOST_KINDS = 500
"""Subjects that a summary names; a tree with more kinds of unknown events than this has another trouble."""

Taken = Literal["applied", "passed"]
"""``applied`` here, or ``passed``: known now, and of no concern to this service."""


@dataclass(frozen=True, slots=True)
class UnreadEvent:
    """An event as it came, of a kind or version that this release has no class for."""

    event_id: str
    subject: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class KeptKind:
    """How many events of one subject are kept. ``release`` wrote the newest of them."""

    subject: str
    events: int
    since: datetime
    newest_at: datetime
    release: str | None


class Keeping:
    """The kept events of one service."""

    def __init__(self, table: Table, reader: Reader) -> None:
        """``table``: the one of parked events."""
        self._table = table
        self._reader = reader

    async def keep(self, tx: Transaction, events: Sequence[UnreadEvent]) -> None:
        """Keep ``events``. One that is kept, parked or taken up already stays as it is."""
        rows = [
            {
                "event_id": event.event_id,
                "subject": event.subject,
                "headers": event.headers,
                "body": as_text(event.body),
                "reason": REASON,
                "tries": 0,
                "parked_at": tx.now,
                "state": KEPT,
            }
            for event in events
        ]
        await tx.add_missing(self._table, rows)

    async def kinds(self) -> Sequence[KeptKind]:
        """What is kept, by subject."""
        table = self._table
        grouped = (
            select(
                table.c.subject,
                func.count().label("events"),
                func.min(table.c.parked_at).label("since"),
                func.max(table.c.id).label("newest"),
            )
            .where(table.c.state == KEPT)
            .group_by(table.c.subject)
            .order_by(table.c.subject)
            .limit(MOST_KINDS)
            .subquery()
        )
        rows = await self._reader.all(
            select(grouped, table.c.headers, table.c.parked_at).join(table, table.c.id == grouped.c.newest)
        )
        return [
            KeptKind(row.subject, row.events, row.since, row.parked_at, release_of(row.headers))
            for row in sorted(rows, key=lambda row: str(row.subject))
        ]

    async def count(self) -> int:
        """How many are kept."""
        return int(await self._reader.scalar(select(func.count()).where(self._table.c.state == KEPT)))

    async def subjects(self) -> set[str]:
        """The different subjects of what is kept."""
        rows = await self._reader.all(select(self._table.c.subject).where(self._table.c.state == KEPT).distinct())
        return {row.subject for row in rows}

    async def following(self, after: int, subjects: Collection[str], limit: int) -> Sequence[ParkedEvent]:
        """The oldest kept events of ``subjects`` with an id above ``after``, in the order they came."""
        table = self._table
        rows = await self._reader.all(
            select(table)
            .where(table.c.state == KEPT, table.c.subject.in_(subjects), table.c.id > after)
            .order_by(table.c.id)
            .limit(limit)
        )
        return [ParkedEvent(**row._mapping) for row in rows]

    async def settle(self, tx: Transaction, ids: Sequence[int], state: Taken) -> None:
        """Take ``ids`` out; those that another replica took out meanwhile stay as it left them."""
        await tx.execute(
            self._table.update()
            .where(self._table.c.id.in_(ids), self._table.c.state == KEPT)
            .values(state=state, parked_at=tx.now)
        )
