"""The weekly briefing as a letter to the office: reporting says that there is one, and one week is one letter."""

from __future__ import annotations

from datetime import date

from services.notify.domain import Kind, State
from services.notify.tables import Notice
from shared.db.transaction import Transaction
from shared.ids import derived_id

_NOTICES = Notice.__table__  # type: ignore[attr-defined]


async def queue_briefing(tx: Transaction, week: date) -> None:
    """Queue the letter on the week from that Monday, unless it is queued or sent already."""
    reference = week.isoformat()
    notice = {
        "notice_id": derived_id(reference, "notice", Kind.BRIEFING.value),
        "kind": Kind.BRIEFING.value,
        "reference": reference,
        "member": None,
        "facts": {"week": reference},
        "state": State.QUEUED.value,
        "tries": 0,
        "due_at": tx.now,
        "queued_at": tx.now,
        "settled_at": None,
        "reason": None,
    }
    await tx.add_missing(_NOTICES, [notice])
