"""The life of a commitment: it outlives the case and the consultation it was made in (协商成果转化落实闭环)."""

from __future__ import annotations

from datetime import date
from enum import StrEnum

from shared.states import Table


class CommitmentState(StrEnum):
    """A commitment lives on, whatever becomes of its case, until it is kept or dropped with a reason."""

    OPEN = "open"
    KEPT = "kept"
    DROPPED = "dropped"


class CommitmentMove(StrEnum):
    """What may be done with a commitment."""

    REPORT = "report"
    """Say how far it has come."""
    KEEP = "keep"
    DROP = "drop"


COMMITMENT = Table(
    name="commitment",
    title="The life of a commitment",
    states=CommitmentState,
    moves=CommitmentMove,
    begins=(CommitmentState.OPEN,),
    transitions={
        (CommitmentState.OPEN, CommitmentMove.REPORT): CommitmentState.OPEN,
        (CommitmentState.OPEN, CommitmentMove.KEEP): CommitmentState.KEPT,
        (CommitmentState.OPEN, CommitmentMove.DROP): CommitmentState.DROPPED,
    },
)


def is_overdue(state: CommitmentState, due_on: date, today: date) -> bool:
    """Whether the day it was promised for is past, in the body's own calendar, and nothing came of it yet."""
    return state is CommitmentState.OPEN and due_on < today
