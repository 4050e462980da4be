"""Hears of referrals, so that an issue is found by the department that was asked."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from services.routing.orders import ORDERS
from services.routing.tables import ORDER_DEPARTMENTS
from shared.contracts.inner import ReferralMade
from shared.db.transaction import Transaction
from shared.errors import TooEarly
from shared.messaging.handlers import Received


async def referred(tx: Transaction, received: Sequence[Received[ReferralMade]]) -> None:
    """Note the departments. Raises TooEarly for an issue that was not submitted yet."""
    references = {item.event.reference for item in received}
    known = select(ORDERS.c.reference, ORDERS.c.submitted_at).where(ORDERS.c.reference.in_(references))
    dates = {row.reference: row.submitted_at for row in await tx.all(known)}
    if missing := references - dates.keys():
        raise TooEarly(f"{len(missing)} issues that nobody submitted yet")
    rows = [
        {
            "department": item.event.department,
            "reference": item.event.reference,
            "submitted_at": dates[item.event.reference],
        }
        for item in received
    ]
    await tx.add_missing(ORDER_DEPARTMENTS, rows)
