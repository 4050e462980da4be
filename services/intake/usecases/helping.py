"""Members who were invited to an issue read what its resident wrote, like the one who has the order."""

from __future__ import annotations

from collections.abc import Sequence

from services.intake.tables import HELPERS
from shared.contracts.inner import MemberInvited
from shared.db.transaction import Transaction
from shared.messaging.handlers import Received


async def hear_invited(tx: Transaction, received: Sequence[Received[MemberInvited]]) -> None:
    """Note who was invited; twice is once."""
    rows = [{"reference": item.event.reference, "member": item.event.member} for item in received]
    await tx.execute(tx.insert(HELPERS).on_conflict_do_nothing(), rows)
