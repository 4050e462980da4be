"""How many working days each department has to reply, as routing told it last."""

from __future__ import annotations

from sqlalchemy import select

from services.consultation.tables import DEPARTMENT_TERMS
from shared.contracts import inner
from shared.db.transaction import Transaction
from shared.messaging.handlers import Received


async def hear_department(tx: Transaction, received: Received[inner.DepartmentPublished]) -> None:
    """One department as it now is; an older revision than the known one changes nothing."""
    event, columns = received.event, DEPARTMENT_TERMS.c
    row = {"department": event.code, "revision": event.revision, "days": event.days_to_reply}
    told = tx.insert(DEPARTMENT_TERMS).values(row)
    newer = columns.revision < event.revision
    await tx.execute(told.on_conflict_do_update(index_elements=["department"], set_=row, where=newer))


async def days_to_reply(tx: Transaction, department: str) -> int | None:
    """Its own working days, or None where the body's term holds."""
    days: int | None = await tx.scalar(
        select(DEPARTMENT_TERMS.c.days).where(DEPARTMENT_TERMS.c.department == department)
    )
    return days
