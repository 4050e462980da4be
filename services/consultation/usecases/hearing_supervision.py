"""What routing says of a parent that presses for a case: lines of its thread, so that whoever works on it knows."""

from __future__ import annotations

from services.consultation.usecases.acting import Moment
from services.consultation.usecases.casefile import find_case
from shared.contracts import inner
from shared.db.transaction import Transaction
from shared.messaging.handlers import Received


async def hear_supervision(tx: Transaction, received: Received[inner.SupervisionMoved]) -> None:
    """The parent presses, is answered, is content or waits no longer. What was written stays with routing."""
    event = received.event
    case = None if event.is_ours else await find_case(tx, event.reference)
    if case is not None:
        moment = Moment(event.occurred_at, event.on_paper)
        details = {"supervision_id": event.supervision_id, "body": event.other}
        await case.enter(f"pressed-{event.state}", moment, audience="staff", details=details)
