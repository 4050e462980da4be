"""The life of a brief that was handed up: one table for the body that did and for its parent."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from shared.contracts.words import BriefOutcome
from shared.states import Table


class HandingState(StrEnum):
    """How far it has come."""

    UNDECIDED = "undecided"
    ADOPTED = "adopted"
    ANSWERED = "answered"
    NOT_ADOPTED = "not-adopted"
    WITHDRAWN = "withdrawn"


class HandingMove(StrEnum):
    """What the two bodies do: the one that handed it up takes it back, the parent does the rest."""

    ADOPT = "adopt"
    ANSWER = "answer"
    NOT_ADOPT = "not-adopt"
    TAKE_BACK = "take-back"


_UNDECIDED, _WITHDRAWN = HandingState.UNDECIDED, HandingState.WITHDRAWN
_ADOPTED, _ANSWERED, _NOT_ADOPTED = HandingState.ADOPTED, HandingState.ANSWERED, HandingState.NOT_ADOPTED

HANDING = Table(
    name="brief-handing",
    title="The life of a brief that was handed up, at both bodies",
    states=HandingState,
    moves=HandingMove,
    begins=(_UNDECIDED,),
    transitions={
        (_UNDECIDED, HandingMove.ADOPT): _ADOPTED,
        (_UNDECIDED, HandingMove.ANSWER): _ANSWERED,
        (_UNDECIDED, HandingMove.NOT_ADOPT): _NOT_ADOPTED,
        # What came of it is often known long after it was adopted.
        (_ADOPTED, HandingMove.ANSWER): _ANSWERED,
        (_UNDECIDED, HandingMove.TAKE_BACK): _WITHDRAWN,
        # A decision and its being taken back that crossed: it is withdrawn at both, whoever heard first.
        (_ADOPTED, HandingMove.TAKE_BACK): _WITHDRAWN,
        (_ANSWERED, HandingMove.TAKE_BACK): _WITHDRAWN,
        (_NOT_ADOPTED, HandingMove.TAKE_BACK): _WITHDRAWN,
        (_WITHDRAWN, HandingMove.ADOPT): _WITHDRAWN,
        (_WITHDRAWN, HandingMove.ANSWER): _WITHDRAWN,
        (_WITHDRAWN, HandingMove.NOT_ADOPT): _WITHDRAWN,
    },
)
"""Every move there is, done here or heard from the other body."""

CHOSEN: Mapping[HandingMove, tuple[HandingState, ...]] = {
    HandingMove.ADOPT: (_UNDECIDED,),
    HandingMove.ANSWER: (_UNDECIDED, _ADOPTED),
    HandingMove.NOT_ADOPT: (_UNDECIDED,),
    HandingMove.TAKE_BACK: (_UNDECIDED,),
}
"""From which states a person makes a move; from the others it only happens because news cross."""

OUTCOMES: Mapping[HandingMove, BriefOutcome] = {
    HandingMove.ADOPT: "adopted",
    HandingMove.ANSWER: "answered",
    HandingMove.NOT_ADOPT: "not-adopted",
}
"""What the parent says with each of its moves."""

MOVES: Mapping[BriefOutcome, HandingMove] = {outcome: move for move, outcome in OUTCOMES.items()}
"""The move that is heard of."""
