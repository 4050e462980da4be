"""The rule as data, what it would decide, and what it says of each order: on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.routing import orders
from tests.integration.routing_office import NOW, Office, member, running_office
from tests.servers import NatsServer

BEES = {"expertise": ["beekeeping"], "languages": ["kk-Arab", "zh-Hans"]}
AWAY = {"begins_on": "2026-03-01", "ends_on": "2026-03-09"}


@pytest.fixture
async def office(database_url: str, nats_server: NatsServer, tmp_path: Path) -> AsyncIterator[Office]:
    async with running_office(database_url, nats_server, tmp_path) as running:
        yield running


async def rule_of(office: Office) -> dict[str, Any]:
    found: dict[str, Any] = (await office.http.get("/api/v1/rule", headers=office.as_("dispatcher"))).json()
    return found


async def change(office: Office, based_on: int, *criteria: Any, role: str = "officer", **more: Any) -> Any:
    named = [{"criterion": each} if isinstance(each, str) else each for each in criteria]
    body = {"based_on": based_on, "criteria": named, **more}
    return await office.http.put("/api/v1/rule", json=body, headers=office.as_(role))


EXPERTS_FIRST = {
    "criterion": "nearness",
    "matter_beats_nearness_for": ["beekeeping"],
    "language_beats_nearness_for": ["beekeeping"],
}
REST = ("duty", "matter", "language", "community", "load", "recent", "turn")


async def test_a_rule_is_versioned_and_decides_from_the_moment_it_holds(office: Office) -> None:
    await office.import_roster(
        member("m-near"),
        member("m-bees", station="st-2", communities=["c-2"], **BEES),
        member("m-2", station="st-2", communities=[]),
    )
    usual = await rule_of(office)
    assert (usual["version"], usual["changed_by"]) == (0, None)
    assert [each["criterion"] for each in usual["criteria"]] == ["nearness", *REST]
    before = await office.order(await office.submit(category="beekeeping", language="kk"))
    assert (before["member"], before["why"]["rule"], before["why"]["decided_by"]) == ("m-near", 0, "nearness")

    changed = await change(office, 0, EXPERTS_FIRST, *REST, answer_within_working_hours=8)
    assert changed.status_code == 200, changed.text
    assert (changed.json()["version"], changed.json()["changed_by"]) == (1, "officer")
    assert (await change(office, 1, EXPERTS_FIRST, *REST, answer_within_working_hours=8)).json()["version"] == 1
    order = await office.order(await office.submit(category="beekeeping", language="kk"))
    assert (order["member"], order["why"]["rule"], order["why"]["nearness"]) == ("m-bees", 1, "body")
    assert order["why"]["criteria"][:3] == [
        {"criterion": "matter", "value": True, "next": False},
        {"criterion": "language", "value": True, "next": False},
        {"criterion": "nearness", "value": "body", "next": "community"},
    ]
    assert order["why"]["decided_by"] == "matter"
    # Monday 17:00 at the body: one hour today, seven tomorrow.
    assert order["answer_by"] == "2026-03-03T09:00:00Z"
    other = await office.order(await office.submit(category="roads", language="kk"))
    assert other["member"] in ("m-near", "m-2")

    assert (await change(office, 0, *REST)).json()["code"] == "rule-changed"
    both = await asyncio.gather(change(office, 1, "load", "turn"), change(office, 1, "turn", "load"))
    assert sorted(answer.status_code for answer in both) == [200, 409]
    versions = (await office.http.get("/api/v1/rule/versions", headers=office.as_("dispatcher"))).json()
    assert ([each["version"] for each in versions["items"]], versions["next"]) == ([2, 1], None)


NO_RULES: list[tuple[list[Any], dict[str, Any], str, str]] = [
    ([], {}, "criteria", "no-criteria"),
    (["load", "load"], {}, "criteria[1].criterion", "criterion-twice"),
    (["luck"], {}, "criteria[0].criterion", "validation"),
    ([{**EXPERTS_FIRST, "matter_beats_nearness_for": ["alchemy"]}, *REST], {},
     "criteria[0].matter_beats_nearness_for[0]", "unknown-category"),
    ([EXPERTS_FIRST, "load"], {}, "criteria[0].matter_beats_nearness_for", "criterion-needed"),
    ([{"criterion": "load", "days": 3}], {}, "criteria[0].days", "option-not-here"),
    (["load"], {"answer_within_working_hours": 0}, "answer_within_working_hours", "validation"),
]  # fmt: skip


async def test_what_cannot_be_a_rule_is_refused_with_its_field(
    tmp_path: Path, nats_server: NatsServer, subtests: pytest.Subtests
) -> None:
    async with running_office(f"sqlite:///{tmp_path}/service.db", nats_server, tmp_path) as office:
        await office.import_roster(member("m-bees", **BEES))
        for criteria, more, field, code in NO_RULES:
            with subtests.test(criteria=criteria, **more):
                refused = await change(office, 0, *criteria, **more)
                assert refused.status_code == 422
                error = refused.json()["errors"][0]
                assert error["field"] == field
                assert code == "validation" or refused.json()["code"] == code
                assert (await change(office, 0, "load", role="dispatcher")).status_code == 403
                assert (await rule_of(office))["version"] == 0


async def test_a_stand_in_is_asked_with_that_reason_and_again_without_when_the_leave_ends(office: Office) -> None:
    await office.import_roster(
        member("m-bees", **BEES, leave=[{**AWAY, "stand_in": "m-helper"}]),
        member("m-other"),
        member("m-helper", station="st-2", communities=["c-2"]),
    )
    order = await office.order(await office.submit(category="beekeeping", language="kk-Arab"))
    why = order["why"]
    assert (order["member"], why["stand_in_for"], why["away_until"]) == ("m-helper", "m-bees", "2026-03-09")
    assert (why["knows_matter"], why["decided_by"], why["next"]["member"]) == (True, "matter", "m-other")
    office.clock.at = NOW + timedelta(days=8)
    later = await office.order(await office.submit(category="beekeeping", language="kk-Arab"))
    assert (later["member"], later["why"]["stand_in_for"]) == ("m-bees", None)


async def test_what_if_says_who_and_why_and_changes_nothing(office: Office) -> None:
    await office.import_roster(
        member("m-1", expertise=["roads"]),
        member("m-2", leave=[{**AWAY, "stand_in": "m-1"}]),
        member("m-3", station="st-2", communities=["c-2"], **BEES),
    )

    async def what_if(role: str = "dispatcher", **asked: Any) -> Any:
        return await office.http.get("/api/v1/what-if", params=asked, headers=office.as_(role))

    found = (await what_if(community="c-1", category="roads", channel="walk-in")).json()
    assert (found["member"], found["next"], found["on"]) == ("m-1", "m-3", "2026-03-02")
    assert found["why"]["decided_by"] == "nearness"
    assert [each["member"] for each in found["line"]] == ["m-1", "m-3"]
    later = (await what_if(station="st-1", on="2026-03-20", channel="walk-in")).json()
    assert (later["member"], later["next"], later["why"]["decided_by"]) == ("m-1", "m-2", "code")
    assert (later["on"], later["why"]["on_duty"]) == ("2026-03-20", True)
    for asked, field in (
        ({}, "community"),
        ({"community": "c-9"}, "community"),
        ({"station": "st-9"}, "station"),
        ({"station": "st-1", "category": "alchemy"}, "category"),
        ({"station": "st-1", "language": "xx"}, "language"),
        ({"station": "st-1", "on": "2026-02-30"}, "on"),
    ):
        refused = await what_if(**asked)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field), asked
    assert (await what_if("member", station="st-1")).status_code == 403
    assert office.said("inner.issue.assigned") == []
    assert (await office.http.get("/api/v1/orders", headers=office.as_("dispatcher"))).json()["items"] == []


@pytest.mark.parametrize("many", [1, 500])
async def test_where_load_comes_first_turns_are_kept_however_many_members(
    office: Office, monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    """Of many members only those with the fewest open orders are read whole: nobody's turn may be lost by that."""
    monkeypatch.setattr(orders, "MANY", many)
    await office.import_roster(*(member(f"m-{n}") for n in range(3)))
    assert (await change(office, 0, "load", "turn")).status_code == 200
    asked = []
    for _ in range(3):
        reference = await office.submit(category="roads", language="ug")
        asked.append((await office.order(reference))["member"])
        office.clock.at += timedelta(minutes=1)
    assert asked == ["m-0", "m-1", "m-2"]
    # With one order each, whoever was asked longest ago comes next.
    again = await office.order(await office.submit(category="roads", language="ug"))
    assert (again["member"], again["why"]["decided_by"]) == ("m-0", "turn")
