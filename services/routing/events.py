"""Which use case takes which event."""

from __future__ import annotations

from services.routing.handover.sending import Sending
from services.routing.handover.taking import Taking
from services.routing.search.hearing import referred
from services.routing.supervision.pressed import Pressed
from services.routing.supervision.pressing import Pressing
from services.routing.usecases import following
from services.routing.usecases.assigning import Assigning
from services.routing.usecases.joining import Joining
from shared.contracts import handover
from shared.contracts.inner import (
    IssueClosed,
    IssueJoined,
    IssueReopened,
    IssueSplit,
    IssueSubmitted,
    IssueWithdrawn,
    RecordErased,
    ReferralMade,
)
from shared.db.transaction import Transaction
from shared.messaging.handlers import Handlers, Received


def handlers(
    assigning: Assigning,
    joining: Joining,
    sending: Sending,
    taking: Taking,
    pressing: Pressing,
    pressed: Pressed,
) -> Handlers:
    """Routing's handlers."""

    async def withdrawn(tx: Transaction, received: Received[IssueWithdrawn]) -> None:
        await following.withdrawn(tx, received)
        await sending.issue_over(tx, received.event.reference)

    async def closed(tx: Transaction, received: Received[IssueClosed]) -> None:
        await following.closed(tx, received)
        await sending.issue_over(tx, received.event.reference)

    async def erased(tx: Transaction, received: Received[RecordErased]) -> None:
        await sending.erased(tx, received)
        await pressed.erased(tx, received)

    heard = Handlers()
    heard.many(IssueSubmitted, assigning.submitted)
    heard.each(IssueWithdrawn, withdrawn)
    heard.each(IssueJoined, joining.joined)
    heard.each(IssueSplit, joining.split)
    heard.each(IssueReopened, following.reopened)
    heard.each(IssueClosed, closed)
    heard.each(RecordErased, erased)
    heard.many(ReferralMade, referred)
    heard.each(handover.IssueOffered, taking.offered)
    heard.each(handover.IssueAccepted, sending.accepted)
    heard.each(handover.IssueHandedOn, sending.handed_on)
    heard.each(handover.IssueReturned, sending.returned)
    heard.each(handover.IssueWithdrawn, taking.withdrawn)
    heard.each(handover.OfferExpired, taking.expired)
    heard.each(handover.IssueAnswered, sending.answered)
    heard.each(handover.HandoverClosed, taking.closed)
    heard.each(handover.SupervisionOpened, pressed.opened)
    heard.each(handover.SupervisionAskedAgain, pressed.asked_again)
    heard.each(handover.SupervisionAnswered, pressing.answered)
    heard.each(handover.SupervisionClosed, pressed.closed)
    heard.each(handover.SupervisionWithdrawn, pressed.withdrawn)
    return heard
