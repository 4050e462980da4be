"""Zhaosu's expert case: a question about bees, in Kazakh, goes to whoever knows bees and reads Kazakh."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.e2e.loop import ok, order_of, problem, submit
from tests.instance import Instance

EXPERT, STAND_IN = "zh-m075", "zh-m017"
AWAY_STATION, COMMUNITY = "zh-st02", "zh-t02-c1"
QUESTION = {
    "station": AWAY_STATION,
    "community": COMMUNITY,
    "category": "beekeeping",
    "words": "بال ارالارى قىستا ولىپ جاتىر، نە ىستەۋ كەرەك؟",
    "language": "kk-Arab",
}


def page_of(who: httpx.Client, reference: str) -> str:
    answer = who.get(f"/work/orders/{reference}", headers={"Accept-Language": "en", "Accept": "text/html"})
    assert answer.status_code == 200, answer.text
    return answer.text


@pytest.fixture
def on_leave(instance: Instance) -> Iterator[str]:
    """The expert is away from yesterday to the day after tomorrow; gives the last day."""
    officer = instance.staff("officer")
    today = datetime.now(UTC).date()
    begins, ends = str(today - timedelta(days=1)), str(today + timedelta(days=2))
    leave = f"/api/v1/roster/members/{EXPERT}/leave"
    ok(officer.post(leave, json={"begins_on": begins, "ends_on": ends}), 201)
    yield ends
    ok(officer.delete(f"{leave}/{begins}"))


def test_the_bee_expert_who_reads_kazakh_is_asked_and_on_leave_whoever_stands_in(
    instance: Instance, request: pytest.FixtureRequest
) -> None:
    dispatcher = instance.staff("dispatcher")
    reference = submit(instance, **QUESTION).reference
    order = order_of(instance, reference)
    why = order["why"]
    assert order["member"] == EXPERT
    assert (why["nearness"], why["knows_matter"], why["speaks_language"], why["rule"]) == ("body", True, True, 1)
    assert (why["decided_by"], why["next"]["knows_matter"], why["next"]["speaks_language"]) == (
        "language", True, False
    )  # fmt: skip
    for reader in (dispatcher, instance.member(EXPERT)):
        page = page_of(reader, reference)
        assert f"{EXPERT} knows the matter: Beekeeping." in page
        assert f"{EXPERT} speaks the resident&#39;s language:" in page
        assert f"{EXPERT} works elsewhere in this body." in page
        assert "For this matter, whoever knows it comes before whoever is nearer." in page
    problem(instance.member(STAND_IN).get(f"/api/v1/orders/{reference}"), 404)

    asked = {"community": COMMUNITY, "category": "beekeeping", "language": "kk-Arab"}
    supposed = ok(dispatcher.get("/api/v1/what-if", params=asked))
    assert (supposed["member"], supposed["next"]) == (EXPERT, why["next"]["member"])

    until = request.getfixturevalue("on_leave")
    second = submit(instance, **QUESTION).reference
    order = order_of(instance, second)
    assert (order["member"], order["why"]["stand_in_for"], order["why"]["away_until"]) == (STAND_IN, EXPERT, until)
    assert f"{EXPERT} is on leave until" in page_of(instance.member(STAND_IN), second)

    # What the expert had before the leave is taken over in one act.
    assert reference in [item["reference"] for item in _carried_for_others(instance.member(STAND_IN))]
    done = ok(dispatcher.post(f"/api/v1/members/{EXPERT}/hand-over"))
    assert (done["to"], [each["reference"] for each in done["orders"]]) == (STAND_IN, [reference])
    assert ok(instance.member(STAND_IN).post(f"/api/v1/orders/{reference}/accept"))["state"] == "accepted"


def _carried_for_others(member: httpx.Client) -> list[dict[str, str]]:
    found: list[dict[str, str]] = ok(member.get("/api/v1/orders", params={"scope": "stand-in"}))["items"]
    return found
