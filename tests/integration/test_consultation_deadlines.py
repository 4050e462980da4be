"""What is done in a case, over HTTP, and what becomes of its deadlines; the pages that show them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from services.consultation.deadlines import clock
from shared.contracts import inner, report
from shared.contracts.terms import DEFAULT_TERMS
from shared.web.auth import SESSION_COOKIE, Role
from tests.integration.consultation_service import NOW, OTHER, OWN, Bench, running
from tests.servers import NatsServer

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
async def bench(database_url: str, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    # The hands of a test move the service's clock, which nothing tells.
    monkeypatch.setattr(clock, "LOOK_AGAIN_SECONDS", 0.2)
    async with running(database_url, nats_server) as bench:
        yield bench


def local(text: str) -> str:
    """A moment of the body, as the API says it."""
    moment = datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)
    return moment.astimezone(ZoneInfo("UTC")).isoformat().replace("+00:00", "Z")


async def owed(bench: Bench, reference: str, who: str = OWN) -> dict[str, dict[str, Any]]:
    """The deadlines of a case by kind."""
    answer = await bench.get(who, f"/cases/{reference}/deadlines")
    assert answer.status_code == 200, answer.text
    return {line["kind"]: line for line in answer.json()}


async def states(bench: Bench, reference: str) -> dict[str, str]:
    return {kind: line["state"] for kind, line in (await owed(bench, reference)).items()}


async def done(bench: Bench, who: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
    answer = await bench.post(who, path, body)
    assert answer.status_code in (200, 201), answer.text
    said: dict[str, Any] = answer.json()
    return said


async def test_accepting_owes_a_contact_and_an_answer_and_work_meets_them(bench: Bench) -> None:
    reference = await bench.taken()
    lines = await owed(bench, reference)
    # Accepted on Wednesday, the first of March 2023: three and fifteen working days after it.
    assert {kind: line["due_at"] for kind, line in lines.items()} == {
        "first-contact": local("2023-03-06T18:00"),
        "answer": local("2023-03-22T18:00"),
    }
    # The clock of the bench stands at Thursday.
    assert (lines["first-contact"]["working_days_left"], lines["answer"]["working_days_left"]) == (2, 14)
    await done(bench, OWN, f"/cases/{reference}/contacts", {"means": "phone"})
    assert await states(bench, reference) == {"first-contact": "met", "answer": "running"}
    await done(bench, OWN, f"/cases/{reference}/close", {"outcome": "solved", "answer": "修好了"})
    assert await states(bench, reference) == {"first-contact": "met", "answer": "met"}


async def test_reopened_it_owes_an_answer_again_and_taken_back_nothing(bench: Bench) -> None:
    reference = await bench.taken()
    await done(bench, OWN, f"/cases/{reference}/close", {"outcome": "solved", "answer": "修好了"})
    at = bench.clock.now()
    await bench.tell("intake", inner.IssueReopened(occurred_at=at, reference=reference, version_of_issue=2))
    await bench.until(lambda: bench.state_of(reference), "in-progress")
    answer = [
        line for line in (await bench.get(OWN, f"/cases/{reference}/deadlines")).json() if line["kind"] == "answer"
    ]
    assert [line["state"] for line in answer] == ["met", "running"]
    await bench.tell("intake", inner.IssueWithdrawn(occurred_at=at, reference=reference, version_of_issue=3))
    await bench.until(lambda: bench.state_of(reference), "withdrawn")
    assert set((await states(bench, reference)).values()) == {"met", "released"}


async def test_a_department_has_its_own_days_and_supervision_sets_a_new_one(bench: Bench) -> None:
    for code, days in (("d-water", 2), ("d-roads", None)):
        event = inner.DepartmentPublished(occurred_at=NOW, revision=2, code=code, categories=(), days_to_reply=days)
        await bench.tell("routing", event)
    reference = await bench.taken()
    for code in ("d-water", "d-roads"):
        await done(bench, OWN, f"/cases/{reference}/referrals", {"department": code})
    lines = (await bench.get(OWN, f"/cases/{reference}/deadlines")).json()
    due = {line["department"]: line["due_at"] for line in lines if line["department"]}
    assert due == {"d-water": local("2023-03-06T18:00"), "d-roads": local("2023-03-09T18:00")}
    await done(bench, OWN, f"/cases/{reference}/referrals/d-water/reply", {"text": "已处理"})
    await done(bench, "officer", f"/cases/{reference}/referrals/d-roads/remind")
    await done(bench, "officer", f"/cases/{reference}/referrals/d-roads/supervise", {"due_on": "2023-03-17"})
    lines = (await bench.get(OWN, f"/cases/{reference}/deadlines")).json()
    assert {(line["department"], line["state"], line["due_at"]) for line in lines if line["department"]} == {
        ("d-water", "met", local("2023-03-06T18:00")),
        ("d-roads", "released", local("2023-03-09T18:00")),
        ("d-roads", "running", local("2023-03-17T18:00")),
    }


async def test_the_service_s_own_clock_warns_marks_and_tells_and_a_silent_department_is_overdue(
    bench: Bench,
) -> None:
    reference = await bench.taken()
    await done(bench, OWN, f"/cases/{reference}/referrals", {"department": "d-roads"})
    bench.clock.at += timedelta(days=60)
    told = ["answer", "first-contact", "referral-reply"]
    for event in (inner.DeadlineMissed, inner.DeadlineEscalated, report.DeadlineMissed):

        async def kinds(event: Any = event) -> list[str]:
            return sorted(each.kind for each in await bench.said(event))

        await bench.until(kinds, told)
    assert set((await states(bench, reference)).values()) == {"missed"}
    case = (await bench.get(OWN, f"/cases/{reference}")).json()
    assert [each["state"] for each in case["referrals"]] == ["overdue"]
    assert "overdue" in [each["kind"] for each in case["thread"]]
    await done(bench, OWN, f"/cases/{reference}/referrals/d-roads/reply", {"text": "已处理"})
    await done(bench, OWN, f"/cases/{reference}/close", {"outcome": "solved", "answer": "修好了"})
    assert set((await states(bench, reference)).values()) == {"met-late"}
    assert await bench.said(inner.DeadlineWarned) == []


async def test_a_commitment_is_owed_by_its_day_and_outlives_the_case(bench: Bench) -> None:
    reference = await bench.taken()
    promise = {"by": "水利局", "what": "换水管", "due_on": "2023-03-31"}
    made = await done(bench, OWN, f"/cases/{reference}/commitments", promise)
    await done(bench, OWN, f"/cases/{reference}/close", {"outcome": "planned", "answer": "三月底换"})
    line = (await owed(bench, reference))["commitment"]
    assert (line["state"], line["due_at"], line["member"]) == ("running", local("2023-03-31T18:00"), OWN)
    assert line["may_pause"] is False
    await done(bench, OWN, f"/commitments/{made['id']}/keep")
    assert (await owed(bench, reference))["commitment"]["state"] == "met"


async def test_taken_over_it_is_owed_by_the_same_day_by_somebody_else(bench: Bench) -> None:
    reference = await bench.taken()
    before = await owed(bench, reference)
    await bench.assign(reference, OTHER)
    await bench.accept(reference, OTHER)

    async def whose() -> str:
        return str((await owed(bench, reference, "officer"))["answer"]["member"])

    await bench.until(whose, OTHER)
    after = await owed(bench, reference, OTHER)
    assert {kind: line["due_at"] for kind, line in after.items()} == {k: line["due_at"] for k, line in before.items()}
    assert (await bench.get(OWN, f"/cases/{reference}/deadlines")).status_code == 404


async def test_given_back_it_is_still_owed_though_by_nobody_yet(bench: Bench) -> None:
    reference = await bench.taken()
    version = bench.routing_versions[reference] = bench.routing_versions[reference] + 1
    returned = inner.IssueReturned(
        occurred_at=NOW, reference=reference, version_of_issue=version, member=OWN, proposed_owner="ili"
    )
    await bench.tell("routing", returned)
    await bench.until(lambda: bench.state_of(reference), "returned")
    lines = await owed(bench, reference, "officer")
    assert {(line["member"], line["state"]) for line in lines.values()} == {(None, "running")}
    await bench.assign(reference, OTHER)
    await bench.accept(reference, OTHER)
    await bench.until(lambda: bench.state_of(reference), "in-progress")
    assert {line["member"] for line in (await owed(bench, reference, OTHER)).values()} == {OTHER}


async def test_a_pause_over_http_is_on_the_thread_and_names_what_is_wrong(bench: Bench) -> None:
    reference = await bench.taken()
    answer = (await owed(bench, reference))["answer"]
    path = f"/cases/{reference}/deadlines/{answer['id']}"
    refused = await bench.post(OWN, f"{path}/pause", {"reason": "other"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "note")
    refused = await bench.post(OWN, f"{path}/pause", {"reason": "no-time"})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "reason")
    assert (await bench.post(OTHER, f"{path}/pause", {"reason": "resident"})).status_code == 404
    assert (await bench.post("dispatcher", f"{path}/pause", {"reason": "resident"})).status_code == 403
    assert await states(bench, reference) == {"first-contact": "running", "answer": "running"}
    await done(bench, OWN, f"{path}/pause", {"reason": "resident", "note": "居民外出"})
    line = (await owed(bench, reference))["answer"]
    assert (line["state"], line["paused_for"]) == ("paused", "resident")
    assert (await bench.post(OWN, f"{path}/pause", {"reason": "resident"})).status_code == 409
    bench.clock.at += timedelta(days=7)
    await done(bench, OWN, f"{path}/resume")
    assert (await owed(bench, reference))["answer"]["due_at"] == local("2023-03-29T18:00")
    thread = (await bench.get(OWN, f"/cases/{reference}")).json()["thread"]
    noted = [(each["kind"], each["audience"], each["text"]) for each in thread if each["kind"].startswith("deadline")]
    assert noted == [("deadline-paused", "staff", "居民外出"), ("deadline-resumed", "staff", None)]
    (paused,) = await bench.said(inner.DeadlinePaused)
    assert paused.why == "resident"
    assert "居民外出" not in paused.model_dump_json()


async def test_the_body_s_calendar_is_heard(bench: Bench) -> None:
    calendar = inner.CalendarPublished(
        occurred_at=NOW,
        revision=1,
        hours=("10:00-14:00", "16:00-20:00"),
        days_on=(),
        days_off=(date(2023, 3, 3),),
        terms=DEFAULT_TERMS,
    )
    await bench.tell("routing", calendar)
    reference = await bench.taken()
    assert (await owed(bench, reference))["first-contact"]["due_at"] == local("2023-03-07T20:00")


async def test_lists_and_pages_are_for_whom_they_concern(bench: Bench) -> None:
    own, other = await bench.taken(), await bench.taken(OTHER)
    mine = (await bench.get(OWN, "/deadlines?which=soon")).json()["items"]
    assert {line["reference"] for line in mine} == {own}
    every = (await bench.get("dispatcher", "/deadlines?which=soon&kind=answer")).json()["items"]
    assert {line["reference"] for line in every} == {own, other}
    assert (await bench.get("officer", "/deadlines?cursor=x")).status_code == 422
    assert (await bench.get("officer", "/deadlines?kind=nothing")).status_code == 422
    for language in ("zh-Hans", "ug", "en"):
        for role, member, path, status in (
            (Role.OFFICER, None, "/office/deadlines?which=soon", 200),
            (Role.DISPATCHER, None, "/office/deadlines", 200),
            (Role.MEMBER, OWN, "/office/deadlines", 403),
            (Role.MEMBER, OWN, "/work/deadlines", 200),
            (Role.MEMBER, OWN, "/work", 200),
            (Role.MEMBER, OWN, f"/work/{own}", 200),
        ):
            cookies = {"Cookie": f"{SESSION_COOKIE}={bench.token(role, member)}"}
            page = await bench.http.get(path, headers={"Accept": "text/html", "Accept-Language": language, **cookies})
            assert page.status_code == status, (path, page.text[-2000:])
            if status == 200 and path != "/office/deadlines":
                assert own in page.text
                assert (other in page.text) is (role is Role.OFFICER)


async def test_a_pause_on_the_page_of_a_case(bench: Bench) -> None:
    reference = await bench.taken()
    answer = (await owed(bench, reference))["answer"]
    headers = {"Accept": "text/html", "Accept-Language": "en"}
    headers["Cookie"] = f"{SESSION_COOKIE}={bench.token(Role.MEMBER, OWN)}"
    page = await bench.http.get(f"/work/{reference}", headers=headers)
    assert "14 working days left" in page.text
    form = {"csrf": page.text.split('name="csrf" value="')[1].split('"')[0], "deadline": answer["id"]}

    async def send(path: str, **fields: str) -> Any:
        return await bench.http.post(f"/work/{reference}/{path}", data={**form, **fields}, headers=headers)

    refused = await send("pauses?key=11111111-1111-4111-8111-111111111111", pause_reason="other")
    assert refused.status_code == 422
    assert 'id="pause_note-error"' in refused.text
    sent = await send("pauses?key=21111111-1111-4111-8111-111111111111", pause_reason="season")
    assert sent.status_code == 303, sent.text[-3000:]
    page = await bench.http.get(f"/work/{reference}", headers=headers)
    assert "Waiting for the season or the weather" in page.text
    del form["deadline"]
    resumed = await send(f"deadlines/{answer['id']}/resume?key=31111111-1111-4111-8111-111111111111")
    assert resumed.status_code == 303, resumed.text[-3000:]
    assert await states(bench, reference) == {"first-contact": "running", "answer": "running"}
