"""A clerk receives a resident, at the desk or on the phone; an issue may or may not come of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from services.intake.places import Location
from services.intake.tables import IDEMPOTENCY, RECEPTIONS
from services.intake.usecases.submit import CREATED, Draft, Receipt, Submissions, announce_reception, reception_row
from shared.contracts.words import Channel
from shared.db.idempotency import Answer, Key, once
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.ids import new_id


@dataclass(frozen=True, slots=True)
class Visitor:
    """A resident who was received. ``issue`` is what came of it; its reception is this one."""

    location: Location
    channel: Channel
    language: str
    recorded_by: str
    recorded_at: datetime | None = None
    issue: Draft | None = None
    key: Key | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """The reception as registered, and the receipt of its issue, if there is one."""

    reception_id: str
    receipt: Receipt | None


class Receptions:
    """Registering receptions."""

    def __init__(self, writer: Writer, submissions: Submissions) -> None:
        self._writer = writer
        self._submissions = submissions

    async def receive(self, visitor: Visitor) -> Received:
        """Register one. Raises Conflict for a key of another request, and what the issue is refused with."""

        async def job(tx: Transaction) -> Answer:
            return CREATED, await self._register(tx, visitor)

        _, body = await once(self._writer, IDEMPOTENCY, visitor.key, job)
        reference = body["reference"]
        return Received(body["id"], self._submissions.receipt(reference) if reference else None)

    async def _register(self, tx: Transaction, visitor: Visitor) -> dict[str, str | None]:
        at = visitor.recorded_at or tx.now
        row = reception_row(
            new_id(),
            visitor.location,
            visitor.channel,
            visitor.language,
            at,
            visitor.recorded_by,
            visitor.recorded_at is not None,
        )
        await tx.execute(RECEPTIONS.insert(), row)
        announce_reception(tx, row)
        reference = None
        if visitor.issue is not None:
            (result,) = await self._submissions.register(tx, [replace(visitor.issue, reception_id=row["id"])])
            if isinstance(result, Exception):
                raise result
            reference = result.reference
        return {"id": row["id"], "reference": reference}
