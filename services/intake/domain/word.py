"""The resident's own word about a closing, which stands beside what the body says of it.

It is asked for with each closing, for as long as the body's window is open; whoever says nothing in that time has
said that: silence is neither agreement nor complaint, and is counted as itself.
"""

from __future__ import annotations

from enum import StrEnum
from itertools import product

from shared.states import Table


class Word(StrEnum):
    """What the resident says of the last closing."""

    AWAITED = "awaited"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    SILENT = "silent"


class WordMove(StrEnum):
    """What can happen to it."""

    CONFIRM = "confirm"
    DISPUTE = "dispute"
    FALL_SILENT = "fall-silent"
    ASK_AGAIN = "ask-again"
    """The issue was closed once more, or joined or split: there is another closing to speak about."""


WORD: Table[Word, WordMove] = Table(
    name="word",
    title="The resident's own word about a closing",
    states=Word,
    moves=WordMove,
    begins=(Word.AWAITED,),
    transitions={
        # Somebody may change their mind while there is time; and a record on paper may be older than the silence.
        **{(word, WordMove.CONFIRM): Word.CONFIRMED for word in Word},
        **{(word, WordMove.DISPUTE): Word.DISPUTED for word in Word},
        **dict.fromkeys(product(Word, (WordMove.ASK_AGAIN,)), Word.AWAITED),
        (Word.AWAITED, WordMove.FALL_SILENT): Word.SILENT,
    },
)


def said_by_rating(rating: str) -> WordMove | None:
    """What a rating says of the closing: satisfied confirms it, unsatisfied disputes it, partly leaves it open."""
    return {"satisfied": WordMove.CONFIRM, "unsatisfied": WordMove.DISPUTE}.get(rating)
