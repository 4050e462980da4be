"""The life of an issue as its resident sees it: every state with every move."""

from __future__ import annotations

from itertools import product

import pytest

from services.intake.domain import (
    ISSUE,
    RESIDENTS_MOVES,
    STAFF_MOVES,
    WORD,
    Contact,
    IllegalMove,
    Move,
    Standing,
    State,
    Word,
    WordMove,
    may_read_words,
    said_by_rating,
    split_move,
)

NEIGHBOURS_MOVES = set(Move) - RESIDENTS_MOVES - STAFF_MOVES
OPEN = (State.SUBMITTED, State.ASSIGNED, State.ACCEPTED, State.IN_PROGRESS)
REFUSED = {
    *product(OPEN, (Move.RATE, Move.CONFIRM, Move.REOPEN, Move.SPLIT, Move.SPLIT_TAKEN, Move.SPLIT_BEGUN)),
    *product((State.CLOSED,), (Move.WITHDRAW, *STAFF_MOVES)),
    *product((State.WITHDRAWN,), RESIDENTS_MOVES | STAFF_MOVES),
}


@pytest.mark.parametrize(("state", "move"), list(product(State, Move)))
def test_every_state_answers_every_move(state: State, move: Move) -> None:
    assert ISSUE.allows(state, move) is ((state, move) not in REFUSED)


def test_what_a_neighbour_reports_is_never_refused() -> None:
    assert all(ISSUE.allows(state, move) for state, move in product(State, NEIGHBOURS_MOVES))


@pytest.mark.parametrize("move", sorted(NEIGHBOURS_MOVES))
def test_what_the_resident_took_back_stays_so(move: Move) -> None:
    assert ISSUE.after(State.WITHDRAWN, move) is State.WITHDRAWN


@pytest.mark.parametrize("move", sorted(NEIGHBOURS_MOVES - {Move.CLOSE}))
def test_a_joined_issue_stays_joined_whatever_was_on_its_way(move: Move) -> None:
    assert ISSUE.after(State.JOINED, move) is State.JOINED


def test_a_split_issue_goes_back_to_where_it_was() -> None:
    after = {before: ISSUE.after(State.JOINED, split_move(before)) for before in OPEN}
    assert after == {
        State.SUBMITTED: State.SUBMITTED,
        State.ASSIGNED: State.SUBMITTED,  # the order was taken back, so somebody is asked anew
        State.ACCEPTED: State.ACCEPTED,
        State.IN_PROGRESS: State.IN_PROGRESS,
    }


def test_an_outcome_is_rated_once() -> None:
    with pytest.raises(IllegalMove):
        Standing(State.CLOSED, rated=True).after(Move.RATE)
    assert not Standing(State.CLOSED, rated=True).possible().rate
    assert Standing(State.CLOSED, rated=False).possible().rate


@pytest.mark.parametrize("followed", list(State))
def test_a_joined_resident_speaks_about_the_closing_of_the_issue_joined(followed: State) -> None:
    can = Standing(State.JOINED, rated=False, followed=followed).possible()
    is_closed = followed is State.CLOSED
    assert (can.rate, can.confirm, can.reopen, can.withdraw) == (is_closed, is_closed, is_closed, True)


def test_after_the_window_an_answer_is_neither_confirmed_nor_reopened_but_rated() -> None:
    can = Standing(State.CLOSED, rated=False, in_time=False).possible()
    assert (can.rate, can.confirm, can.reopen) == (True, False, False)


def test_what_was_confirmed_can_still_be_disputed() -> None:
    can = Standing(State.CLOSED, rated=True, word=Word.CONFIRMED).possible()
    assert (can.confirm, can.reopen) == (False, True)


@pytest.mark.parametrize(
    ("rating", "word"),
    [("satisfied", Word.CONFIRMED), ("unsatisfied", Word.DISPUTED), ("partly", Word.AWAITED)],
)
def test_a_rating_is_a_word_unless_it_is_half_of_one(rating: str, word: Word) -> None:
    move = said_by_rating(rating)
    assert (WORD.after(Word.AWAITED, move) if move else Word.AWAITED) is word


def test_only_who_has_said_nothing_falls_silent() -> None:
    assert WORD.states_allowing(WordMove.FALL_SILENT) == (Word.AWAITED,)


@pytest.mark.parametrize(
    ("role", "who", "may"),
    [
        ("officer", {}, True),
        ("dispatcher", {}, True),
        ("member", {"member": "m1"}, True),
        ("member", {"member": "m2"}, False),
        ("member", {"member": "m3", "holders": ("m1", "m3")}, True),
        ("member", {"member": None, "holders": ()}, False),
        ("clerk", {}, True),
        ("clerk", {"stations": ("st1", "st9")}, True),
        ("clerk", {"stations": ("st9",)}, False),
        ("service", {}, False),
        ("stranger", {}, False),
    ],
)
def test_who_may_read_the_words(role: str, who: dict[str, object], may: bool) -> None:
    case = {"member": None, "stations": (), "holders": ("m1",), "station": "st1"} | who
    assert may_read_words(role, **case) is may  # type: ignore[arg-type]


def test_a_mailbox_is_preferred_to_a_telephone() -> None:
    assert Contact(phone="1", email="a@b.cn").reply_by == "email"
    assert Contact(phone="1").reply_by == "phone"
    assert Contact(name="N").reply_by == "none"
