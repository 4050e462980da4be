"""A consultation is planned, changed or called off: one notice to each member who is to know."""

from __future__ import annotations

from collections.abc import Sequence

from services.notify.domain import Kind, State
from services.notify.tables import Notice
from shared.contracts.inner import ConsultationPlanned
from shared.db.transaction import Transaction
from shared.ids import derived_id
from shared.messaging.handlers import Received

_NOTICES = Notice.__table__  # type: ignore[attr-defined]


async def queue_invitations(tx: Transaction, received: Sequence[Received[ConsultationPlanned]]) -> None:
    """Queue a notice for every member that each event names. The consultation's id stands as the reference."""
    notices = [
        {
            "notice_id": derived_id(item.event_id, "notice", Kind.INVITATION.value, member),
            "kind": Kind.INVITATION.value,
            "reference": item.event.consultation_id,
            "member": member,
            "facts": {"sequence": item.event.sequence},
            "state": State.QUEUED.value,
            "tries": 0,
            "due_at": tx.now,
            "queued_at": tx.now,
            "settled_at": None,
            "reason": None,
        }
        for item in received
        for member in item.event.members
    ]
    if notices:
        await tx.add_missing(_NOTICES, notices)
