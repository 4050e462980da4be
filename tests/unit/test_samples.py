"""The samples: rosters that are accepted, ledgers that refer to what is there, and the published figures."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from deploy.ledger.facts import Fact, read_ledger
from deploy.sampling import BODIES
from deploy.sampling.writing import NoSample, write_sample
from services.routing.roster.chain import establishments
from services.routing.roster.checking import mistakes
from services.routing.roster.counts import counts_of
from services.routing.roster.document import Roster
from services.routing.roster.facts import PostFact, UnitFact, facts_of
from services.routing.roster.reading import read_roster

PUBLISHED = json.loads((Path(__file__).parent.parent / "data" / "figures.json").read_text())
TODAY = date(2026, 3, 2)
HALF_YEAR = date(2023, 1, 1), date(2023, 6, 30)
OWN = ("karamay", "kashgar")


def roster_of(body: str) -> Roster:
    return Roster.model_validate(BODIES[body].roster())


@pytest.mark.parametrize("body", BODIES)
def test_the_two_files_are_the_same_every_time_and_fit_each_other(body: str, tmp_path: Path) -> None:
    first, second = (write_sample(body, tmp_path / name) for name in ("one", "two"))
    assert first.roster.read_bytes() == second.roster.read_bytes()
    assert first.ledger.read_bytes() == second.ledger.read_bytes()
    roster = read_roster(first.roster.read_bytes()).onto(None, body, TODAY)
    lines = read_ledger(first.ledger)
    assert len(lines) == first.facts
    moments = [line.fact.at for line in lines]
    assert moments == sorted(moments)
    known = {
        "station": {each.code for each in roster.stations},
        "community": {each.code for each in roster.communities},
        "member": {each.code for each in roster.members},
        "department": {each.code for each in roster.departments},
        "category": set(roster.categories),
    }
    for line in lines:
        said = line.fact.model_dump()
        for kind, codes in known.items():
            named = [said[kind]] if kind in said else said.get(f"{kind}s", ())
            assert codes.issuperset(named), f"line {line.number}: {kind} {named}"


@pytest.mark.parametrize("body", OWN)
def test_a_roster_has_no_mistake_and_what_was_published_of_it(body: str) -> None:
    roster = roster_of(body)
    assert list(mistakes(roster, body, TODAY)) == []
    counts = counts_of(roster, 1, datetime(2026, 3, 2, tzinfo=UTC)).model_dump()
    published = {name: value for name, value in PUBLISHED[body].items() if name in counts}
    assert counts | {name: tuple(v) if isinstance(v, list) else v for name, v in published.items()} == counts
    assert counts["members_attached_to_no_unit"] == 0


def test_kashgars_county_bodies_have_what_they_must_and_got_it_in_the_period() -> None:
    roster, published = roster_of("kashgar"), PUBLISHED["kashgar"]
    own, *counties = establishments(roster)
    assert (own.posts, own.required, len(counties)) == (0, None, 12)
    for county in counties:
        assert county.required is not None
        assert county.required.model_dump() == published["units_required_per_county_body"]
        assert (county.committees_vacant, county.offices_vacant) == (0, 0)
    set_up = [fact for fact in facts_of(roster) if fact.step == "set-up" and HALF_YEAR[0] <= fact.on <= HALF_YEAR[1]]
    of_kind = Counter(type(fact) for fact in set_up)
    assert of_kind == {UnitFact: published["units_added"], PostFact: published["posts_added"]}
    stations = [station for station in roster.stations if station.kind == "township"]
    assert len(stations) == published["township_stations"] == len({station.township for station in stations})


def facts(body: str, tmp_path: Path) -> Counter[str]:
    lines = read_ledger(write_sample(body, tmp_path).ledger)
    return Counter(line.fact.kind for line in lines if _in_half_year(line.fact))


def _in_half_year(fact: Fact) -> bool:
    return HALF_YEAR[0] <= fact.at.date() <= HALF_YEAR[1]


def test_kashgars_ledger_counts_up_and_no_consultation_is_without_its_survey(tmp_path: Path) -> None:
    counted = facts("kashgar", tmp_path)
    assert (counted["survey"], counted["consultation"]) == (12, 3)
    lines: list[Any] = [line.fact for line in read_ledger(tmp_path / "kashgar-ledger.jsonl")]
    made = {fact.code: fact.at for fact in lines if fact.kind == "survey"}
    for fact in lines:
        if fact.kind == "consultation":
            assert all(made[code] < fact.at for code in fact.surveys) and fact.surveys
        if fact.kind == "reception":
            assert fact.at.day in PUBLISHED["kashgar"]["duty_days_of_month"]


def test_karamays_ledger_tells_the_canteen_s_noise_to_its_end(tmp_path: Path) -> None:
    assert facts("karamay", tmp_path)["issue"] == 35
    lines: list[Any] = [line.fact for line in read_ledger(tmp_path / "karamay-ledger.jsonl")]
    told = [
        fact.kind for fact in lines if getattr(fact, "issue", None) == "K-0001" or getattr(fact, "code", "") == "K-0001"
    ]
    assert told == [
        "reception", "issue", "accepted", "visit", "referral", "referral-reply", "closed", "rating",
    ]  # fmt: skip
    ways = {(fact.place, fact.gathering, fact.setting) for fact in lines if fact.kind == "consultation"}
    assert {way for of_one in ways for way in of_one} == {
        "fixed", "mobile", "concentrated", "dispersed", "venue", "on-site",
    }  # fmt: skip


def test_an_unknown_body_is_refused_with_those_there_are(tmp_path: Path) -> None:
    with pytest.raises(NoSample, match=r"there is no sample of nowhere; there are .*karamay, kashgar"):
        write_sample("nowhere", tmp_path / "made")
    assert not (tmp_path / "made").exists()


def test_a_sample_can_stand_under_a_parent(tmp_path: Path) -> None:
    written = write_sample("kashgar", tmp_path, "xinjiang")
    assert read_roster(written.roster.read_bytes()).roster.body.parent == "xinjiang"
