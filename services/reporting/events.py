"""Which reported events are kept: all of them, each as a row of the projection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from services.reporting.projection import PROJECTED, Projection, rows_of
from services.reporting.rebuilding.unread import UnreadFields
from services.reporting.ways import Ways
from shared.db.transaction import Transaction
from shared.messaging.handlers import Handlers, Received


def handlers(projection: Projection, ways: Ways, unread: UnreadFields | None = None) -> Handlers:
    """Everything a body reports of itself and of those below it, each by its own way; what of it cannot be read yet
    is noted."""

    async def keep(tx: Transaction, received: Sequence[Received[Any]]) -> None:
        await ways.check(tx, [item.address for item in received])
        await projection.keep(tx, rows_of((item.address.body, item.event, item.said_at) for item in received))
        if unread is not None:
            await unread.note(tx, received)

    known = Handlers()
    for event in dict.fromkeys(projected.event for projected in PROJECTED):
        known.many(event, keep)
    return known
