"""The life of an issue as its resident sees it: every state with every move."""

from __future__ import annotations

from itertools import product

import pytest

from services.intake.domain import (
    RESIDENTS_MOVES,
    TRANSITIONS,
    Contact,
    IllegalMove,
    Move,
    State,
    allows,
    may_read_words,
    moved,
    possible,
)

REFUSED = {
    *product((State.SUBMITTED, State.ASSIGNED, State.ACCEPTED, State.IN_PROGRESS), (Move.RATE, Move.REOPEN)),
    (State.CLOSED, Move.WITHDRAW),
    *product((State.WITHDRAWN,), RESIDENTS_MOVES),
}


@pytest.mark.parametrize(("state", "move"), list(product(State, Move)))
def test_every_state_answers_every_move(state: State, move: Move) -> None:
    if (state, move) in REFUSED:
        with pytest.raises(IllegalMove):
            moved(state, move)
        assert not allows(state, move)
    else:
        assert moved(state, move) is TRANSITIONS[state][move]
        assert allows(state, move)


def test_what_a_neighbour_reports_is_never_refused() -> None:
    assert all(allows(state, move) for state, move in product(State, set(Move) - RESIDENTS_MOVES))


@pytest.mark.parametrize("move", sorted(set(Move) - RESIDENTS_MOVES))
def test_what_the_resident_took_back_stays_so(move: Move) -> None:
    assert moved(State.WITHDRAWN, move) is State.WITHDRAWN


def test_an_outcome_is_rated_once() -> None:
    with pytest.raises(IllegalMove):
        moved(State.CLOSED, Move.RATE, rated=True)
    assert not possible(State.CLOSED, rated=True).rate
    assert possible(State.CLOSED, rated=False).rate


@pytest.mark.parametrize(
    ("role", "who", "may"),
    [
        ("officer", {}, True),
        ("dispatcher", {}, True),
        ("member", {"member": "m1"}, True),
        ("member", {"member": "m2"}, False),
        ("member", {"member": None, "holder": None}, False),
        ("clerk", {}, True),
        ("clerk", {"stations": ("st1", "st9")}, True),
        ("clerk", {"stations": ("st9",)}, False),
        ("service", {}, False),
        ("stranger", {}, False),
    ],
)
def test_who_may_read_the_words(role: str, who: dict[str, object], may: bool) -> None:
    case = {"member": None, "stations": (), "holder": "m1", "station": "st1"} | who
    assert may_read_words(role, **case) is may  # type: ignore[arg-type]


def test_a_mailbox_is_preferred_to_a_telephone() -> None:
    assert Contact(phone="1", email="a@b.cn").reply_by == "email"
    assert Contact(phone="1").reply_by == "phone"
    assert Contact(name="N").reply_by == "none"
