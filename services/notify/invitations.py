"""A consultation is planned, changed or called off: one notice to each member and department that is to know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from services.notify.domain import Kind, State
from services.notify.tables import Notice
from shared.contracts.inner import ConsultationPlanned
from shared.db.transaction import Transaction
from shared.ids import derived_id
from shared.messaging.handlers import Received

_NOTICES = Notice.__table__  # type: ignore[attr-defined]


async def queue_invitations(tx: Transaction, received: Sequence[Received[ConsultationPlanned]]) -> None:
    """Queue a notice for everybody that each event names. The consultation's id stands as the reference."""
    notices = [notice for item in received for notice in _notices(tx, item)]
    if notices:
        await tx.add_missing(_NOTICES, notices)


def _notices(tx: Transaction, received: Received[ConsultationPlanned]) -> Iterator[dict[str, Any]]:
    for member in received.event.members:
        yield _notice(tx, received, Kind.INVITATION, member) | {"member": member}
    for department in received.event.departments:
        notice = _notice(tx, received, Kind.DEPARTMENT_INVITATION, department)
        yield notice | {"facts": {**notice["facts"], "department": department}}


def _notice(tx: Transaction, received: Received[ConsultationPlanned], kind: Kind, whom: str) -> dict[str, Any]:
    return {
        "notice_id": derived_id(received.event_id, "notice", kind.value, whom),
        "kind": kind.value,
        "reference": received.event.consultation_id,
        "member": None,
        "facts": {"sequence": received.event.sequence},
        "state": State.QUEUED.value,
        "tries": 0,
        "due_at": tx.now,
        "queued_at": tx.now,
        "settled_at": None,
        "reason": None,
    }
