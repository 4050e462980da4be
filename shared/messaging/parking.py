"""Events that could not be applied, kept in the service's database until somebody decides."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Table, func, select

from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.errors import NotFound

ParkedState = Literal["waiting", "resent", "dropped", "kept", "applied", "passed"]
"""The last three are those of events from a newer release: see :mod:`shared.messaging.keeping`."""


@dataclass(frozen=True, slots=True)
class ParkedEvent:
    """An event that waits for a person, and why. ``body`` is its text, bytes that are not UTF-8 shown as ``\\xNN``."""

    id: int
    event_id: str
    subject: str
    headers: dict[str, str]
    body: str
    reason: str
    tries: int
    parked_at: datetime
    state: ParkedState


class Parking:
    """The parked events of one service."""

    def __init__(self, table: Table, reader: Reader) -> None:
        self._table = table
        self._reader = reader

    async def park(
        self,
        tx: Transaction,
        *,
        event_id: str,
        subject: str,
        headers: Mapping[str, str],
        body: bytes,
        reason: str,
        tries: int,
    ) -> None:
        """Keep an event with the ``reason``. The same event parked again waits again."""
        row = {
            "event_id": event_id,
            "subject": subject,
            "headers": dict(headers),
            "body": as_text(body),
            "reason": reason,
            "tries": tries,
            "parked_at": tx.now,
            "state": "waiting",
        }
        statement = tx.insert(self._table).values(row)
        again = {key: row[key] for key in ("reason", "tries", "parked_at", "state")}
        await tx.execute(statement.on_conflict_do_update(index_elements=["event_id"], set_=again))

    async def waiting(self, limit: int = 100, before: int | None = None) -> Sequence[ParkedEvent]:
        """The newest waiting events, those with an id below ``before`` only."""
        statement = (
            select(self._table).where(self._table.c.state == "waiting").order_by(self._table.c.id.desc()).limit(limit)
        )
        if before is not None:
            statement = statement.where(self._table.c.id < before)
        return [ParkedEvent(**row._mapping) for row in await self._reader.all(statement)]

    async def count(self) -> int:
        """How many wait."""
        return int(await self._reader.scalar(select(func.count()).where(self._table.c.state == "waiting")))

    async def get(self, parked_id: int) -> ParkedEvent:
        """One waiting event. Raises NotFound."""
        row = await self._reader.one(
            select(self._table).where(self._table.c.id == parked_id, self._table.c.state == "waiting")
        )
        if row is None:
            raise NotFound("parked-not-found", "There is no such parked event.", field="id")
        return ParkedEvent(**row._mapping)

    async def settle(self, tx: Transaction, parked_id: int, state: ParkedState) -> None:
        """Take one out of the queue. Raises NotFound where somebody else already did."""
        done = await tx.execute(
            self._table.update()
            .where(self._table.c.id == parked_id, self._table.c.state == "waiting")
            .values(state=state, parked_at=tx.now)
        )
        if done.rowcount != 1:
            raise NotFound("parked-not-found", "There is no such parked event.", field="id")


def as_text(body: bytes) -> str:
    """A message's body as a database takes it: neither of them takes NUL in text."""
    return body.decode("utf-8", "backslashreplace").replace("\0", "\\x00")


def reason_of(error: Exception) -> str:
    """One line for people: what kind of error, and where, without the input that may hold anything."""
    from pydantic import ValidationError

    if isinstance(error, ValidationError):
        places: list[dict[str, Any]] = [
            {"field": ".".join(map(str, item["loc"])) or "(body)", "problem": item["type"]} for item in error.errors()
        ]
        return "malformed: " + json.dumps(places, ensure_ascii=False)
    return f"{type(error).__name__}: {error}"[:1000]
