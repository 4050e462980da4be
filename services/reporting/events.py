"""Which reported events are kept: all of them, each as a row of the projection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.reporting.projection import PROJECTED, Projection, rows_of
from shared.db.transaction import Transaction
from shared.messaging.handlers import Handlers, Received


def handlers(projection: Projection) -> Handlers:
    """Everything a body reports of itself and of those below it."""

    async def keep(tx: Transaction, received: Sequence[Received[Any]]) -> None:
        await projection.keep(tx, rows_of((item.address.body, item.event) for item in received))

    known = Handlers()
    for event in dict.fromkeys(projected.event for projected in PROJECTED):
        known.many(event, keep)
    return known
