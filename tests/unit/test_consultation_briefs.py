"""Every state of a brief crossed with every move."""

from __future__ import annotations

from itertools import product

import pytest

from services.consultation.domain import BriefMove, BriefState
from services.consultation.domain.handings import HANDING, OUTCOMES, HandingMove, HandingState
from services.consultation.usecases import moves
from shared.errors import Conflict

BY_HAND = {
    "draft": {"edit": "draft", "submit": "in-review"},
    "in-review": {"return": "returned", "number": "numbered"},
    "returned": {"edit": "returned", "submit": "in-review"},
    "numbered": {"hand-in": "handed-in", "hand-up": "handed-up"},
    "handed-up": {"take-back": "numbered", "adopt": "adopted", "answer": "answered", "not-adopt": "not-adopted"},
    "handed-in": {"adopt": "adopted", "answer": "answered", "not-adopt": "not-adopted"},
    "adopted": {},
    "answered": {},
    "not-adopted": {},
}


@pytest.mark.parametrize(("state", "move"), list(product(BriefState, BriefMove)))
def test_a_brief_moves_along_its_table_or_is_refused(state: BriefState, move: BriefMove) -> None:
    expected = BY_HAND[state].get(move)
    if expected is None:
        with pytest.raises(Conflict):
            moves.brief_after(state, move)
    else:
        assert moves.brief_after(state, move) == expected


@pytest.mark.parametrize("decided", [*([each] for each in OUTCOMES), [HandingMove.ADOPT, HandingMove.ANSWER]])
def test_both_bodies_end_alike_whoever_heard_first(decided: list[HandingMove]) -> None:
    below = above = HandingState.UNDECIDED
    for move in (HandingMove.TAKE_BACK, *decided):
        below = HANDING.after(below, move)
    for move in (*decided, HandingMove.TAKE_BACK):
        above = HANDING.after(above, move)
    assert below is above is HandingState.WITHDRAWN
