"""How an order may change: its states, its moves, and the one table that joins them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from shared.states import Table


class OrderState(StrEnum):
    """Where an order stands. ``declined`` and ``timed-out`` last only until the next member is found."""

    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    TIMED_OUT = "timed-out"
    UNROUTABLE = "unroutable"
    RETURNED = "returned"
    """A member says that it belongs to another body; the dispatcher decides."""
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    JOINED = "joined"
    """The same matter as another issue's: that one's order is the one that is worked on."""


class Move(StrEnum):
    """What can happen to an order."""

    ASSIGN = "assign"
    ACCEPT = "accept"
    DECLINE = "decline"
    TIME_OUT = "time-out"
    GIVE_UP = "give-up"
    WITHDRAW = "withdraw"
    CLOSE = "close"
    REOPEN = "reopen"
    CLAIM = "claim"
    """A colleague at the same station takes it."""
    HAND_OVER = "hand-over"
    """Its member is on leave: the stand-in is asked."""
    TAKE_OVER = "take-over"
    """Its member is on leave: the stand-in takes it."""
    RETURN = "return"
    """It belongs to another body, says the member."""
    JOIN = "join"
    SPLIT = "split"
    """It is a matter of its own after all, and nobody had taken it: somebody is asked anew."""
    RESUME = "resume"
    """It is a matter of its own after all: back to the member who had taken it."""


_TRANSITIONS: Mapping[tuple[OrderState, Move], OrderState] = {
    (OrderState.ASSIGNED, Move.ASSIGN): OrderState.ASSIGNED,  # the dispatcher chose another member
    (OrderState.ASSIGNED, Move.ACCEPT): OrderState.ACCEPTED,
    (OrderState.ASSIGNED, Move.DECLINE): OrderState.DECLINED,
    (OrderState.ASSIGNED, Move.TIME_OUT): OrderState.TIMED_OUT,
    (OrderState.ASSIGNED, Move.WITHDRAW): OrderState.WITHDRAWN,
    (OrderState.ASSIGNED, Move.CLOSE): OrderState.CLOSED,
    (OrderState.ACCEPTED, Move.WITHDRAW): OrderState.WITHDRAWN,
    (OrderState.ACCEPTED, Move.CLOSE): OrderState.CLOSED,
    (OrderState.DECLINED, Move.ASSIGN): OrderState.ASSIGNED,
    (OrderState.DECLINED, Move.GIVE_UP): OrderState.UNROUTABLE,
    (OrderState.TIMED_OUT, Move.ASSIGN): OrderState.ASSIGNED,
    (OrderState.TIMED_OUT, Move.GIVE_UP): OrderState.UNROUTABLE,
    (OrderState.UNROUTABLE, Move.ASSIGN): OrderState.ASSIGNED,
    (OrderState.UNROUTABLE, Move.WITHDRAW): OrderState.WITHDRAWN,
    (OrderState.UNROUTABLE, Move.CLOSE): OrderState.CLOSED,
    (OrderState.CLOSED, Move.REOPEN): OrderState.ACCEPTED,
    (OrderState.ASSIGNED, Move.CLAIM): OrderState.ACCEPTED,
    (OrderState.UNROUTABLE, Move.CLAIM): OrderState.ACCEPTED,
    (OrderState.ASSIGNED, Move.HAND_OVER): OrderState.ASSIGNED,
    (OrderState.ACCEPTED, Move.HAND_OVER): OrderState.ASSIGNED,
    (OrderState.ASSIGNED, Move.TAKE_OVER): OrderState.ACCEPTED,
    (OrderState.ACCEPTED, Move.TAKE_OVER): OrderState.ACCEPTED,
    (OrderState.ASSIGNED, Move.RETURN): OrderState.RETURNED,
    (OrderState.ACCEPTED, Move.RETURN): OrderState.RETURNED,
    (OrderState.RETURNED, Move.ASSIGN): OrderState.ASSIGNED,
    (OrderState.RETURNED, Move.WITHDRAW): OrderState.WITHDRAWN,
    (OrderState.RETURNED, Move.CLOSE): OrderState.CLOSED,
    (OrderState.ASSIGNED, Move.JOIN): OrderState.JOINED,
    (OrderState.ACCEPTED, Move.JOIN): OrderState.JOINED,
    (OrderState.UNROUTABLE, Move.JOIN): OrderState.JOINED,
    (OrderState.RETURNED, Move.JOIN): OrderState.JOINED,
    (OrderState.JOINED, Move.SPLIT): OrderState.UNROUTABLE,
    (OrderState.JOINED, Move.RESUME): OrderState.ACCEPTED,
    (OrderState.JOINED, Move.WITHDRAW): OrderState.WITHDRAWN,
    (OrderState.JOINED, Move.CLOSE): OrderState.CLOSED,  # the member closed it in the same moment
}

ORDER = Table(
    name="order",
    title="The life of an order",
    states=OrderState,
    moves=Move,
    begins=(OrderState.ASSIGNED, OrderState.UNROUTABLE, OrderState.JOINED),
    transitions=_TRANSITIONS,
)
"""Every move there is; whatever is not here does not happen."""

CARRIED = frozenset({OrderState.ASSIGNED, OrderState.ACCEPTED})
"""States in which an order counts as open work of its member."""
