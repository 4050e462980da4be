"""While another body works on an issue that was handed to it, the answer to the resident is not owed by time here.

The clock that runs meanwhile is that of the handover, at both bodies (docs/decisions/0020). An offer that nobody has
taken yet stops nothing: until then the issue is this body's.
"""

from __future__ import annotations

from sqlalchemy import select

from services.consultation.deadlines.pausing import go_on, stand_still
from services.consultation.deadlines.record import COLUMNS, deadline_of
from services.consultation.domain.deadlines import DeadlineState
from services.consultation.tables import DEADLINE_PAUSES, DEADLINES
from services.consultation.usecases.casefile import find_case
from shared.contracts.inner import HandoverMoved
from shared.contracts.words import PauseReason
from shared.db.transaction import Transaction
from shared.messaging.handlers import Received

REASON: PauseReason = "procedure"
NOBODY = None
"""Whose pause it is: nobody's here, so a person's own is neither doubled nor ended."""


async def hear_handover(tx: Transaction, received: Received[HandoverMoved]) -> None:
    """The time for the answer stands still while the other body has the issue, and goes on when that has it no more.

    What is late already stays late, and what a person let stand still goes on when a person says so.
    """
    event = received.event
    # The case first, as whoever works on it does, so that two transactions never wait for each other.
    case = await find_case(tx, event.reference)
    if case is None:
        return
    columns, still_owed = DEADLINES.c, [DeadlineState.RUNNING.value, DeadlineState.PAUSED.value]
    answer = (columns.reference == event.reference) & (columns.kind == "answer") & columns.state.in_(still_owed)
    is_away = event.state == "accepted"
    for row in await tx.all(select(*COLUMNS).where(answer).order_by(columns.deadline_id).with_for_update()):
        deadline = deadline_of(row)
        if is_away and deadline.state is DeadlineState.RUNNING and deadline.due_at > tx.now:
            await stand_still(tx, case, deadline, REASON, NOBODY, with_body=event.other)
        elif not is_away and deadline.state is DeadlineState.PAUSED and await _is_ours(tx, deadline.deadline_id):
            await go_on(tx, case, deadline, NOBODY)


async def _is_ours(tx: Transaction, paused: str) -> bool:
    columns = DEADLINE_PAUSES.c
    ours = (columns.deadline_id == paused) & columns.resumed_at.is_(None) & columns.paused_by.is_(None)
    return await tx.scalar(select(columns.id).where(ours)) is not None
