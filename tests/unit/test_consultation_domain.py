"""Every state crossed with every move, against a second telling of the rules by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consultation import domain
from services.consultation.domain import (
    CaseMove,
    CaseState,
    CommitmentMove,
    CommitmentState,
    ConsultationMove,
    ConsultationState,
    Outcome,
    Quality,
    ReferralMove,
    ReferralState,
    is_overdue,
    may_write,
    rests_on_surveys,
)
from services.consultation.usecases import moves
from shared.errors import Conflict
from shared.states import IllegalMove

CASE_BY_HAND = {
    "assigned": {
        "assign": "assigned",
        "accept": "in-progress",
        "decline": "returned",
        "time-out": "returned",
        "return": "returned",
        "hear-reply": "assigned",
        "withdraw": "withdrawn",
    },
    "returned": {"assign": "assigned", "hear-reply": "returned", "withdraw": "withdrawn"},
    "in-progress": {
        "assign": "assigned",
        "return": "returned",
        "work": "in-progress",
        "note": "in-progress",
        "press": "in-progress",
        "hear-reply": "in-progress",
        "close": "closed",
        "withdraw": "withdrawn",
    },
    "closed": {
        "note": "closed",
        "press": "closed",
        "hear-reply": "closed",
        "reopen": "in-progress",
        "withdraw": "withdrawn",
    },
    "withdrawn": {"hear-reply": "withdrawn"},
}


@pytest.mark.parametrize(("state", "move"), list(product(CaseState, CaseMove)))
def test_a_case_moves_along_its_table_or_is_refused(state: CaseState, move: CaseMove) -> None:
    expected = CASE_BY_HAND[state].get(move)
    if expected is None:
        with pytest.raises(IllegalMove):
            domain.CASE.after(state, move)
        with pytest.raises(Conflict):
            moves.case_after(state, move)
    else:
        assert domain.CASE.after(state, move) == moves.case_after(state, move) == expected


CONSULTATION_BY_HAND = {
    "open": {"change": "open", "contribute": "open", "cancel": "cancelled", "hold": "held"},
    "held": {"contribute": "held", "minute": "held", "close": "closed"},
    "closed": {},
    "cancelled": {},
}


@pytest.mark.parametrize(("state", "move"), list(product(ConsultationState, ConsultationMove)))
def test_a_consultation_is_opened_held_and_closed_in_this_order_or_called_off(
    state: ConsultationState, move: ConsultationMove
) -> None:
    expected = CONSULTATION_BY_HAND[state].get(move)
    if expected is None:
        with pytest.raises(Conflict):
            moves.consultation_after(state, move)
    else:
        assert moves.consultation_after(state, move) == expected


@pytest.mark.parametrize(("state", "move"), list(product(CommitmentState, CommitmentMove)))
def test_a_commitment_is_settled_once(state: CommitmentState, move: CommitmentMove) -> None:
    if state is CommitmentState.OPEN:
        expected = {"report": "open", "keep": "kept", "drop": "dropped"}
        assert moves.commitment_after(state, move) == expected[move.value]
    else:
        with pytest.raises(Conflict, match="already settled"):
            moves.commitment_after(state, move)


REFERRAL_BY_HAND = {
    "made": {"remind": "reminded", "fall-due": "overdue", "reply": "replied"},
    "reminded": {"remind": "reminded", "supervise": "supervised", "fall-due": "overdue", "reply": "replied"},
    "supervised": {"remind": "supervised", "supervise": "supervised", "fall-due": "overdue", "reply": "replied"},
    "overdue": {"remind": "overdue", "supervise": "supervised", "reply": "replied"},
    "replied": {},
}


@pytest.mark.parametrize(("state", "move"), list(product(ReferralState, ReferralMove)))
def test_a_referral_is_pressed_for_until_its_one_reply(state: ReferralState, move: ReferralMove) -> None:
    expected = REFERRAL_BY_HAND[state].get(move)
    if expected is None:
        with pytest.raises(IllegalMove):
            domain.REFERRAL.after(state, move)
        with pytest.raises(Conflict):
            moves.referral_after(state, move)
    else:
        assert domain.REFERRAL.after(state, move) == moves.referral_after(state, move) == expected


@pytest.mark.parametrize(("outcome", "quality"), list(product(Outcome, Quality)))
def test_a_grade_never_says_more_than_the_outcome(outcome: Outcome, quality: Quality) -> None:
    by_hand = {"solved": "AB", "planned": "BC", "answered": "D"}
    assert domain.admits(outcome, quality) == (quality.value in by_hand.get(outcome.value, ""))


@pytest.mark.parametrize("outcome", list(Outcome))
def test_an_outcome_grades_itself_where_nothing_else_is_said(outcome: Outcome) -> None:
    graded = domain.default_quality(outcome)
    assert graded == {"solved": "A", "planned": "C", "answered": "D"}.get(outcome.value)
    assert graded is None or domain.admits(outcome, graded)


@pytest.mark.parametrize(
    ("code", "state", "move"),
    [
        ("not-accepted-yet", CaseState.ASSIGNED, CaseMove.WORK),
        ("not-accepted-yet", CaseState.RETURNED, CaseMove.CLOSE),
        ("case-closed", CaseState.CLOSED, CaseMove.CLOSE),
        ("case-withdrawn", CaseState.WITHDRAWN, CaseMove.WORK),
        ("case-in-progress", CaseState.IN_PROGRESS, CaseMove.ACCEPT),
    ],
)
def test_a_refused_move_says_what_stands_in_the_way(code: str, state: CaseState, move: CaseMove) -> None:
    with pytest.raises(Conflict) as refusal:
        moves.case_after(state, move)
    assert refusal.value.code == code


def test_no_survey_no_consultation() -> None:
    day, before, later = date(2023, 1, 6), date(2023, 1, 5), date(2023, 1, 7)
    assert not rests_on_surveys([], day)
    assert rests_on_surveys([before], day)
    assert rests_on_surveys([day], day)
    assert not rests_on_surveys([before, later], day)


MOMENTS = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2030, 1, 1), timezones=st.just(UTC))


@given(
    state=st.sampled_from(ConsultationState), until=st.none() | MOMENTS, at=MOMENTS, later=st.timedeltas(timedelta())
)
def test_a_contribution_that_is_too_late_stays_too_late(
    state: ConsultationState, until: datetime | None, at: datetime, later: timedelta
) -> None:
    if until is None:
        assert may_write(state, until, at) is (state is ConsultationState.OPEN)
    elif not may_write(state, until, at):
        assert at >= until
        assert not may_write(state, until, at + min(later, timedelta(days=3650)))
    else:
        assert at < until


@given(state=st.sampled_from(CommitmentState), due=st.dates(), today=st.dates())
def test_only_what_is_open_and_past_its_day_is_overdue(state: CommitmentState, due: date, today: date) -> None:
    assert is_overdue(state, due, today) is (state is CommitmentState.OPEN and today > due)
    assert not is_overdue(state, due, due)


@given(made=st.lists(st.dates(), min_size=1), on=st.dates())
def test_one_survey_too_late_takes_the_ground_from_all(made: list[date], on: date) -> None:
    assert rests_on_surveys(made, on) is all(day <= on for day in made)
    assert rests_on_surveys(made, max(made))
