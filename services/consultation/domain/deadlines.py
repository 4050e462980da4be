"""The life of a deadline: something is owed by a moment, in working time of the body."""

from __future__ import annotations

from enum import StrEnum

from shared.contracts.words import DeadlineKind
from shared.states import Table


class DeadlineState(StrEnum):
    """Where a deadline stands."""

    RUNNING = "running"
    PAUSED = "paused"
    """Its time stands still, for a reason."""
    MISSED = "missed"
    """It passed, and what was owed is still owed."""
    MET = "met"
    MET_LATE = "met-late"
    RELEASED = "released"
    """Nobody owes it any longer: the resident took the issue back, the commitment was dropped."""


class DeadlineMove(StrEnum):
    """What may become of a deadline."""

    PAUSE = "pause"
    RESUME = "resume"
    MISS = "miss"
    MEET = "meet"
    MEET_LATE = "meet-late"
    RELEASE = "release"


DEADLINE = Table(
    name="deadline",
    title="The life of a deadline",
    states=DeadlineState,
    moves=DeadlineMove,
    begins=(DeadlineState.RUNNING,),
    transitions={
        (DeadlineState.RUNNING, DeadlineMove.PAUSE): DeadlineState.PAUSED,
        (DeadlineState.RUNNING, DeadlineMove.MISS): DeadlineState.MISSED,
        (DeadlineState.RUNNING, DeadlineMove.MEET): DeadlineState.MET,
        (DeadlineState.RUNNING, DeadlineMove.MEET_LATE): DeadlineState.MET_LATE,
        (DeadlineState.RUNNING, DeadlineMove.RELEASE): DeadlineState.RELEASED,
        (DeadlineState.PAUSED, DeadlineMove.RESUME): DeadlineState.RUNNING,
        (DeadlineState.PAUSED, DeadlineMove.MEET): DeadlineState.MET,
        (DeadlineState.PAUSED, DeadlineMove.RELEASE): DeadlineState.RELEASED,
        # A paper record, entered after the time was over, shows that it was done before.
        (DeadlineState.MISSED, DeadlineMove.MEET): DeadlineState.MET,
        (DeadlineState.MISSED, DeadlineMove.MEET_LATE): DeadlineState.MET_LATE,
        (DeadlineState.MISSED, DeadlineMove.RELEASE): DeadlineState.RELEASED,
    },
)

OWED = (DeadlineState.RUNNING, DeadlineState.PAUSED, DeadlineState.MISSED)
"""States in which somebody still has to do something."""

PAUSABLE: tuple[DeadlineKind, ...] = ("first-contact", "answer", "referral-reply")
"""A commitment is somebody's word with its own date, which is not the office's to move."""
