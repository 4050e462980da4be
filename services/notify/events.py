"""Which events somebody is told of."""

from __future__ import annotations

from services.notify.queue import KINDS, queue_notices
from shared.messaging.handlers import Handlers


def handlers() -> Handlers:
    """All of them by one use case, so that a mixed batch is a handful of statements."""
    known = Handlers()
    for event in KINDS:
        known.many(event, queue_notices)
    return known
