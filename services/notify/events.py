"""Which events somebody is told of."""

from __future__ import annotations

from services.notify import queue
from shared.contracts.inner import IssueAccepted, IssueAssigned, IssueClosed, IssueSubmitted
from shared.messaging.handlers import Handlers


def handlers() -> Handlers:
    """Each event and the use case that queues its notices."""
    known = Handlers()
    known.many(IssueSubmitted, queue.confirm)
    known.many(IssueAssigned, queue.order)
    known.many(IssueAccepted, queue.taken)
    known.many(IssueClosed, queue.answer)
    return known
