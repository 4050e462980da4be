"""The samples of bodies as data: how many they have of everything, and that a ledger of them is one."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.ledger.facts import BadLedger, read_ledger
from deploy.sampling import hami, ili

PUBLISHED = json.loads((Path(__file__).parents[1] / "data" / "figures.json").read_text())
FIVE = ("talk", "good-deed", "survey", "opinion", "consultation")


def test_ili_has_the_members_that_were_published_each_at_a_station_of_its_own_body() -> None:
    rosters = {body: ili.roster_of(body) for body in ili.MEMBERS}
    members = [member["code"] for roster in rosters.values() for member in roster["members"]]
    assert (len(members), len(set(members))) == (PUBLISHED["ili"]["members"],) * 2
    assert len(rosters["zhaosu"]["members"]) == PUBLISHED["zhaosu"]["members"]
    for body, roster in rosters.items():
        stations = {station["code"] for station in roster["stations"]}
        assert all(set(member["stations"]) <= stations for member in roster["members"]), body
        assert roster["body"]["parent"] == ("ili" if body != "ili" else None)


def test_each_member_of_ili_gives_one_of_each_of_the_five_in_the_year() -> None:
    given: Counter[tuple[str, str]] = Counter()
    for body in ili.MEMBERS:
        facts = list(ili.facts_of(body))
        assert [fact["at"] for fact in facts] == sorted(fact["at"] for fact in facts), body
        for fact in facts:
            if fact["kind"] in FIVE:
                [member] = fact.get("members") or [fact["member"]]
                given[member, fact["kind"]] += 1
                assert fact["at"].startswith("2023-")
    assert len(given) == 5 * PUBLISHED["ili"]["members"]
    assert set(given.values()) == {1}


@pytest.mark.parametrize("facts", [ili.facts, hami.facts], ids=["ili", "hami"])
def test_a_sample_is_a_ledger_and_always_the_same(
    facts: Callable[[], Iterator[dict[str, Any]]], tmp_path: Path
) -> None:
    written = ["\n".join(json.dumps(fact) for fact in facts()) for _ in range(2)]
    assert written[0] == written[1]
    ledger = tmp_path / "ledger.jsonl"
    ledger.write_text(written[0])
    assert len(read_ledger(ledger)) == written[0].count("\n") + 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"kind": "document", "topic": "k1", "code": "d1", "title": "空", "characters": 0}, "characters"),
        (
            {"kind": "find", "topic": "k1", "code": "f1", "survey": "s9", "what": "relic", "place": "x"},
            "field-survey s9",
        ),
        ({"kind": "participant", "code": "r1", "role": "stranger"}, "role"),
        ({"kind": "topic-step", "topic": "k2", "move": "begin"}, "topic k2"),
        ({"kind": "study-session", "code": "x", "station": "s", "members": ["m"], "form": "alone"}, "form"),
    ],
)
def test_a_wrong_line_is_named_with_what_is_wrong(wrong: dict[str, object], said: str, tmp_path: Path) -> None:
    at = {"at": "2023-01-09T11:00:00+08:00"}
    lines = [{**at, "kind": "topic", "code": "k1", "title": "烽燧", "participants": []}, {**at, **wrong}]
    ledger = tmp_path / "ledger.jsonl"
    ledger.write_text("\n".join(json.dumps(line) for line in lines))
    with pytest.raises(BadLedger, match="line 2") as refused:
        read_ledger(ledger)
    assert said in str(refused.value)
