"""The rules of intake, in the words of the office; nothing here knows how it is stored or asked."""

from __future__ import annotations

from services.intake.domain.issue import (
    ISSUE,
    RESIDENTS_MOVES,
    SHARED_STEPS,
    STAFF_MOVES,
    IllegalMove,
    Move,
    Possible,
    Standing,
    State,
    Step,
    split_move,
)
from services.intake.domain.people import Contact, may_read_words
from services.intake.domain.word import WORD, Word, WordMove, said_by_rating

__all__ = [
    "ISSUE",
    "RESIDENTS_MOVES",
    "SHARED_STEPS",
    "STAFF_MOVES",
    "WORD",
    "Contact",
    "IllegalMove",
    "Move",
    "Possible",
    "Standing",
    "State",
    "Step",
    "Word",
    "WordMove",
    "may_read_words",
    "said_by_rating",
    "split_move",
]
