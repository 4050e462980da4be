"""The life of an issue as its resident sees it.

Three hands move it: the resident, the routing service and the consultation service; staff may join it to another one.
The resident and staff may be told "no"; what a neighbour reports has happened, so every state has an answer to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from services.intake.domain.word import Word
from shared.states import IllegalMove, Table

__all__ = ["ISSUE", "RESIDENTS_MOVES", "STAFF_MOVES", "IllegalMove", "Move", "Possible", "Standing", "State", "Step"]


class State(StrEnum):
    """Where an issue stands."""

    SUBMITTED = "submitted"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in-progress"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    JOINED = "joined"
    """The same matter as another issue, and worked on under that one's reference."""


class Move(StrEnum):
    """What can happen to an issue."""

    ASSIGN = "assign"
    PASS_ON = "pass-on"
    ACCEPT = "accept"
    WORK = "work"
    CLOSE = "close"
    RATE = "rate"
    CONFIRM = "confirm"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"
    JOIN = "join"
    SPLIT = "split"
    """Back to routing: no member had taken it."""
    SPLIT_TAKEN = "split-taken"
    """Back to the member who had taken it."""
    SPLIT_BEGUN = "split-begun"
    """Back to the work that had begun."""


class Step(StrEnum):
    """A dated line that the resident reads."""

    SUBMITTED = "submitted"
    ASSIGNED = "assigned"
    UNROUTABLE = "unroutable"
    ACCEPTED = "accepted"
    VISITED = "visited"
    REFERRED = "referred"
    REPLIED = "replied"
    CONSULTED = "consulted"
    PROMISED = "promised"
    KEPT = "kept"
    DROPPED = "dropped"
    CLOSED = "closed"
    RATED = "rated"
    CONFIRMED = "confirmed"
    REOPENED = "reopened"
    SILENT = "silent"
    WITHDRAWN = "withdrawn"
    JOINED = "joined"
    SPLIT = "split"
    ERASED = "erased"
    HANDED = "handed"
    """Another body was asked to take it."""
    HANDED_TAKEN = "handed-taken"
    HANDED_ON = "handed-on"
    """The body that took it has handed it on, or has it again."""
    HANDED_BACK = "handed-back"
    HANDED_WITHDRAWN = "handed-withdrawn"
    HANDED_EXPIRED = "handed-expired"
    HANDED_ANSWERED = "handed-answered"


RESIDENTS_MOVES = frozenset({Move.RATE, Move.CONFIRM, Move.REOPEN, Move.WITHDRAW})
STAFF_MOVES = frozenset({Move.JOIN, Move.SPLIT, Move.SPLIT_TAKEN, Move.SPLIT_BEGUN})

SHARED_STEPS = frozenset(
    {
        Step.ASSIGNED,
        Step.UNROUTABLE,
        Step.ACCEPTED,
        Step.VISITED,
        Step.REFERRED,
        Step.REPLIED,
        Step.CONSULTED,
        Step.PROMISED,
        Step.KEPT,
        Step.DROPPED,
        Step.CLOSED,
        Step.REOPENED,
        Step.HANDED,
        Step.HANDED_TAKEN,
        Step.HANDED_BACK,
        Step.HANDED_WITHDRAWN,
        Step.HANDED_EXPIRED,
        Step.HANDED_ANSWERED,
    }
)
"""The lines of an issue that residents who joined it read too: what was done, and nothing of who raised it."""

_S, _A, _C, _P = State.SUBMITTED, State.ASSIGNED, State.ACCEPTED, State.IN_PROGRESS
_CLOSED, _WITHDRAWN, _JOINED = State.CLOSED, State.WITHDRAWN, State.JOINED
_OPEN = (_S, _A, _C, _P)
_NEWS = (Move.ASSIGN, Move.PASS_ON, Move.ACCEPT, Move.WORK)
_SAID = (Move.RATE, Move.CONFIRM)

ISSUE: Table[State, Move] = Table(
    name="issue",
    title="The life of an issue, as its resident sees it",
    states=State,
    moves=Move,
    begins=(_S, _JOINED),
    transitions={
        **{(before, Move.ASSIGN): _A for before in (_S, _A, _C)},
        **{(before, Move.PASS_ON): _S for before in (_S, _A, _C)},
        **{(before, Move.ACCEPT): _C for before in (_S, _A, _C)},
        **{(before, Move.WORK): _P for before in (_S, _A, _C)},
        # Work that has begun is not unbegun by news of who does it.
        **{(_P, move): _P for move in _NEWS},
        **{(before, Move.CLOSE): _CLOSED for before in _OPEN},
        **{(before, Move.WITHDRAW): _WITHDRAWN for before in (*_OPEN, _JOINED)},
        **{(before, Move.JOIN): _JOINED for before in _OPEN},
        # Commitments live on after the case is closed, so news of them comes here too.
        **{(_CLOSED, move): _CLOSED for move in (*_NEWS, Move.CLOSE, *_SAID)},
        (_CLOSED, Move.REOPEN): _P,
        # A neighbour may not have heard yet that the resident took it back.
        **{(_WITHDRAWN, move): _WITHDRAWN for move in (*_NEWS, Move.CLOSE)},
        # Nor that it was joined. A case that was closed in that moment has an answer of its own and is joined no more.
        **{(_JOINED, move): _JOINED for move in _NEWS},
        (_JOINED, Move.CLOSE): _CLOSED,
        # The issue it was joined to may itself turn out to be the same as a third.
        (_JOINED, Move.JOIN): _JOINED,
        # What its resident says of the closing of the issue it is joined to; reopening opens that one.
        **{(_JOINED, move): _JOINED for move in (*_SAID, Move.REOPEN)},
        (_JOINED, Move.SPLIT): _S,
        (_JOINED, Move.SPLIT_TAKEN): _C,
        (_JOINED, Move.SPLIT_BEGUN): _P,
    },
)

_SPLITS: Mapping[State, Move] = {
    _S: Move.SPLIT,
    _A: Move.SPLIT,
    _C: Move.SPLIT_TAKEN,
    _P: Move.SPLIT_BEGUN,
}


def split_move(before: State) -> Move:
    """How an issue that stood at ``before`` when it was joined, or would stand there by now, is split.

    An order that nobody had answered was taken back, so such an issue goes to routing anew.
    """
    return _SPLITS[before]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an issue stands for its resident. ``followed`` is the state of the issue it is joined to, if it is.

    ``in_time``: the window in which the resident may speak about the closing is open.
    """

    state: State
    rated: bool
    word: Word = Word.AWAITED
    in_time: bool = True
    followed: State | None = None

    @property
    def is_closed(self) -> bool:
        """Whether there is a closing to speak about."""
        return (self.followed or self.state) is State.CLOSED

    def after(self, move: Move) -> State:
        """The state after a move of the resident. Raises IllegalMove; an outcome is rated once."""
        if not self.allows(move):
            raise IllegalMove(ISSUE.name, self.state, move)
        return ISSUE.after(self.state, move)

    def allows(self, move: Move) -> bool:
        """Whether the resident can make ``move`` now."""
        if not ISSUE.allows(self.state, move):
            return False
        match move:
            case Move.RATE:
                return self.is_closed and not self.rated
            case Move.CONFIRM:
                return self.is_closed and self.in_time and self.word is not Word.CONFIRMED
            case Move.REOPEN:
                return self.is_closed and self.in_time
            case _:
                return True

    def possible(self) -> Possible:
        """What the resident can do now, beside erasing, which is always possible."""
        return Possible(
            rate=self.allows(Move.RATE),
            confirm=self.allows(Move.CONFIRM),
            reopen=self.allows(Move.REOPEN),
            withdraw=self.allows(Move.WITHDRAW),
        )


@dataclass(frozen=True, slots=True)
class Possible:
    """What the resident can do now."""

    rate: bool
    confirm: bool
    reopen: bool
    withdraw: bool
