"""The life of an issue as its resident sees it.

Three hands move it: the resident, the routing service and the consultation service. The resident may be told
"no"; what a neighbour reports has happened, so every state has an answer to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class State(StrEnum):
    """Where an issue stands."""

    SUBMITTED = "submitted"
    ASSIGNED = "assigned"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in-progress"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Move(StrEnum):
    """What can happen to an issue."""

    ASSIGN = "assign"
    PASS_ON = "pass-on"
    ACCEPT = "accept"
    WORK = "work"
    CLOSE = "close"
    RATE = "rate"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"


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
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    ERASED = "erased"


RESIDENTS_MOVES = frozenset({Move.RATE, Move.REOPEN, Move.WITHDRAW})

_S, _A, _C, _P = State.SUBMITTED, State.ASSIGNED, State.ACCEPTED, State.IN_PROGRESS
_CLOSED, _WITHDRAWN = State.CLOSED, State.WITHDRAWN

TRANSITIONS: Mapping[State, Mapping[Move, State]] = {
    _S: {
        Move.ASSIGN: _A,
        Move.PASS_ON: _S,
        Move.ACCEPT: _C,
        Move.WORK: _P,
        Move.CLOSE: _CLOSED,
        Move.WITHDRAW: _WITHDRAWN,
    },
    _A: {
        Move.ASSIGN: _A,
        Move.PASS_ON: _S,
        Move.ACCEPT: _C,
        Move.WORK: _P,
        Move.CLOSE: _CLOSED,
        Move.WITHDRAW: _WITHDRAWN,
    },
    _C: {
        Move.ASSIGN: _A,
        Move.PASS_ON: _S,
        Move.ACCEPT: _C,
        Move.WORK: _P,
        Move.CLOSE: _CLOSED,
        Move.WITHDRAW: _WITHDRAWN,
    },
    # Work that has begun is not unbegun by news of who does it.
    _P: {
        Move.ASSIGN: _P,
        Move.PASS_ON: _P,
        Move.ACCEPT: _P,
        Move.WORK: _P,
        Move.CLOSE: _CLOSED,
        Move.WITHDRAW: _WITHDRAWN,
    },
    # Commitments live on after the case is closed, so news of them comes here too.
    _CLOSED: {
        Move.ASSIGN: _CLOSED,
        Move.PASS_ON: _CLOSED,
        Move.ACCEPT: _CLOSED,
        Move.WORK: _CLOSED,
        Move.CLOSE: _CLOSED,
        Move.RATE: _CLOSED,
        Move.REOPEN: _P,
    },
    # A neighbour may not have heard yet that the resident took it back.
    _WITHDRAWN: dict.fromkeys((Move.ASSIGN, Move.PASS_ON, Move.ACCEPT, Move.WORK, Move.CLOSE), _WITHDRAWN),
}


class IllegalMove(Exception):
    """An issue in ``state`` does not allow ``move``."""

    def __init__(self, state: State, move: Move) -> None:
        super().__init__(f"{move} is not possible while {state}")
        self.state = state
        self.move = move


def moved(state: State, move: Move, *, rated: bool = False) -> State:
    """The state after ``move``. Raises IllegalMove; an outcome is rated once, until it is reopened."""
    after = TRANSITIONS[state].get(move)
    if after is None or (move is Move.RATE and rated):
        raise IllegalMove(state, move)
    return after


def allows(state: State, move: Move, *, rated: bool = False) -> bool:
    """Whether ``move`` is possible now."""
    return move in TRANSITIONS[state] and not (move is Move.RATE and rated)


@dataclass(frozen=True, slots=True)
class Possible:
    """What the resident can do now."""

    rate: bool
    reopen: bool
    withdraw: bool


def possible(state: State, *, rated: bool) -> Possible:
    """What a resident whose issue is in ``state`` can do, beside erasing, which is always possible."""
    return Possible(
        rate=allows(state, Move.RATE, rated=rated),
        reopen=allows(state, Move.REOPEN),
        withdraw=allows(state, Move.WITHDRAW),
    )


@dataclass(frozen=True, slots=True)
class Contact:
    """How a resident can be told; at least one of ``phone`` and ``email`` is needed for that."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None

    @property
    def reply_by(self) -> Literal["email", "phone", "none"]:
        """``email``, else ``phone``, else ``none``."""
        return "email" if self.email else "phone" if self.phone else "none"


def may_read_words(
    role: str, *, member: str | None, stations: tuple[str, ...], holder: str | None, station: str | None
) -> bool:
    """Whether somebody in ``role`` has a reason to read what a resident wrote.

    Officers and dispatchers answer for the whole body; a member reads while the order is theirs (``holder``); a
    clerk reads what came to one of the clerk's ``stations``, all of them where none is named.
    """
    if role in ("officer", "dispatcher"):
        return True
    if role == "member":
        return member is not None and member == holder
    if role == "clerk":
        return not stations or station in stations
    return False
