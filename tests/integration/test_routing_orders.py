"""Orders on both databases: given, taken, given back, timed out, withdrawn, closed, reopened."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from shared.contracts import inner
from shared.ids import new_reference
from tests.integration.routing_office import NOW, Office, member, running_office, until
from tests.servers import NatsServer

_OF_OTHERS = ("inner.issue.submitted", "inner.issue.withdrawn", "inner.issue.reopened", "inner.issue.closed")


@pytest.fixture
async def office(database_url: str, nats_server: NatsServer, tmp_path: Path) -> AsyncIterator[Office]:
    async with running_office(database_url, nats_server, tmp_path) as running:
        yield running


async def test_an_order_goes_to_the_nearest_who_knows_the_matter_and_says_why(office: Office) -> None:
    await office.import_roster(
        member("m-near"),
        member("m-near-knows", expertise=["roads"]),
        member("m-far-knows", station="st-2", communities=["c-2"], expertise=["roads"], languages=["ug"]),
    )
    reference = await office.submit(category="roads", language="ug")
    order = await office.order(reference)
    assert (order["state"], order["member"], order["attempt"]) == ("assigned", "m-near-knows", 1)
    why = order["why"]
    assert (why["chosen_by"], why["nearness"], why["decided_by"]) == ("rule", "community", "matter")
    assert (why["considered"], why["next"]["member"]) == (2, "m-near")
    assert order["answer_by"] == "2026-03-04T09:00:00Z"
    await until(lambda: _kinds(office, "issue.assigned"), ["inner.issue.assigned", "report.issue.assigned"])
    [(_, told), (_, risen)] = office.said("inner.issue.assigned", "report.issue.assigned")
    assert (told["member"], told["version_of_issue"], told["attempt"]) == ("m-near-knows", 1, 1)
    assert "member" not in risen and risen["step"] == 1


async def test_load_is_shared_even_within_one_batch(office: Office) -> None:
    await office.import_roster(member("m-1"), member("m-2"), member("m-3"))
    references = [await office.submit() for _ in range(9)]
    members = sorted([(await office.order(reference))["member"] for reference in references])
    assert members == ["m-1"] * 3 + ["m-2"] * 3 + ["m-3"] * 3


async def test_accepting_twice_is_accepting_once_and_others_find_nothing(office: Office) -> None:
    await office.import_roster(member("m-1"), member("m-2", communities=[]))
    reference = await office.submit()
    path = f"/api/v1/orders/{reference}/accept"
    keyed = {**office.as_("member", "m-1"), "Idempotency-Key": "k-1"}
    answers = await asyncio.gather(*(office.http.post(path, headers=keyed) for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert answers[0].json()["state"] == "accepted"
    again = await office.http.post(path, headers=office.as_("member", "m-1"))
    assert (again.status_code, again.json()["code"]) == (409, "order-already-yours")
    stranger = await office.http.post(path, headers=office.as_("member", "m-2"))
    unknown = await office.http.post(f"/api/v1/orders/{new_reference()}/accept", headers=office.as_("member", "m-2"))
    assert (stranger.status_code, unknown.status_code) == (404, 404)
    assert stranger.json()["code"] == unknown.json()["code"] == "order-not-found"
    assert (await office.http.post(path, headers=office.as_("clerk"))).status_code == 403
    assert (await office.http.post(path)).status_code == 401
    await until(lambda: _kinds(office, "issue.accepted"), ["inner.issue.accepted", "report.issue.accepted"])


async def test_declining_asks_the_next_and_at_last_the_dispatcher(office: Office) -> None:
    await office.import_roster(member("m-1"), member("m-2", station="st-2", communities=["c-2"]))
    reference = await office.submit()
    path = f"/api/v1/orders/{reference}/decline"
    refused = await office.http.post(path, json={}, headers=office.as_("member", "m-1"))
    assert refused.json()["errors"][0]["field"] == "reason"
    declined = await office.http.post(path, json={"reason": "忙"}, headers=office.as_("member", "m-1"))
    assert declined.status_code == 200
    assert (declined.json()["member"], declined.json()["attempt"], declined.json()["why"]["asked_before"]) == (
        "m-2",
        2,
        1,
    )
    taken = await office.http.post(f"/api/v1/orders/{reference}/accept", headers=office.as_("member", "m-1"))
    assert (taken.status_code, taken.json()["code"]) == (409, "order-taken")
    own = await office.http.get("/api/v1/orders?state=declined", headers=office.as_("member", "m-1"))
    assert [(item["reference"], item["member"]) for item in own.json()["items"]] == [(reference, "m-1")]
    await office.http.post(path, json={"reason": "也忙"}, headers=office.as_("member", "m-2"))
    assert (await office.order(reference))["state"] == "unroutable"
    given = await office.http.post(
        f"/api/v1/orders/{reference}/assign", json={"member": "m-1"}, headers=office.as_("dispatcher")
    )
    assert (given.json()["state"], given.json()["member"], given.json()["attempt"]) == ("assigned", "m-1", 3)
    expected = [
        "issue.assigned", "issue.declined", "issue.assigned", "issue.declined", "issue.unroutable", "issue.assigned"
    ]  # fmt: skip
    await until(lambda: _inner(office), expected)
    assert [event["version_of_issue"] for _, event in _told(office)] == [1, 2, 3, 4, 5, 6]
    assert "忙" not in str(office.heard)


async def test_silence_passes_the_order_on(office: Office) -> None:
    await office.import_roster(member("m-1"), member("m-2"))
    reference = await office.submit()
    assert (await office.order(reference))["member"] == "m-1"
    office.clock.at = NOW + timedelta(hours=48)
    await office.submit()  # anything that stirs; the sleeper below looks by itself once a minute
    await _wake(office)
    await until(lambda: _member(office, reference), "m-2")
    order = await office.order(reference)
    assert (order["attempt"], order["answer_by"]) == (2, "2026-03-06T09:00:00Z")
    await until(lambda: _kinds(office, "assignment.timed-out"), ["inner.assignment.timed-out"])


async def test_an_officer_records_from_paper_whoever_took_it(office: Office) -> None:
    await office.import_roster(member("m-1"), member("m-2", communities=[]))
    reference = await office.submit(occurred_at=NOW - timedelta(days=30), on_paper=True)
    path, at = f"/api/v1/orders/{reference}/accept", (NOW - timedelta(days=29)).isoformat()
    officer = office.as_("officer")
    assert (await office.order(reference))["member"] == "m-1"
    by_member = await office.http.post(path, json={"recorded_at": at}, headers=office.as_("member", "m-1"))
    assert (by_member.status_code, by_member.json()["code"]) == (403, "own-date-needs-officer")
    future = await office.http.post(
        path, json={"member": "m-2", "recorded_at": (NOW + timedelta(days=1)).isoformat()}, headers=officer
    )
    assert (future.status_code, future.json()["errors"][0]["field"]) == (422, "recorded_at")
    nobody = await office.http.post(path, json={"member": "m-9", "recorded_at": at}, headers=officer)
    assert (nobody.status_code, nobody.json()["errors"][0]["field"]) == (422, "member")
    body = {"member": "m-2", "recorded_at": at}
    keyed = {**officer, "Idempotency-Key": "k-1"}
    first, again = [await office.http.post(path, json=body, headers=keyed) for _ in range(2)]
    assert first.status_code == 200 and first.json() == again.json()
    assert (first.json()["state"], first.json()["member"]) == ("accepted", "m-2")
    other = await office.http.post(path, json={"member": "m-1"}, headers=keyed)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-key-reused")
    await until(lambda: _inner(office), ["issue.assigned", "issue.assigned", "issue.accepted"])
    accepted = office.said("inner.issue.accepted")[0][1]
    assert accepted["on_paper"] and accepted["occurred_at"] == "2026-02-01T09:00:00Z"
    assert [event["occurred_at"][:10] for _, event in office.said("inner.issue.assigned")] == [
        "2026-01-31",
        "2026-02-01",
    ]


async def test_of_several_who_take_it_at_once_exactly_one_has_it(office: Office) -> None:
    await office.import_roster(member("m-1"), member("m-2"))
    reference = await office.submit()
    await office.order(reference)

    async def take(code: str) -> tuple[str, int]:
        body = {"member": code}
        path = f"/api/v1/orders/{reference}/accept"
        answer = await office.http.post(path, json=body, headers=office.as_("officer"))
        return code, answer.status_code

    answers = await asyncio.gather(*(take(code) for code in ("m-1", "m-2") * 4))
    winner = await _member(office, reference)
    assert [code for code, status in answers if status == 200] == [winner]
    assert {status for _, status in answers} == {200, 409}
    await until(lambda: _kinds(office, "issue.accepted"), ["inner.issue.accepted", "report.issue.accepted"])


async def test_what_neighbours_say_of_an_issue_is_followed(office: Office) -> None:
    await office.import_roster(member("m-1"))
    reference = await office.submit()
    common = {"occurred_at": NOW, "reference": reference}
    # Early: the case is closed and reopened before routing hears of the first.
    await office.http.post(f"/api/v1/orders/{reference}/accept", headers=office.as_("member", "m-1"))
    closed = inner.IssueClosed(**common, version_of_issue=3, outcome="solved", member="m-1")
    await office.tell(inner.IssueReopened(**common, version_of_issue=2))
    await office.tell(closed, "consultation")
    await until(lambda: _state(office, reference), "accepted")
    await office.tell(closed, "consultation")  # said again under another id: an older version
    await office.tell(inner.IssueClosed(**common, version_of_issue=7, outcome="answered", member="m-1"), "consultation")
    await until(lambda: _state(office, reference), "closed")

    second = await office.submit()
    await office.tell(inner.IssueWithdrawn(occurred_at=NOW, reference=second, version_of_issue=2))
    await until(lambda: _state(office, second), "withdrawn")
    refused = await office.http.post(f"/api/v1/orders/{second}/accept", headers=office.as_("member", "m-1"))
    assert (refused.status_code, refused.json()["code"]) == (409, "order-state")


async def test_lists_are_paged_and_a_member_sees_only_their_own(office: Office) -> None:
    await office.import_roster(member("m-1"), member("m-2", station="st-2", communities=["c-2"]))
    for n in range(55):
        await office.submit(occurred_at=NOW - timedelta(minutes=n // 3))
    other = await office.submit(community="c-2", station="st-2")
    assert (await office.order(other))["member"] == "m-2"
    seen: list[str] = []
    cursor = ""
    while True:
        answer = await office.http.get(
            "/api/v1/orders", params={"state": "assigned", **({"cursor": cursor} if cursor else {})},
            headers=office.as_("member", "m-1"),
        )  # fmt: skip
        page = answer.json()
        seen += [item["reference"] for item in page["items"]]
        cursor = page["next"]
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 55 and other not in seen
    everything = await office.http.get("/api/v1/orders", headers=office.as_("dispatcher"))
    assert len(everything.json()["items"]) == 50
    for bad in ("x", "W10", "WyJhIiwiYiJd"):
        answer = await office.http.get(f"/api/v1/orders?cursor={bad}", headers=office.as_("dispatcher"))
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor")


async def test_without_a_roster_everything_lies_with_the_dispatcher(office: Office) -> None:
    assert (await office.order(await office.submit()))["state"] == "unroutable"


async def _wake(office: Office) -> None:
    """Any answer given wakes the sleeper."""
    await office.http.post(
        f"/api/v1/orders/{await office.submit()}/accept", json={"member": "m-1"}, headers=office.as_("officer")
    )


async def _state(office: Office, reference: str) -> str:
    return str((await office.order(reference))["state"])


async def _member(office: Office, reference: str) -> str:
    return str((await office.order(reference))["member"])


async def _kinds(office: Office, ending: str) -> list[str]:
    return sorted(kind for kind, _ in office.said() if kind.endswith(ending))


def _told(office: Office) -> list[tuple[str, dict[str, Any]]]:
    """What routing told the body of issues."""
    return [
        (kind, event) for kind, event in office.said() if kind.startswith("inner.issue.") and kind not in _OF_OTHERS
    ]


async def _inner(office: Office) -> list[str]:
    return [kind.removeprefix("inner.") for kind, _ in _told(office)]
