"""Which use case takes which event."""

from __future__ import annotations

from services.routing.usecases import following
from services.routing.usecases.assigning import Assigning
from shared.contracts.inner import IssueClosed, IssueReopened, IssueSubmitted, IssueWithdrawn
from shared.messaging.handlers import Handlers


def handlers(assigning: Assigning) -> Handlers:
    """Routing's handlers."""
    heard = Handlers()
    heard.many(IssueSubmitted, assigning.submitted)
    heard.each(IssueWithdrawn, following.withdrawn)
    heard.each(IssueReopened, following.reopened)
    heard.each(IssueClosed, following.closed)
    return heard
