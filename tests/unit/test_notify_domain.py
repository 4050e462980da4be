"""The life of a notice: every state against every move, and how long is tried."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from services.notify.domain import PAUSES, TRANSITIONS, Audience, IllegalMove, Kind, Move, State, after, pause_after


@pytest.mark.parametrize(("state", "move"), list(itertools.product(State, Move)))
def test_only_what_waits_can_move(state: State, move: Move) -> None:
    if (state, move) in TRANSITIONS:
        assert state in (State.QUEUED, State.FAILED)
        assert after(state, move) is TRANSITIONS[state, move]
    else:
        assert state not in (State.QUEUED, State.FAILED)
        with pytest.raises(IllegalMove):
            after(state, move)


def test_pauses_grow_and_end() -> None:
    pauses = [pause_after(tries) for tries in range(1, len(PAUSES) + 1)]
    assert pauses == sorted(pauses, key=lambda pause: pause or timedelta())
    assert pause_after(len(PAUSES) + 1) is None


def test_members_are_told_of_what_they_have_to_do() -> None:
    told = {Kind.ORDER, Kind.INVITATION, Kind.DEADLINE_NEAR, Kind.DEADLINE_MISSED, Kind.DEADLINE_TOLD}
    assert {kind for kind in Kind if kind.audience is Audience.MEMBER} == told
