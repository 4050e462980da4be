"""The life of a referral to a department (转办), from the asking to the reply."""

from __future__ import annotations

from enum import StrEnum

from shared.states import Table


class ReferralState(StrEnum):
    """How far a referral is from its reply (答复)."""

    MADE = "made"
    REMINDED = "reminded"
    """Asked again (催办)."""
    SUPERVISED = "supervised"
    """Pressed for by the body (督办)."""
    OVERDUE = "overdue"
    """The day by which a reply was asked for is over."""
    REPLIED = "replied"


class ReferralMove(StrEnum):
    """What may be done with a referral."""

    REMIND = "remind"
    SUPERVISE = "supervise"
    FALL_DUE = "fall-due"
    REPLY = "reply"


REFERRAL = Table(
    name="referral",
    title="The life of a referral to a department",
    states=ReferralState,
    moves=ReferralMove,
    begins=(ReferralState.MADE,),
    transitions={
        (ReferralState.MADE, ReferralMove.REMIND): ReferralState.REMINDED,
        (ReferralState.MADE, ReferralMove.FALL_DUE): ReferralState.OVERDUE,
        (ReferralState.MADE, ReferralMove.REPLY): ReferralState.REPLIED,
        (ReferralState.REMINDED, ReferralMove.REMIND): ReferralState.REMINDED,
        (ReferralState.REMINDED, ReferralMove.SUPERVISE): ReferralState.SUPERVISED,
        (ReferralState.REMINDED, ReferralMove.FALL_DUE): ReferralState.OVERDUE,
        (ReferralState.REMINDED, ReferralMove.REPLY): ReferralState.REPLIED,
        # Supervision may set a new day, which may pass like the first.
        (ReferralState.SUPERVISED, ReferralMove.REMIND): ReferralState.SUPERVISED,
        (ReferralState.SUPERVISED, ReferralMove.SUPERVISE): ReferralState.SUPERVISED,
        (ReferralState.SUPERVISED, ReferralMove.FALL_DUE): ReferralState.OVERDUE,
        (ReferralState.SUPERVISED, ReferralMove.REPLY): ReferralState.REPLIED,
        # A reminder does not make it any less late.
        (ReferralState.OVERDUE, ReferralMove.REMIND): ReferralState.OVERDUE,
        (ReferralState.OVERDUE, ReferralMove.SUPERVISE): ReferralState.SUPERVISED,
        (ReferralState.OVERDUE, ReferralMove.REPLY): ReferralState.REPLIED,
    },
)

UNANSWERED = tuple(state.value for state in ReferralState if state is not ReferralState.REPLIED)
"""The states in which a department's reply is still awaited."""
