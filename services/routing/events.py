"""Which use case takes which event."""

from __future__ import annotations

from services.routing.usecases import following
from services.routing.usecases.assigning import Assigning
from services.routing.usecases.joining import Joining
from shared.contracts.inner import (
    IssueClosed,
    IssueJoined,
    IssueReopened,
    IssueSplit,
    IssueSubmitted,
    IssueWithdrawn,
)
from shared.messaging.handlers import Handlers


def handlers(assigning: Assigning, joining: Joining) -> Handlers:
    """Routing's handlers."""
    heard = Handlers()
    heard.many(IssueSubmitted, assigning.submitted)
    heard.each(IssueWithdrawn, following.withdrawn)
    heard.each(IssueJoined, joining.joined)
    heard.each(IssueSplit, joining.split)
    heard.each(IssueReopened, following.reopened)
    heard.each(IssueClosed, following.closed)
    return heard
