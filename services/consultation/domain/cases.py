"""The life of a case and of its referrals."""

from __future__ import annotations

from enum import StrEnum

from shared.states import Table


class CaseState(StrEnum):
    """Where a case stands with the member it was given to."""

    ASSIGNED = "assigned"
    RETURNED = "returned"
    """Declined or left unanswered; the next member is being asked."""
    IN_PROGRESS = "in-progress"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class CaseMove(StrEnum):
    """What may be done with a case, or be heard of it."""

    ASSIGN = "assign"
    ACCEPT = "accept"
    DECLINE = "decline"
    TIME_OUT = "time-out"
    WORK = "work"
    """Visit, refer, consult: what only the member who took the order does."""
    NOTE = "note"
    HEAR_REPLY = "hear-reply"
    CLOSE = "close"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"


class ReferralState(StrEnum):
    """A referral to a department (转办) waits for its reply (答复)."""

    OPEN = "open"
    REPLIED = "replied"


class ReferralMove(StrEnum):
    """What may be done with a referral."""

    REPLY = "reply"


CASE = Table(
    name="case",
    title="The life of a case",
    states=CaseState,
    moves=CaseMove,
    begins=(CaseState.ASSIGNED, CaseState.WITHDRAWN),
    transitions={
        (CaseState.ASSIGNED, CaseMove.ASSIGN): CaseState.ASSIGNED,
        (CaseState.ASSIGNED, CaseMove.ACCEPT): CaseState.IN_PROGRESS,
        (CaseState.ASSIGNED, CaseMove.DECLINE): CaseState.RETURNED,
        (CaseState.ASSIGNED, CaseMove.TIME_OUT): CaseState.RETURNED,
        (CaseState.ASSIGNED, CaseMove.WITHDRAW): CaseState.WITHDRAWN,
        (CaseState.RETURNED, CaseMove.ASSIGN): CaseState.ASSIGNED,
        (CaseState.RETURNED, CaseMove.WITHDRAW): CaseState.WITHDRAWN,
        (CaseState.IN_PROGRESS, CaseMove.ASSIGN): CaseState.ASSIGNED,
        (CaseState.IN_PROGRESS, CaseMove.WORK): CaseState.IN_PROGRESS,
        (CaseState.IN_PROGRESS, CaseMove.NOTE): CaseState.IN_PROGRESS,
        (CaseState.IN_PROGRESS, CaseMove.HEAR_REPLY): CaseState.IN_PROGRESS,
        (CaseState.IN_PROGRESS, CaseMove.CLOSE): CaseState.CLOSED,
        (CaseState.IN_PROGRESS, CaseMove.WITHDRAW): CaseState.WITHDRAWN,
        (CaseState.CLOSED, CaseMove.NOTE): CaseState.CLOSED,
        (CaseState.CLOSED, CaseMove.HEAR_REPLY): CaseState.CLOSED,
        (CaseState.CLOSED, CaseMove.REOPEN): CaseState.IN_PROGRESS,
        # The resident took it back while the member was closing it; the resident's word stands.
        (CaseState.CLOSED, CaseMove.WITHDRAW): CaseState.WITHDRAWN,
        (CaseState.WITHDRAWN, CaseMove.HEAR_REPLY): CaseState.WITHDRAWN,
    },
)

REFERRAL = Table(
    name="referral",
    title="The life of a referral",
    states=ReferralState,
    moves=ReferralMove,
    begins=(ReferralState.OPEN,),
    transitions={
        (ReferralState.OPEN, ReferralMove.REPLY): ReferralState.REPLIED,
    },
)
