"""What routing says of issues that go to another body, or come from one."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select

from services.intake.domain import Step
from services.intake.tables import HANDED_IN, HANDED_OVER, TIMELINE
from shared.contracts.inner import HandoverMoved, HandoverTaken
from shared.contracts.words import HandoverState
from shared.db.transaction import Transaction
from shared.messaging.handlers import Received

_LINES: dict[HandoverState, Step] = {
    "offered": Step.HANDED,
    "accepted": Step.HANDED_TAKEN,
    "returned": Step.HANDED_BACK,
    "withdrawn": Step.HANDED_WITHDRAWN,
    "expired": Step.HANDED_EXPIRED,
    "answered": Step.HANDED_ANSWERED,
}
"""The lines that the resident reads; that the answer was passed on is the closing itself."""


async def hear_taken(tx: Transaction, received: Sequence[Received[HandoverTaken]]) -> None:
    """An issue of another body's resident: what is heard of it from now on is none of intake's."""
    rows = [{"reference": item.event.reference, "handed_by": item.event.handed_by} for item in received]
    await tx.add_missing(HANDED_IN, list({row["reference"]: row for row in rows}.values()))


async def taken(tx: Transaction, references: Collection[str]) -> set[str]:
    """Which of ``references`` came from another body."""
    if not references:
        return set()
    statement = select(HANDED_IN.c.reference).where(HANDED_IN.c.reference.in_(references))
    return {row.reference for row in await tx.all(statement)}


async def hear_moved(tx: Transaction, received: Received[HandoverMoved]) -> None:
    """One of this body's issues went a step on its way to another body or back; an older step changes nothing."""
    event = received.event
    has_it = event.holder or event.other
    news = {"other": has_it, "state": event.state, "step": event.step}
    statement = tx.insert(HANDED_OVER).values(reference=event.reference, **news)
    newer = HANDED_OVER.c.step < event.step
    done = await tx.execute(statement.on_conflict_do_update(index_elements=["reference"], set_=news, where=newer))
    line = Step.HANDED_ON if event.holder else _LINES.get(event.state)
    # An issue that was handed on came from a body whose resident it is; nobody reads a course of it here.
    if done.rowcount == 1 and line is not None and not await taken(tx, [event.reference]):
        row = {"reference": event.reference, "at": event.occurred_at, "step": line.value, "code": has_it}
        await tx.execute(TIMELINE.insert(), [row])
