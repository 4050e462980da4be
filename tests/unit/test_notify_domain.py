"""The life of a notice: every state against every move, and how long is tried."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from services.notify.domain import PAUSES, TRANSITIONS, Audience, IllegalMove, Kind, Move, State, after, pause_after
from services.notify.http import pages
from services.notify.queue import KINDS
from shared.contracts.inner import IssueAssigned


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
    told = {Kind.ORDER, Kind.ASKED_IN, Kind.INVITATION, Kind.DEADLINE_NEAR, Kind.DEADLINE_MISSED, Kind.DEADLINE_TOLD}
    told |= {Kind.SUPERVISED, Kind.SUPERVISED_LATE, Kind.BRIEF_SETTLED}
    assert {kind for kind in Kind if kind.audience is Audience.MEMBER} == told


def test_a_colleague_who_took_an_order_is_not_asked_to_answer_it() -> None:
    common = {
        "occurred_at": datetime(2026, 3, 2, tzinfo=UTC), "reference": "7K3F-9XQC", "version_of_issue": 1,
        "member": "m-1", "station": "st-1", "attempt": 1, "answer_by": datetime(2026, 3, 4, tzinfo=UTC),
        "community": "c-1", "category": None, "channel": "web", "language": "ug",
        "submitted_at": datetime(2026, 3, 2, tzinfo=UTC),
    }  # fmt: skip
    told = KINDS[IssueAssigned]
    assert told(IssueAssigned(**common, chosen_by="colleague")) is None
    assert told(IssueAssigned(**common, chosen_by="stand-in")) is Kind.ORDER
    assert told(IssueAssigned(**common)) is Kind.ORDER


def test_every_kind_and_state_has_a_name_in_the_log() -> None:
    assert set(pages.KIND_NAMES) == set(Kind)
    assert set(pages.STATE_NAMES) == set(pages.STATE_BADGES) == set(State)
