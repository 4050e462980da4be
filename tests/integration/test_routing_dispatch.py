"""What becomes of orders that somebody else takes, gives back, or that nobody fits: on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.routing.usecases.deadlines import TimingOut
from shared.contracts import inner
from shared.db.transaction import Transaction
from shared.ids import new_reference
from tests.integration.routing_office import NOW, Office, member, running_office, until
from tests.servers import NatsServer

AWAY = {"begins_on": "2026-03-01", "ends_on": "2026-03-09"}
FAR = {"station": "st-2", "communities": ["c-2"]}


@pytest.fixture
async def office(database_url: str, nats_server: NatsServer, tmp_path: Path) -> AsyncIterator[Office]:
    async with running_office(database_url, nats_server, tmp_path) as running:
        yield running


async def act(office: Office, reference: str, verb: str, role: str, who: str | None = None, /, **body: Any) -> Any:
    path = f"/api/v1/orders/{reference}/{verb}"
    return await office.http.post(path, json=body or None, headers=office.as_(role, who))


async def batch(office: Office, action: str, *references: str, **more: Any) -> list[tuple[int, str | None]]:
    body = {"action": action, "references": references, **more}
    answer = await office.http.post("/api/v1/orders/batch", json=body, headers=office.as_("dispatcher"))
    assert answer.status_code == 200, answer.text
    results = answer.json()["results"]
    assert [each["reference"] for each in results] == list(references)
    return [(each["status"], each["code"] or each["order"]["member"]) for each in results]


async def listed(office: Office, path: str, role: str = "dispatcher", code: str | None = None) -> list[str]:
    answer = await office.http.get(f"/api/v1/orders{path}", headers=office.as_(role, code))
    assert answer.status_code == 200, answer.text
    return [item["reference"] for item in answer.json()["items"]]


async def test_of_two_hundred_accepts_one_succeeds_and_the_others_are_told_so(office: Office) -> None:
    codes = [f"m-{n:03}" for n in range(200)]
    await office.import_roster(*(member(code) for code in codes))
    # Recorded for two hundred members, claimed by all of them, and taken by the one who was asked on many devices.
    for who in ("officer", "colleagues", "holder"):
        reference = await office.submit()
        holder = (await office.order(reference))["member"]
        if who == "officer":
            takes = [act(office, reference, "accept", "officer", member=code) for code in codes]
        elif who == "colleagues":
            takes = [act(office, reference, "claim", "member", code) for code in codes]
        else:
            takes = [act(office, reference, "accept", "member", holder) for _ in codes]
        answers = await asyncio.gather(*takes)
        taken = [answer for answer in answers if answer.status_code == 200]
        refused = [answer for answer in answers if answer.status_code == 409]
        assert (len(taken), len(refused)) == (1, 199)
        assert {answer.json()["code"] for answer in refused} <= {"order-taken", "order-already-yours"}
        assert {answer.headers["content-type"] for answer in refused} == {"application/problem+json"}
        order = await office.order(reference)
        assert (order["state"], order["member"]) == ("accepted", taken[0].json()["member"])
        await until(lambda reference=reference: _accepts(office, reference), 1)


async def _accepts(office: Office, reference: str) -> int:
    return sum(event["reference"] == reference for _, event in office.said("inner.issue.accepted"))


async def test_a_colleague_at_the_station_claims_what_nobody_took(office: Office) -> None:
    await office.import_roster(member("m-1"), member("m-2", communities=[]), member("m-far", **FAR))
    reference = await office.submit()
    assert (await office.order(reference))["member"] == "m-1"
    assert await listed(office, "?scope=station", "member", "m-2") == [reference]
    assert await listed(office, "?scope=station", "member", "m-1") == []
    assert await listed(office, "?scope=station", "member", "m-far") == []
    assert (await act(office, reference, "claim", "member", "m-far")).status_code == 404
    claimed = await act(office, reference, "claim", "member", "m-2")
    assert (claimed.status_code, claimed.json()["state"], claimed.json()["member"]) == (200, "accepted", "m-2")
    assert claimed.json()["why"] == {"chosen_by": "colleague", "at": "st-1", "instead_of": "m-1"}
    assert (await act(office, reference, "accept", "member", "m-1")).json()["code"] == "order-taken"
    await until(lambda: _steps(office, reference), ["assigned", "assigned", "accepted"])
    assigned = [event for _, event in office.said("inner.issue.assigned")]
    assert [event["chosen_by"] for event in assigned] == ["rule", "colleague"]


async def _steps(office: Office, reference: str) -> list[str]:
    told = [(kind, event) for kind, event in office.said() if kind.startswith("inner.issue.")]
    ours = [(kind, event) for kind, event in told if event["reference"] == reference and "submitted" not in kind]
    assert [event["version_of_issue"] for _, event in ours] == list(range(1, len(ours) + 1))
    return [kind.rpartition(".")[2] for kind, _ in ours]


async def test_what_a_member_on_leave_has_goes_to_the_stand_in(office: Office) -> None:
    away = {"leave": [{**AWAY, "stand_in": "m-2"}]}
    here = [member("m-2", **FAR), member("m-3", **FAR)]
    await office.import_roster(member("m-1"), *here)
    waiting, taken, other = [await office.submit() for _ in range(3)]
    assert [(await office.order(each))["member"] for each in (waiting, taken, other)] == ["m-1"] * 3
    await act(office, taken, "accept", "member", "m-1")
    path = "/api/v1/members/m-1/hand-over"
    early = await office.http.post(path, headers=office.as_("dispatcher"))
    assert (early.status_code, early.json()["code"]) == (409, "not-on-leave")
    await office.import_roster(member("m-1", **away), *here)

    assert sorted(await listed(office, "?scope=stand-in", "member", "m-2")) == sorted([waiting, taken, other])
    assert (await act(office, other, "take-over", "member", "m-3")).status_code == 404
    over = await act(office, other, "take-over", "member", "m-2")
    assert (over.status_code, over.json()["state"], over.json()["member"]) == (200, "accepted", "m-2")
    wrong = await office.http.post(path, json={"to": "m-1"}, headers=office.as_("officer"))
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "to")
    done = await office.http.post(path, headers=office.as_("dispatcher"))
    assert done.status_code == 200
    assert {each["reference"]: each["state"] for each in done.json()["orders"]} == {
        waiting: "assigned", taken: "assigned"
    }  # fmt: skip
    assert done.json()["orders"][0]["why"]["stand_in_for"] == "m-1"
    assert (await act(office, taken, "accept", "member", "m-2")).status_code == 200
    await until(lambda: _steps(office, taken), ["assigned", "accepted", "assigned", "accepted"])
    again = await office.http.post("/api/v1/members/m-1/take-over", headers=office.as_("member", "m-2"))
    assert (again.status_code, again.json()["orders"]) == (200, [])
    strange = await office.http.post("/api/v1/members/m-1/take-over", headers=office.as_("member", "m-3"))
    assert strange.status_code == 404


async def test_what_is_another_bodys_goes_back_within_seven_working_days(office: Office) -> None:
    await office.import_roster(member("m-1"), member("m-2"))
    reference = await office.submit()
    # The Spring Festival lies between; the Saturdays around it are worked. The seventh day after the 13th is today.
    in_time = await office.submit(occurred_at=NOW - timedelta(days=17))
    late = await office.submit(occurred_at=NOW - timedelta(days=18))
    holder = (await office.order(reference))["member"]
    body = {"reason": "属于地区管理", "proposed_owner": "ili"}
    for missing in ("reason", "proposed_owner"):
        refused = await act(
            office, reference, "wrong-body", "member", holder, **{k: v for k, v in body.items() if k != missing}
        )
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, missing)
    own = await act(office, reference, "wrong-body", "member", holder, **{**body, "proposed_owner": "zhaosu"})
    assert (own.status_code, own.json()["errors"][0]["field"]) == (422, "proposed_owner")
    stranger = "m-2" if holder == "m-1" else "m-1"
    assert (await act(office, reference, "wrong-body", "member", stranger, **body)).status_code == 404
    await act(office, reference, "accept", "member", holder)
    back = await act(office, reference, "wrong-body", "member", holder, **body)
    assert (back.status_code, back.json()["state"], back.json()["proposed_owner"]) == (200, "returned", "ili")
    assert await listed(office, "/queue") == [reference]
    assert await listed(office, "?state=returned", "member", holder) == [reference]
    too_late = await act(office, late, "wrong-body", "officer", **body)
    assert (too_late.status_code, too_late.json()["code"]) == (409, "return-too-late")
    assert "2026-02-28" in too_late.text
    assert (await act(office, in_time, "wrong-body", "officer", **body)).status_code == 200
    await until(lambda: _steps(office, reference), ["assigned", "accepted", "returned"])
    assert "地区" not in str(office.heard)

    assert await batch(office, "offer-again", reference) == [(200, stranger)]
    order = await office.order(reference)
    assert (order["state"], order["proposed_owner"]) == ("assigned", None)


async def test_the_dispatcher_moves_many_at_once_and_each_says_how_it_ended(office: Office) -> None:
    await office.import_roster(member("m-1"), member("m-2", **FAR))
    first, second, taken = [await office.submit() for _ in range(3)]
    await act(office, taken, "accept", "member", "m-1")
    unknown = new_reference()
    assert await batch(office, "hand-on", first, taken, unknown) == [
        (200, "m-2"), (409, "order-state"), (404, "order-not-found")
    ]  # fmt: skip
    assert await batch(office, "hand-on", first) == [(409, "nobody-fits")]
    assert (await office.order(first))["member"] == "m-2"  # nobody left: it stays where it is
    await act(office, first, "decline", "member", "m-2", code="busy")
    assert (await office.order(first))["state"] == "unroutable"
    # m-1 did not answer and may be asked again; m-2 said no.
    assert await batch(office, "offer-again", first, second) == [(200, "m-1"), (409, "order-state")]
    assert await batch(office, "assign", first, second, taken, member="m-2") == [
        (200, "m-2"), (200, "m-2"), (409, "order-state")
    ]  # fmt: skip
    assert await batch(office, "assign", first, member="m-9") == [(422, "unknown-member")]
    for body, field in (
        ({"action": "assign", "references": [first]}, "member"),
        ({"action": "burn", "references": [first]}, "action"),
        ({"action": "hand-on", "references": []}, "references"),
    ):
        refused = await office.http.post("/api/v1/orders/batch", json=body, headers=office.as_("dispatcher"))
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


async def test_what_nobody_fitted_is_tried_again_when_the_roster_changes_or_a_leave_ends(office: Office) -> None:
    reference = await office.submit()
    assert (await office.order(reference))["state"] == "unroutable"
    await office.import_roster(member("m-1", leave=[{**AWAY}]))
    later = await office.submit()
    order = await office.order(later)
    assert (order["state"], order["why"]["passed_over"]) == ("unroutable", [{"member": "m-1", "until": "2026-03-09"}])
    office.clock.at = NOW + timedelta(days=8)
    # Any answer given wakes the sleeper, which otherwise looks once a minute.
    await batch(office, "hand-on", reference)
    await until(lambda: _members(office, reference, later), ["m-1", "m-1"])
    # A new member, too, for what the only other one does not take.
    await act(office, reference, "decline", "member", "m-1", code="away")
    assert (await office.order(reference))["state"] == "unroutable"
    await office.import_roster(member("m-1"), member("m-2"))
    await until(lambda: _members(office, reference), ["m-2"])


async def _members(office: Office, *references: str) -> list[str | None]:
    return [(await office.order(reference))["member"] for reference in references]


async def test_the_queue_is_narrowed_and_paged(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    await office.import_roster(member("m-1"))
    everything = []
    for n in range(60):
        community, station = ("c-1", "st-1") if n % 2 else ("c-2", "st-2")
        at = NOW - timedelta(minutes=n // 3)
        everything.append(
            await office.submit(community=community, station=station, category="roads" if n % 3 else None,
                                occurred_at=at)
        )  # fmt: skip
    await until(lambda: _count(office, "assigned"), 60)
    await act(office, everything[0], "decline", "member", "m-1", code="busy")
    assert await listed(office, "/queue") == [everything[0]]
    assert await listed(office, "/queue?state=unroutable&township=t-2") == [everything[0]]
    assert await listed(office, "/queue?state=unroutable&township=t-1") == []
    seen, cursor = [], ""
    while True:
        narrowed = "/api/v1/orders/queue?state=assigned&category=roads&township=t-1"
        page = (
            await office.http.get(narrowed + (f"&cursor={cursor}" if cursor else ""), headers=office.as_("dispatcher"))
        ).json()
        seen += page["items"]
        cursor = page["next"]
        if not cursor:
            break
    assert len(seen) == 20 and len({item["reference"] for item in seen}) == 20
    assert [item["submitted_at"] for item in seen] == sorted(item["submitted_at"] for item in seen)
    assert await listed(office, "/queue?late=true") == []

    async def rests(_self: TimingOut, _tx: Transaction) -> int:
        return 0

    # Or the body's clock may pass on what is late before it is looked at.
    monkeypatch.setattr(TimingOut, "pass_on_late", rests)
    office.clock.at = NOW + timedelta(days=2, minutes=1)
    late = await listed(office, "/queue?late=true")
    assert len(late) == 50 and everything[-1] in late
    assert (await office.http.get("/api/v1/orders/queue", headers=office.as_("member", "m-1"))).status_code == 403


async def _count(office: Office, state: str) -> int:
    answer = await office.http.get(f"/api/v1/orders?state={state}", headers=office.as_("dispatcher"))
    following = answer.json()["next"]
    more = await office.http.get(
        f"/api/v1/orders?state={state}&cursor={following}", headers=office.as_("dispatcher")
    )  if following else None  # fmt: skip
    return len(answer.json()["items"]) + (len(more.json()["items"]) if more else 0)


async def test_a_decline_bears_a_code_and_words_only_where_they_are_needed(office: Office) -> None:
    await office.import_roster(member("m-1"), member("m-2", **FAR))
    reference = await office.submit()
    refused = await act(office, reference, "decline", "member", "m-1", code="other")
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "reason")
    wrong = await act(office, reference, "decline", "member", "m-1", code="tired")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "code")
    assert (await act(office, reference, "decline", "member", "m-1", code="own-interest")).status_code == 200
    await until(lambda: _reasons(office), ["own-interest"])


async def _reasons(office: Office) -> list[str]:
    return [event["reason_code"] for _, event in office.said("inner.issue.declined")]


async def test_an_issue_withdrawn_while_it_lies_with_the_dispatcher_as_another_bodys_is_over(office: Office) -> None:
    await office.import_roster(member("m-1"))
    reference = await office.submit()
    await act(office, reference, "wrong-body", "member", "m-1", reason="x", proposed_owner="ili")
    await office.tell(inner.IssueWithdrawn(occurred_at=NOW, reference=reference, version_of_issue=2))
    await until(lambda: _state(office, reference), "withdrawn")


async def _state(office: Office, reference: str) -> str:
    return str((await office.order(reference))["state"])
