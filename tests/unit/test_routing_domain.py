"""The life of an order, and who is asked before whom."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.routing.domain.choosing import Choice, Neighbourhoods, choose, ranked
from services.routing.domain.order import CARRIED, ORDER, Move, OrderState
from services.routing.domain.people import Candidate, Load, Matter, Nearness
from services.routing.domain.rule import USUAL, Criterion, Rule, faults_of, key_of

MATTER = Matter(community="c", station="s", township="t", category="roads", language="ug")
UNTIL = date(2026, 3, 20)


@dataclass(frozen=True)
class Away:
    """A leave."""

    member: str
    stand_in: str | None = None
    until: date = UNTIL


@dataclass
class Today:
    """A day on which these are away, out of term, on duty."""

    away: tuple[Away, ...] = ()
    out_of_term: Collection[str] = ()
    on_duty_at: Collection[str] = ()
    _leaves: dict[str, Away] = field(init=False)

    def __post_init__(self) -> None:
        self._leaves = {leave.member: leave for leave in self.away}

    def in_term(self, member: str) -> bool:
        return member not in self.out_of_term

    def on_leave(self, member: str) -> Away | None:
        return self._leaves.get(member)

    def on_duty(self, station: str) -> bool:
        return station in self.on_duty_at


def candidate(code: str, **more: Any) -> Candidate:
    own: dict[str, Any] = {
        "stations": {"s"}, "communities": {"c"}, "townships": {"t"}, "expertise": (), "languages": ("zh-Hans",),
    }  # fmt: skip
    return Candidate(code, **{name: frozenset(value) for name, value in {**own, **more}.items()})


def far(code: str, **more: Any) -> Candidate:
    """Somebody in another township."""
    return candidate(code, **{"stations": {"s9"}, "communities": {"c9"}, "townships": {"t9"}, **more})


def chosen(
    candidates: Collection[Candidate],
    loads: Mapping[str, Load] | None = None,
    asked: Collection[str] = (),
    *,
    matter: Matter = MATTER,
    rule: Rule = USUAL,
    day: Today | None = None,
) -> Choice | None:
    shortlist = Neighbourhoods(candidates).shortlist(matter, rule, day or Today(), asked)
    return choose(shortlist, loads or {})


def test_only_the_withdrawn_order_is_left_by_nothing_and_every_carried_one_can_be_withdrawn() -> None:
    assert ORDER.ends() == (OrderState.WITHDRAWN,)
    assert all(ORDER.after(state, Move.WITHDRAW) is OrderState.WITHDRAWN for state in CARRIED)


# Each pair: who is asked, who comes next, what told them apart.
BETTER = {
    Criterion.DUTY: (candidate("z", stations=["s", "s2"]), candidate("a", expertise=["roads"])),
    Criterion.MATTER: (candidate("z", expertise=["roads"]), candidate("a", languages=["ug"])),
    Criterion.LANGUAGE: (candidate("z", languages=["ug"]), candidate("a")),
    Criterion.LOAD: (candidate("free"), candidate("busy")),
    Criterion.RECENT: (candidate("seldom"), candidate("often")),
    Criterion.TURN: (candidate("rested"), candidate("recent")),
    Criterion.COMMUNITY: (candidate("b"), candidate("a", communities=["c2"])),
    Criterion.CODE: (candidate("a"), candidate("b")),
    Criterion.NEARNESS: (candidate("z"), far("a", expertise=["roads"], languages=["ug"])),
}
LOADS = {
    "busy": Load(open_orders=1),
    "often": Load(recent_orders=2),
    "seldom": Load(recent_orders=1, last_assigned_at=datetime(2026, 3, 1, tzinfo=UTC)),
    "recent": Load(last_assigned_at=datetime(2026, 3, 1, tzinfo=UTC)),
    "rested": Load(last_assigned_at=datetime(2026, 2, 1, tzinfo=UTC)),
}


@pytest.mark.parametrize("criterion", list(Criterion))
def test_each_criterion_decides_where_the_ones_before_it_are_equal(criterion: Criterion) -> None:
    better, other = BETTER[criterion]
    matter = replace(MATTER, channel="walk-in") if criterion is Criterion.DUTY else MATTER
    choice = chosen([other, better], LOADS, matter=matter, day=Today(on_duty_at=["s2"]))
    assert choice is not None and choice.next is not None
    assert (choice.first.member, choice.next.member) == (better.code, other.code)
    assert choice.decided_by is criterion
    assert choice.considered == (1 if criterion is Criterion.NEARNESS else 2)


@settings(deadline=None)
@given(st.permutations([each for each in Criterion if each is not Criterion.CODE]), st.randoms())
def test_whatever_the_order_of_criteria_the_first_that_differs_decides(order: list[Criterion], random: Any) -> None:
    """Compared with the plainest reading of the rule: sort everybody by all of it."""
    candidates = [
        Candidate(
            f"m{n}",
            *(frozenset(x for x in xs if random.random() < 0.5) for xs in (["s"], ["c"], ["t"], ["roads"], ["ug"])),
        )
        for n in range(8)
    ]
    loads = {each.code: Load(random.randint(0, 2), None, random.randint(0, 2)) for each in candidates}
    rule = Rule(tuple(order), recent_days=7)
    shortlist = Neighbourhoods(candidates).shortlist(MATTER, rule, Today(), at_least=len(candidates))
    line = ranked(shortlist, loads, len(candidates))
    compared = rule.order_for(MATTER)
    assert [key_of(Criterion.CODE, each) for each in line] == [
        each.member for each in sorted(line, key=lambda each: [key_of(criterion, each) for criterion in compared])
    ]
    assert {each.member for each in line} == {each.code for each in candidates}
    short = chosen(candidates, loads, rule=rule)
    assert short is not None and short.next is not None
    assert [short.first.member, short.next.member] == [each.member for each in line[:2]]


def test_duty_matters_only_for_what_came_in_at_the_desk() -> None:
    on_duty, knows = candidate("z", stations=["s", "s2"]), candidate("a", expertise=["roads"])
    for channel, first in (("walk-in", "z"), ("phone", "z"), ("web", "a"), ("qr", "a")):
        choice = chosen([on_duty, knows], matter=replace(MATTER, channel=channel), day=Today(on_duty_at=["s2"]))
        assert choice is not None and choice.first.member == first
        assert (choice.first.on_duty is None) == (channel in ("web", "qr"))


def test_for_named_matters_knowledge_and_language_beat_nearness() -> None:
    near, speaks = candidate("near", languages=["ug"]), far("speaks", languages=["ug"])
    knows, both = far("knows", expertise=["roads"]), far("zz-both", expertise=["roads"], languages=["ug"])
    everybody = [near, speaks, knows, both]
    rule = replace(USUAL, matter_first_for=frozenset({"roads"}))
    assert rule.order_for(MATTER)[:2] == (Criterion.MATTER, Criterion.NEARNESS)
    choice = chosen(everybody, rule=rule)
    assert choice is not None and choice.next is not None
    assert (choice.first.member, choice.next.member, choice.decided_by) == ("zz-both", "knows", Criterion.LANGUAGE)
    # With an expert nearby who does not speak: nearness decides, unless the language comes before it, too.
    nearby = candidate("nearby", expertise=["roads"])
    choice = chosen([*everybody, nearby], rule=rule)
    assert choice is not None and choice.first.member == "nearby"
    with_language = replace(rule, language_first_for=frozenset({"roads"}))
    assert with_language.order_for(MATTER)[:3] == (Criterion.MATTER, Criterion.LANGUAGE, Criterion.NEARNESS)
    choice = chosen([*everybody, nearby], rule=with_language)
    assert choice is not None and choice.first.member == "zz-both"
    other = replace(MATTER, category="water")
    choice = chosen(everybody, rule=with_language, matter=other)
    assert choice is not None and choice.first.member == "near"


def test_what_a_rule_puts_before_nearness_anyway_stays_where_it_is() -> None:
    both = frozenset({"roads"})
    rule = Rule((Criterion.MATTER, Criterion.LOAD, Criterion.NEARNESS, Criterion.LANGUAGE), both, both)
    assert rule.order_for(MATTER) == (
        Criterion.MATTER, Criterion.LOAD, Criterion.LANGUAGE, Criterion.NEARNESS, Criterion.CODE
    )  # fmt: skip
    without = Rule((Criterion.LOAD, Criterion.MATTER), both, both)
    assert without.order_for(MATTER) == (Criterion.LOAD, Criterion.MATTER, Criterion.CODE)


def test_the_members_of_the_station_are_asked_before_everybody_farther_away() -> None:
    here = candidate("here")
    at_station = candidate("station", communities=["c2"], expertise=["roads"], languages=["ug"])
    in_township = candidate("township", communities=["c2"], stations=["s2"], expertise=["roads"], languages=["ug"])
    everybody = [far("far", expertise=["roads"]), in_township, at_station, here]
    asked: list[str] = []
    seen = []
    while choice := chosen(everybody, {"here": Load(99)}, asked):
        asked.append(choice.first.member)
        seen.append((choice.first.member, choice.first.nearness, choice.decided_by))
    assert seen == [
        ("station", Nearness.STATION, Criterion.MATTER),  # knows the matter, though another covers the community
        ("here", Nearness.COMMUNITY, Criterion.NEARNESS),
        ("township", Nearness.TOWNSHIP, Criterion.NEARNESS),
        ("far", Nearness.BODY, None),
    ]


def test_a_stand_in_takes_the_place_of_whoever_is_away_but_carries_their_own_load() -> None:
    expert, other = candidate("expert", expertise=["roads"]), candidate("other")
    helper = far("helper")
    day = Today(away=(Away("expert", "helper"),))
    choice = chosen([expert, other, helper], {"helper": Load(7)}, day=day)
    assert choice is not None and choice.next is not None
    assert (choice.first.member, choice.first.stand_in_for, choice.first.away_until) == ("helper", "expert", UNTIL)
    assert (choice.first.nearness, choice.first.knows_matter, choice.first.open_orders) == ("community", True, 7)
    assert (choice.next.member, choice.decided_by) == ("other", Criterion.MATTER)
    # Asked already, they are not asked again; then whoever is away is only named.
    choice = chosen([expert, other, helper], asked=["helper"], day=day)
    assert choice is not None
    assert (choice.first.member, [each.member for each in choice.away]) == ("other", ["expert"])


@pytest.mark.parametrize(
    "day",
    [
        Today(away=(Away("expert"),)),
        Today(away=(Away("expert", "nobody"),)),
        Today(away=(Away("expert", "helper"), Away("helper", "expert"))),
        Today(away=(Away("expert", "helper"),), out_of_term=["helper"]),
    ],
)
def test_without_anybody_to_stand_in_the_next_is_asked_and_the_reason_says_who_is_away(day: Today) -> None:
    expert, other, helper = candidate("expert", expertise=["roads"]), candidate("other"), far("helper")
    choice = chosen([expert, other, helper], day=day)
    assert choice is not None
    assert choice.first.member == "other"
    assert [(each.member, each.until) for each in choice.away] == [("expert", UNTIL)]


def test_whoever_holds_no_office_is_not_asked_and_a_member_has_one_place() -> None:
    assert chosen([candidate("a")], day=Today(out_of_term=["a"])) is None
    # b stands in for a, and is better placed than c in their own right, too: they come once.
    day = Today(away=(Away("a", "b"),))
    everybody = [candidate("a", expertise=["roads"]), candidate("b"), candidate("c")]
    shortlist = Neighbourhoods(everybody).shortlist(MATTER, USUAL, day, at_least=9)
    assert [(each.member, each.stand_in_for) for each in ranked(shortlist, {}, 9)] == [("b", "a"), ("c", None)]
    same = [candidate("a"), candidate("b"), candidate("c")]
    shortlist = Neighbourhoods(same).shortlist(MATTER, USUAL, day, at_least=9)
    assert [(each.member, each.stand_in_for) for each in ranked(shortlist, {}, 9)] == [("b", None), ("c", None)]


def test_a_language_is_shared_whatever_its_letters() -> None:
    matter = Matter("c", "s", "t", None, "kk")
    choice = chosen([candidate("a"), candidate("b", languages=["kk-Arab"])], matter=matter)
    assert choice is not None and choice.first.member == "b" and choice.first.speaks_language


def test_nobody_is_chosen_from_nobody() -> None:
    assert chosen([]) is None
    assert chosen([candidate("a")], asked=["a"]) is None


def test_a_rule_without_criteria_or_with_one_twice_is_no_rule() -> None:
    assert [fault.code for fault in faults_of(())] == ["no-criteria"]
    twice = faults_of((Criterion.LOAD, Criterion.MATTER, Criterion.LOAD))
    assert [(fault.field, fault.code) for fault in twice] == [("criteria[2].criterion", "criterion-twice")]
    assert [fault.code for fault in faults_of((Criterion.CODE,))] == ["code-is-last"]
    assert faults_of(USUAL.criteria) == []


_codes = st.sampled_from(["x", "y", "c", "s", "t"])
_names = st.text("abcdefgh", min_size=1, max_size=3)
_candidates = st.lists(
    st.builds(
        candidate,
        _names,
        stations=st.sets(_codes),
        communities=st.sets(_codes),
        townships=st.sets(_codes),
        expertise=st.sets(st.sampled_from(["roads", "water"])),
        languages=st.sets(st.sampled_from(["ug", "zh-Hans"])),
    ),
    max_size=12,
    unique_by=lambda each: each.code,
)
_loads = st.dictionaries(_names, st.builds(Load, st.integers(0, 5)))


@settings(deadline=None)
@given(_candidates, _loads, st.lists(st.tuples(_names, _names), max_size=4), st.randoms())
def test_everybody_there_is_asked_once_and_the_order_of_the_file_never_matters(
    candidates: list[Candidate], loads: dict[str, Load], away: list[tuple[str, str]], random: Any
) -> None:
    day = Today(away=tuple(Away(member, stand_in) for member, stand_in in away))

    def order_of(members: list[Candidate]) -> list[str]:
        asked: list[str] = []
        while choice := chosen(members, loads, asked, day=day):
            asked.append(choice.first.member)
        return asked

    once = order_of(candidates)
    assert sorted(once) == sorted(each.code for each in candidates if day.on_leave(each.code) is None)
    random.shuffle(candidates)
    assert order_of(candidates) == once
    shortlist = Neighbourhoods(candidates).shortlist(MATTER, USUAL, Today(), at_least=5)
    alone: list[str] = []
    while choice := chosen(candidates, loads, alone):
        alone.append(choice.first.member)
    assert [each.member for each in ranked(shortlist, loads, 5)] == alone[:5]
