"""Which events somebody is told of."""

from __future__ import annotations

from services.notify.invitations import queue_invitations
from services.notify.queue import KINDS, queue_notices
from shared.contracts.inner import ConsultationPlanned
from shared.messaging.handlers import Handlers


def handlers() -> Handlers:
    """Nearly all of them by one use case, so that a mixed batch is a handful of statements."""
    known = Handlers()
    for event in KINDS:
        known.many(event, queue_notices)
    known.many(ConsultationPlanned, queue_invitations)
    return known
