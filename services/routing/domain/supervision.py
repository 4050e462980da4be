"""The life of a supervision (督办): one table for the parent that presses and for its child that answers."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from shared.states import Table


class SupervisionState(StrEnum):
    """How far it has come."""

    OPEN = "open"
    """The parent waits for its child's answer."""
    ANSWERED = "answered"
    """The parent has to say whether that does."""
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class SupervisionMove(StrEnum):
    """What the two bodies do: the child answers, the parent does the rest."""

    ANSWER = "answer"
    ASK_AGAIN = "ask-again"
    CLOSE = "close"
    WITHDRAW = "withdraw"


_OPEN, _ANSWERED = SupervisionState.OPEN, SupervisionState.ANSWERED
_CLOSED, _WITHDRAWN = SupervisionState.CLOSED, SupervisionState.WITHDRAWN

_TRANSITIONS: Mapping[tuple[SupervisionState, SupervisionMove], SupervisionState] = {
    (_OPEN, SupervisionMove.ANSWER): _ANSWERED,
    (_OPEN, SupervisionMove.WITHDRAW): _WITHDRAWN,
    (_ANSWERED, SupervisionMove.ASK_AGAIN): _OPEN,
    (_ANSWERED, SupervisionMove.CLOSE): _CLOSED,
    # An answer and a withdrawal that crossed: it is withdrawn at both, and the answer is read all the same.
    (_ANSWERED, SupervisionMove.WITHDRAW): _WITHDRAWN,
    (_WITHDRAWN, SupervisionMove.ANSWER): _WITHDRAWN,
}

SUPERVISION = Table(
    name="supervision",
    title="The life of a supervision, at both bodies",
    states=SupervisionState,
    moves=SupervisionMove,
    begins=(_OPEN,),
    transitions=_TRANSITIONS,
)
"""Every move there is, done here or heard from the other body."""

CHOSEN: Mapping[SupervisionMove, SupervisionState] = {
    SupervisionMove.ANSWER: _OPEN,
    SupervisionMove.ASK_AGAIN: _ANSWERED,
    SupervisionMove.CLOSE: _ANSWERED,
    SupervisionMove.WITHDRAW: _OPEN,
}
"""From which state a person makes a move; from the others it only happens because news cross."""

PENDING = (_OPEN, _ANSWERED)
"""States in which something is still to be done: a case is not pressed for twice at a time."""
