"""What is said of a brief that was handed up, to the other body and at home, each thing once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from services.consultation.handing import records
from services.consultation.handing.records import HandingRecord
from services.consultation.tables import BRIEFS
from shared.clock import Clock
from shared.contracts import inner
from shared.contracts.handover import BriefEvent
from shared.dates import DateClock
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.ids import derived_id

AT_ONCE = 100
"""Passed dates in one transaction."""


class HandingNews:
    """Speaks for ``body``; the ids of events follow from what they say."""

    def __init__(self, body: str) -> None:
        self.body = body

    def tell(self, tx: Transaction, record: HandingRecord, event: type[BriefEvent], **fields: Any) -> None:
        """Tell the other body."""
        said = event.model_validate(
            {"occurred_at": tx.now, "handing_id": record.handing_id, "to": record.other, **fields}
        )
        step = derived_id(self.body, "brief", record.handing_id, event.verb, record.version)
        tx.announce(said, event_id=step, to_child=None if record.is_ours else record.other)

    async def moved(self, tx: Transaction, record: HandingRecord) -> None:
        """Tell this body's own services how far it has come."""
        event = inner.BriefMoved(state=record.state.value, **await self._facts(tx, record))
        tx.announce(event, event_id=derived_id(self.body, "brief-moved", record.handing_id, record.version))

    async def late(self, tx: Transaction, record: HandingRecord) -> None:
        """Tell this body's office that the parent's word is overdue."""
        event = inner.BriefLate(**await self._facts(tx, record))
        tx.announce(event, event_id=derived_id(self.body, "brief-late", record.handing_id))

    async def _facts(self, tx: Transaction, record: HandingRecord) -> dict[str, Any]:
        member = None
        if record.brief_id is not None:
            member = await tx.scalar(select(BRIEFS.c.member).where(BRIEFS.c.brief_id == record.brief_id))
        return {
            "occurred_at": tx.now,
            "handing_id": record.handing_id,
            "reference": f"{record.year}-{record.number}",
            "other": record.other,
            "is_ours": record.is_ours,
            "brief_id": record.brief_id,
            "member": member,
            "answer_by": record.answer_by,
        }


def watch_handings(news: HandingNews, reader: Reader, writer: Writer, clock: Clock) -> DateClock:
    """The clock of all handings of a body: each of the two says by itself that the parent's word is overdue."""

    async def settle(tx: Transaction) -> None:
        for record in await records.late_ones(tx, AT_ONCE):
            await news.late(tx, await records.touch(tx, record, is_overdue=True))

    return DateClock(
        "briefs", next_due=lambda: reader.scalar(records.next_due()), settle=settle, writer=writer, clock=clock
    )
