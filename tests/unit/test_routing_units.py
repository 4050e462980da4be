"""Units and posts: what a roster may not say of them, what is vacant, and what is told of them when."""

from __future__ import annotations

from datetime import date, datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.routing.roster.chain import Establishment, attached_to_no_unit, chain, establishments
from services.routing.roster.checking import mistakes
from services.routing.roster.counts import counts_of
from services.routing.roster.document import Roster
from services.routing.roster.facts import facts_of, say_facts
from services.routing.roster.units import UnitsRequired
from shared.contracts import units
from shared.contracts.event import Event
from tests.integration.routing_office import NOW, member, roster

TODAY = date(2026, 3, 2)
FOUR_AND_TWO = {"committees": 4, "offices": 2}


def unit(code: str, kind: str = "committee", **more: Any) -> dict[str, Any]:
    return {"code": code, "kind": kind, **more}


def post(code: str, *filled: tuple[str, str | None], **more: Any) -> dict[str, Any]:
    return {"code": code, "filled": [{"begins_on": first, "ends_on": last} for first, last in filled], **more}


def of(*units: dict[str, Any], members: tuple[dict[str, Any], ...] = (), **more: Any) -> Roster:
    return Roster.model_validate({**roster(*members), "units": units, **more})


def wrong(*units: dict[str, Any], **more: Any) -> list[str]:
    return [f"{'.'.join(map(str, at))}: {title}" for at, title, _ in mistakes(of(*units, **more), "zhaosu", TODAY)]


@pytest.mark.parametrize(
    ("units", "expected"),
    [
        ([unit("a", parent="b")], "units.0.parent: There is no unit {given} in this roster."),
        ([unit("a", parent="a")], "units.0.parent: The unit {given} would stand below itself."),
        ([unit("a"), unit("a")], "units.1.code: The code {given} stands here a second time."),
        (
            [unit("a", posts=[post("p"), post("p")])],
            "units.0.posts.1.code: The code {given} stands here a second time.",
        ),
        ([unit("a", set_up_on="2026-03-03")], "units.0.set_up_on: This date is still to come."),
        (
            [unit("a", set_up_on="2026-03-01", dissolved_on="2026-02-28")],
            "units.0.dissolved_on: This ends before it begins.",
        ),
        (
            [unit("a", dissolved_on="2026-03-01"), unit("b", parent="a")],
            "units.1.parent: The unit {given} is dissolved, and others still hang on it.",
        ),
        (
            [unit("a", posts=[post("p", ("2026-01-01", None), set_up_on="2026-02-01")])],
            "units.0.posts.0.filled.0.begins_on: This is before the post was set up.",
        ),
        (
            [unit("a", posts=[post("p", ("2026-01-01", "2026-01-31"), ("2026-01-31", None))])],
            "units.0.posts.0.filled.1.begins_on: The post is held already from {begins_on} on.",
        ),
        (
            [unit("a", posts=[post("p", ("2026-01-01", "2026-02-03"), dissolved_on="2026-02-01")])],
            "units.0.posts.0.filled.0.ends_on: This is after the post was dissolved.",
        ),
    ],
)
def test_what_a_roster_may_not_say_of_its_units(units: list[dict[str, Any]], expected: str) -> None:
    assert wrong(*units) == [expected]


def test_a_ring_is_named_at_each_of_its_units_and_nowhere_else() -> None:
    ring = [unit("a", parent="c"), unit("b", parent="a"), unit("c", parent="b"), unit("d", parent="a")]
    assert [said.partition(":")[0] for said in wrong(*ring)] == ["units.0.parent", "units.1.parent", "units.2.parent"]


def test_nobody_is_attached_to_a_unit_that_is_not_there() -> None:
    attached = (member("m-1", units=["a", "gone", "z"]),)
    said = wrong(unit("a"), unit("gone", dissolved_on="2026-01-01"), members=attached)
    title = "There is no unit {given} in this roster, or it is dissolved."
    assert said == [f"members.0.units.1: {title}", f"members.0.units.2: {title}"]


def test_what_is_vacant_is_counted_for_each_body_and_kind_apart() -> None:
    county = [
        unit("county", "body"),
        *(unit(f"k-{n}", parent="county") for n in range(5)),
        unit("o-1", "office", parent="k-0", posts=[post("head", ("2026-01-01", None)), post("clerk")]),
        unit("gone", "office", parent="county", dissolved_on="2026-01-01", posts=[post("head")]),
        unit(
            "own", "office", posts=[post("head", ("2025-01-01", "2026-01-01")), post("old", dissolved_on="2026-01-01")]
        ),
    ]
    found = of(*county, units_required={"committees": 0, "offices": 1}, units_required_below=FOUR_AND_TWO)
    assert establishments(found) == [
        Establishment(None, UnitsRequired(offices=1), committees=0, offices=1, posts=1, posts_filled=0),
        Establishment("county", UnitsRequired(**FOUR_AND_TWO), committees=5, offices=1, posts=2, posts_filled=1),
    ]
    counts = counts_of(found, 1, NOW)
    assert (counts.committees_required, counts.offices_required, counts.units_vacant) == (4, 3, 1)
    assert (counts.committees, counts.offices, counts.posts, counts.posts_filled) == (5, 2, 3, 1)
    assert (counts.committees_required_below, counts.offices_required_below) == (4, 2)


def test_what_a_body_never_named_is_said_to_be_unknown_and_not_to_be_none() -> None:
    counts = counts_of(of(members=(member("m-1"),)), 1, NOW)
    assert (counts.committees_required, counts.units_vacant, counts.stations_ready) == (None, None, None)
    assert counts.members_attached_to_no_unit is None


def test_the_chain_is_listed_as_a_tree_and_whoever_hangs_on_none_of_it() -> None:
    people = (member("m-1", units=["a", "b"]), member("m-2", units=["b"]), member("m-3"))
    found = of(unit("b", parent="a"), unit("c"), unit("a", "group"), members=people)
    assert [(line.unit.code, line.depth, line.members) for line in chain(found)] == [
        ("a", 0, 1), ("b", 1, 2), ("c", 0, 0),
    ]  # fmt: skip
    assert [each.code for each in attached_to_no_unit(found)] == ["m-3"]


def said(before: Roster | None, after: Roster, revision: int) -> dict[str, Event]:
    """What is told when a roster becomes another, by the ids of the events."""
    told: dict[str, Event] = {}

    def announce(event: Event, *, event_id: str) -> None:
        assert event_id not in told
        told[event_id] = event

    transaction: Any = SimpleNamespace(now=NOW, announce=announce)
    say_facts(transaction, before, after, revision)
    return told


def names(told: dict[str, Event]) -> list[tuple[str, str, str]]:
    return [(event.noun, event.verb, event.model_dump(mode="json")["on"]) for event in told.values()]


def test_each_fact_is_said_once_with_its_own_date() -> None:
    first = of(
        unit(
            "a",
            set_up_on="2025-02-01",
            posts=[post("p", ("2025-03-01", "2025-12-31"), ("2026-01-01", None), set_up_on="2025-02-01")],
        )
    )
    told = said(None, first, 1)
    assert sorted(names(told)) == [
        ("post", "filled", "2025-03-01"),
        ("post", "filled", "2026-01-01"),
        ("post", "set-up", "2025-02-01"),
        ("post", "vacated", "2025-12-31"),
        ("unit", "set-up", "2025-02-01"),
    ]
    assert all(event.on_paper for event in told.values())
    [unit_set_up] = [event for event in told.values() if isinstance(event, units.UnitSetUp)]
    assert unit_set_up.occurred_at == datetime(2025, 2, 1, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert said(first, first, 2) == {}


def test_a_unit_that_is_dissolved_takes_its_posts_along() -> None:
    before = of(unit("a", posts=[post("p", ("2025-03-01", None))]))
    after = of(unit("a", dissolved_on="2026-03-02", posts=[post("p", ("2025-03-01", None))]))
    told = said(before, after, 2)
    assert sorted(names(told)) == [
        ("post", "dissolved", "2026-03-02"), ("post", "vacated", "2026-03-02"), ("unit", "dissolved", "2026-03-02"),
    ]  # fmt: skip
    assert not any(event.on_paper for event in told.values())


def test_a_date_corrected_and_corrected_back_is_said_again_and_taken_back() -> None:
    one, other = of(unit("a", set_up_on="2025-02-01")), of(unit("a", set_up_on="2025-01-01"))
    first, second, third = said(None, one, 1), said(one, other, 2), said(other, one, 3)
    assert names(second) == [("unit", "set-up", "2025-01-01"), ("unit", "retracted", "2025-02-01")]
    assert names(third) == [("unit", "set-up", "2025-02-01"), ("unit", "retracted", "2025-01-01")]
    assert len({*first, *second, *third}) == 5
    assert said(one, of(), 4) and names(said(one, of(), 4)) == [("unit", "retracted", "2025-02-01")]


DAYS = st.none() | st.dates(date(2025, 1, 1), date(2025, 1, 3)).map(date.isoformat)
UNITS = st.dictionaries(st.sampled_from("ab"), st.tuples(st.sampled_from(["committee", "office"]), DAYS, DAYS))


@given(st.lists(UNITS, min_size=1, max_size=6))
def test_whatever_was_corrected_the_last_word_on_each_fact_is_the_roster(
    rosters: list[dict[str, tuple[str, str | None, str | None]]],
) -> None:
    before: Roster | None = None
    told: list[Any] = []
    for revision, each in enumerate(rosters, start=1):
        after = of(*(unit(c, k, set_up_on=up, posts=[post("p", set_up_on=p)]) for c, (k, up, p) in each.items()))
        told += said(before, after, revision).values()
        before = after
    last: dict[tuple[Any, ...], Any] = {}
    for event in told:
        step = getattr(event, "step", event.verb)
        last[event.unit, event.unit_kind, getattr(event, "post", None), step, event.on] = event
    standing = {key for key, event in last.items() if event.verb != "retracted"}
    assert standing == {
        (fact.unit, fact.kind, getattr(fact, "post", None), fact.step, fact.on) for fact in facts_of(before)
    }


def test_a_body_that_has_nothing_yet_lacks_all_that_is_required() -> None:
    found = of(unit("county", "body"), units_required_below=FOUR_AND_TWO)
    own, county = establishments(found)
    assert (own.owner, own.committees_vacant, own.offices_vacant) == (None, 0, 0)
    assert (county.owner, county.committees_vacant, county.offices_vacant) == ("county", 4, 2)
    assert counts_of(found, 1, NOW).units_vacant == 6
