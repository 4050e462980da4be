"""The life of an order over every state and move, and who is asked before whom."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.routing.domain.choosing import Candidate, Criterion, Load, Matter, Nearness, Neighbourhoods
from services.routing.domain.order import CARRIED, ORDER, Move, OrderState

MATTER = Matter(community="c", station="s", township="t", category="roads", language="ug")


def candidate(code: str, **more: Any) -> Candidate:
    own: dict[str, Any] = {
        "stations": {"s"}, "communities": {"c"}, "townships": {"t"}, "expertise": (), "languages": ("zh-Hans",),
    }  # fmt: skip
    return Candidate(code, **{name: frozenset(value) for name, value in {**own, **more}.items()})


def test_only_the_withdrawn_order_is_left_by_nothing_and_every_carried_one_can_be_withdrawn() -> None:
    assert ORDER.ends() == (OrderState.WITHDRAWN,)
    assert all(ORDER.after(state, Move.WITHDRAW) is OrderState.WITHDRAWN for state in CARRIED)


# Each pair: who is asked, who comes next, what told them apart.
BETTER = {
    Criterion.MATTER: (candidate("z", expertise=["roads"]), candidate("a", languages=["ug"])),
    Criterion.LANGUAGE: (candidate("z", languages=["ug"]), candidate("a")),
    Criterion.LOAD: (candidate("free"), candidate("busy")),
    Criterion.TURN: (candidate("rested"), candidate("recent")),
    Criterion.COMMUNITY: (candidate("b"), candidate("a", communities=["c2"])),
    Criterion.CODE: (candidate("a"), candidate("b")),
}
LOADS = {
    "busy": Load(1),
    "recent": Load(0, datetime(2026, 1, 2, tzinfo=UTC)),
    "rested": Load(0, datetime(2026, 1, 1, tzinfo=UTC)),
}


@pytest.mark.parametrize("criterion", BETTER)
def test_among_those_equally_near_each_criterion_decides_in_its_turn(criterion: Criterion) -> None:
    better, other = BETTER[criterion]
    choice = Neighbourhoods([other, better]).choose(MATTER, LOADS)
    assert choice is not None and choice.next is not None
    assert (choice.first.member, choice.next.member) == (better.code, other.code)
    assert (choice.decided_by, choice.considered) == (criterion, 2)


def test_the_members_of_the_station_are_asked_before_everybody_farther_away() -> None:
    here = candidate("here")
    at_station = candidate("station", communities=["c2"], expertise=["roads"], languages=["ug"])
    in_township = candidate("township", communities=["c2"], stations=["s2"], expertise=["roads"], languages=["ug"])
    far = candidate("far", communities=["c9"], stations=["s9"], townships=["t9"], expertise=["roads"])
    neighbourhoods = Neighbourhoods([far, in_township, at_station, here])
    asked: list[str] = []
    seen = []
    while choice := neighbourhoods.choose(MATTER, {"here": Load(99)}, asked):
        asked.append(choice.first.member)
        seen.append((choice.first.member, choice.first.nearness, choice.decided_by))
    assert seen == [
        ("station", Nearness.STATION, Criterion.MATTER),  # knows the matter, though another covers the community
        ("here", Nearness.COMMUNITY, Criterion.NEARNESS),
        ("township", Nearness.TOWNSHIP, Criterion.NEARNESS),
        ("far", Nearness.BODY, None),
    ]


def test_a_language_is_shared_whatever_its_letters() -> None:
    matter = Matter("c", "s", "t", None, "kk")
    choice = Neighbourhoods([candidate("a"), candidate("b", languages=["kk-Arab"])]).choose(matter, {})
    assert choice is not None and choice.first.member == "b" and choice.first.speaks_language


def test_nobody_is_chosen_from_nobody() -> None:
    assert Neighbourhoods([]).choose(MATTER, {}) is None
    assert Neighbourhoods([candidate("a")]).choose(MATTER, {}, ["a"]) is None


_codes = st.sampled_from(["x", "y", "c", "s", "t"])
_candidates = st.lists(
    st.builds(
        candidate,
        st.text("abcdefgh", min_size=1, max_size=3),
        stations=st.sets(_codes),
        communities=st.sets(_codes),
        townships=st.sets(_codes),
        expertise=st.sets(st.sampled_from(["roads", "water"])),
        languages=st.sets(st.sampled_from(["ug", "zh-Hans"])),
    ),
    max_size=12,
    unique_by=lambda each: each.code,
)
_loads = st.dictionaries(st.text("abcdefgh", min_size=1, max_size=3), st.builds(Load, st.integers(0, 5)))


@given(_candidates, _loads, st.randoms())
def test_everybody_is_asked_once_and_the_order_of_the_file_never_matters(
    candidates: list[Candidate], loads: dict[str, Load], random: Any
) -> None:
    def order_of(members: list[Candidate]) -> list[str]:
        neighbourhoods, asked = Neighbourhoods(members), []
        while choice := neighbourhoods.choose(MATTER, loads, asked):
            asked.append(choice.first.member)
        return asked

    once = order_of(candidates)
    assert sorted(once) == sorted(each.code for each in candidates)
    random.shuffle(candidates)
    assert order_of(candidates) == once
    suggested = Neighbourhoods(candidates).suggestions(MATTER, loads, 5)
    assert [each.member for each in suggested] == once[:5]
