"""The life of a handover: one table for both bodies, so that they end alike in whatever order their news cross."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from shared.states import Table


class HandoverState(StrEnum):
    """How far it has come."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    """The other body works on it."""
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    ANSWERED = "answered"
    """The body that asked has the answer, and its resident does not yet."""
    CLOSED = "closed"


class HandoverMove(StrEnum):
    """What the two bodies do: the one that offers withdraws, lets expire and closes; the other does the rest."""

    ACCEPT = "accept"
    RETURN = "return"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"
    ANSWER = "answer"
    CLOSE = "close"


_OFFERED, _ACCEPTED, _RETURNED = HandoverState.OFFERED, HandoverState.ACCEPTED, HandoverState.RETURNED
_WITHDRAWN, _EXPIRED = HandoverState.WITHDRAWN, HandoverState.EXPIRED
_ANSWERED, _CLOSED = HandoverState.ANSWERED, HandoverState.CLOSED

_TRANSITIONS: Mapping[tuple[HandoverState, HandoverMove], HandoverState] = {
    (_OFFERED, HandoverMove.ACCEPT): _ACCEPTED,
    (_OFFERED, HandoverMove.RETURN): _RETURNED,
    (_OFFERED, HandoverMove.WITHDRAW): _WITHDRAWN,
    (_OFFERED, HandoverMove.EXPIRE): _EXPIRED,
    (_ACCEPTED, HandoverMove.ANSWER): _ANSWERED,
    # The resident took it back, or the case was closed without waiting any longer.
    (_ACCEPTED, HandoverMove.WITHDRAW): _WITHDRAWN,
    (_ANSWERED, HandoverMove.CLOSE): _CLOSED,
    # What crosses on a link that may be down for days. Whatever was taken or returned in time was in time, though the
    # news came late; what was withdrawn is withdrawn, whatever the other one did meanwhile.
    (_ACCEPTED, HandoverMove.EXPIRE): _ACCEPTED,
    (_EXPIRED, HandoverMove.ACCEPT): _ACCEPTED,
    (_RETURNED, HandoverMove.EXPIRE): _RETURNED,
    (_EXPIRED, HandoverMove.RETURN): _RETURNED,
    (_EXPIRED, HandoverMove.EXPIRE): _EXPIRED,
    (_RETURNED, HandoverMove.WITHDRAW): _WITHDRAWN,
    (_WITHDRAWN, HandoverMove.RETURN): _WITHDRAWN,
    (_WITHDRAWN, HandoverMove.ACCEPT): _WITHDRAWN,
    (_ANSWERED, HandoverMove.WITHDRAW): _WITHDRAWN,
    (_WITHDRAWN, HandoverMove.ANSWER): _WITHDRAWN,
    # A clock that ran while the withdrawal was on its way.
    (_EXPIRED, HandoverMove.WITHDRAW): _WITHDRAWN,
    (_WITHDRAWN, HandoverMove.EXPIRE): _WITHDRAWN,
}

HANDOVER = Table(
    name="handover",
    title="The life of a handover, at both bodies",
    states=HandoverState,
    moves=HandoverMove,
    begins=(_OFFERED,),
    transitions=_TRANSITIONS,
)
"""Every move there is, done here or heard from the other body."""

OPEN = (_OFFERED, _ACCEPTED, _ANSWERED)
"""States in which an issue is with another body, or its answer not yet passed on: it is not offered to a second one."""

WITH_RECEIVER = frozenset({_OFFERED, _ACCEPTED})
"""States in which the next step is the receiver's; in all others it is the sender's."""

CHOSEN: Mapping[HandoverMove, HandoverState] = {
    HandoverMove.ACCEPT: _OFFERED,
    HandoverMove.RETURN: _OFFERED,
    HandoverMove.WITHDRAW: _OFFERED,
    HandoverMove.ANSWER: _ACCEPTED,
}
"""From which state a person makes a move; from the others it only happens because news cross."""
