"""Commitments that outlive the case, and the register of activities, over HTTP on both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from shared.contracts import inner, report
from shared.ids import new_id
from tests.integration.consultation_service import OTHER, OWN, Bench, running
from tests.servers import NatsServer

PROMISE = {"by": "供水公司", "department": "d-water", "what": "更换主管", "due_on": "2023-03-20"}
TALK = {"kind": "talk", "station": "st1", "members": [OWN], "audience": 40, "subject": "惠农政策"}


@pytest.fixture
async def bench(database_url: str, nats_server: NatsServer) -> AsyncIterator[Bench]:
    async with running(database_url, nats_server) as bench:
        yield bench


def problem(answer: httpx.Response) -> tuple[int, str, str | None]:
    document = answer.json()
    errors = document.get("errors") or [{"field": None}]
    return answer.status_code, document["code"], errors[0]["field"]


async def made(bench: Bench, who: str, path: str, body: dict[str, Any]) -> str:
    answer = await bench.post(who, path, body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def said(bench: Bench, kind: Any, how_many: int) -> list[Any]:
    async def count() -> int:
        return len(await bench.said(kind))

    await bench.until(count, how_many)
    return await bench.said(kind)


async def test_a_commitment_outlives_its_case_and_shows_when_it_is_overdue(bench: Bench) -> None:
    reference = await bench.taken()
    promise = await made(bench, OWN, f"/cases/{reference}/commitments", PROMISE)
    [risen] = await said(bench, report.CommitmentMadeV2, 1)
    assert (risen.commitment_id, risen.consultation_id, str(risen.due_on)) == (promise, None, "2023-03-20")
    [told] = await said(bench, inner.CommitmentMade, 1)
    assert (told.reference, told.version_of_issue, told.commitment_id) == (reference, 1, promise)

    await made(bench, OWN, f"/commitments/{promise}/progress", {"text": "内部：已下单"})
    await made(bench, OWN, f"/commitments/{promise}/progress", {"text": "材料到了", "audience": "resident"})
    [shown] = (await bench.get("service", f"/answers/{reference}")).json()["commitments"]
    assert (shown["by"], shown["state"], shown["overdue"]) == ("供水公司", "open", False)
    assert [step["text"] for step in shown["progress"]] == ["材料到了"]

    closing = {"outcome": "answered", "answer": "已安排更换"}
    assert (await bench.post(OWN, f"/cases/{reference}/close", closing)).status_code == 200
    bench.clock.at = datetime(2023, 3, 20, 15, 59, tzinfo=UTC)  # still the 20th in Shanghai
    assert (await bench.get(OWN, f"/cases/{reference}")).json()["overdue_commitments"] == 0
    bench.clock.at = datetime(2023, 3, 20, 16, tzinfo=UTC)
    case = (await bench.get(OWN, f"/cases/{reference}")).json()
    assert (case["state"], case["overdue_commitments"], case["commitments"][0]["overdue"]) == ("closed", 1, True)
    [line] = (await bench.get("officer", "/cases?state=closed")).json()["items"]
    assert (line["reference"], line["overdue_commitments"]) == (reference, 1)
    [shown] = (await bench.get("service", f"/answers/{reference}")).json()["commitments"]
    assert shown["overdue"]
    late = (await bench.get("dispatcher", "/commitments?overdue=true")).json()["items"]
    assert [each["id"] for each in late] == [promise]
    assert late[0]["issues"] == [reference]

    assert problem(await bench.post(OWN, f"/commitments/{promise}/drop"))[::2] == (422, "reason")
    kept = await bench.post(OWN, f"/commitments/{promise}/keep", {"evidence": "验收单"})
    assert kept.json()["state"] == "kept"
    progress = {"text": "又来"}
    assert problem(await bench.post(OWN, f"/commitments/{promise}/progress", progress))[:2] == (
        409,
        "commitment-settled",
    )
    [shown] = (await bench.get("service", f"/answers/{reference}")).json()["commitments"]
    assert (shown["state"], shown["evidence"], shown["overdue"]) == ("kept", "验收单", False)
    assert (await bench.get(OWN, f"/cases/{reference}")).json()["overdue_commitments"] == 0


async def test_a_commitment_needs_its_day_and_its_owner(bench: Bench) -> None:
    reference = await bench.taken()
    path = f"/cases/{reference}/commitments"
    for field in ("due_on", "what"):
        lacking = {name: value for name, value in PROMISE.items() if name != field}
        assert problem(await bench.post(OWN, path, lacking))[::2] == (422, field)
    nobody = {"what": "更换主管", "due_on": "2023-03-20"}
    assert problem(await bench.post(OWN, path, nobody))[::2] == (422, "by")
    past = PROMISE | {"due_on": "2023-03-01"}
    assert problem(await bench.post(OWN, path, past))[::2] == (422, "due_on")
    for field in ("member", "department"):
        assert problem(await bench.post(OWN, path, PROMISE | {field: "x-none"}))[::2] == (422, field)
    assert problem(await bench.post("m-third", path, PROMISE))[:2] == (404, "case-not-found")
    assert (await bench.get(OWN, "/commitments")).json()["items"] == []

    survey = await made(bench, OWN, "/surveys", {"station": "st1", "members": [OWN]})
    mode = {"place": "mobile", "gathering": "concentrated", "setting": "on-site"}
    plan = {"station": "st1", "surveys": [survey], "members": [OWN], **mode}
    consultation = f"/consultations/{await made(bench, OWN, '/consultations', plan)}"
    await bench.post(OWN, f"{consultation}/hold")
    for wrong in ({"due_on": "2023-03-01"}, {"department": "d-none"}, {"by": None, "department": None}):
        agreement = {"agreed": "好", "commitments": [PROMISE, PROMISE | wrong]}
        field = next(iter(wrong))
        refused = await bench.post(OWN, f"{consultation}/close", agreement)
        assert problem(refused)[::2] == (422, f"commitments[1].{field}")
    assert (await bench.get(OWN, consultation)).json()["state"] == "held"
    assert (await bench.get(OWN, "/commitments")).json()["items"] == []


async def test_an_owner_finds_the_own_commitments(bench: Bench) -> None:
    reference = await bench.taken()
    path = f"/cases/{reference}/commitments"
    own = await made(bench, OWN, path, {"member": OTHER, "what": "回访", "due_on": "2023-03-09"})
    await made(bench, OWN, path, PROMISE)
    mine = (await bench.get(OTHER, "/commitments?mine=true")).json()["items"]
    assert [(each["id"], each["by"]) for each in mine] == [(own, OTHER)]
    assert (await bench.get("m-third", f"/commitments/{own}")).status_code == 404
    assert len((await bench.get(OWN, "/commitments")).json()["items"]) == 2
    # Whoever undertook it settles it, though the case is somebody else's.
    assert (await bench.post(OTHER, f"/commitments/{own}/keep")).status_code == 200
    assert (await bench.get(OTHER, f"/commitments/{own}")).json()["state"] == "kept"


async def test_kept_and_dropped_at_once_is_one_of_them(bench: Bench) -> None:
    reference = await bench.taken()
    promise = await made(bench, OWN, f"/cases/{reference}/commitments", PROMISE)
    answers = await asyncio.gather(
        bench.post(OWN, f"/commitments/{promise}/keep"),
        bench.post("officer", f"/commitments/{promise}/drop", {"reason": "不需要了"}),
        bench.post(OWN, f"/commitments/{promise}/keep"),
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    assert len(await said(bench, inner.CommitmentSettled, 1)) == 1


async def test_each_kind_counts_once_for_the_station_and_once_for_each_member(bench: Bench) -> None:
    kinds = ("reception", "talk", "good-deed", "survey", "study-session")
    ids = {
        kind: await made(bench, OWN, "/activities", TALK | {"kind": kind, "members": [OWN, OTHER]}) for kind in kinds
    }
    page = (await bench.get("officer", "/activities")).json()["items"]
    assert {each["kind"]: (each["id"], each["members"]) for each in page} == {
        kind: (ident, [OTHER, OWN]) for kind, ident in ids.items()
    }
    [day] = await said(bench, report.ReceptionDayHeld, 1)
    assert (day.activity_id, day.members, day.audience) == (ids["reception"], 2, 40)
    [survey] = await said(bench, report.SurveyMade, 1)
    assert (survey.survey_id, survey.members) == (ids["survey"], 2)
    assert {event.kind for event in await said(bench, report.ActivityRecorded, 3)} == {
        "talk",
        "good-deed",
        "study-session",
    }
    counted = (await bench.get("officer", "/activities/by-member?first=2023-03-01&last=2023-03-31")).json()
    assert {each["member"]: each["kinds"] for each in counted} == {who: dict.fromkeys(kinds, 1) for who in (OWN, OTHER)}
    # A survey made for itself is in the register as well, and a consultation may rest on one recorded there.
    await made(bench, OWN, "/surveys", {"station": "st1", "members": [OWN]})
    assert len((await bench.get(OWN, "/activities?kind=survey")).json()["items"]) == 2
    mode = {"place": "mobile", "gathering": "concentrated", "setting": "on-site"}
    plan = {"station": "st1", "surveys": [ids["survey"]], "members": [OWN], **mode}
    await made(bench, OWN, "/consultations", plan)


async def test_who_took_part_too_is_counted_once_and_the_station_not_again(bench: Bench) -> None:
    talk = await made(bench, OWN, "/activities", TALK)
    survey = await made(bench, OWN, "/activities", TALK | {"kind": "survey"})
    there = (await bench.get(OTHER, "/activities?station=st1")).json()["items"]
    assert {each["id"] for each in there} == {talk, survey}
    for _ in range(2):
        for activity in (talk, survey):
            assert (await bench.post(OTHER, f"/activities/{activity}/members")).status_code == 200
    assert (await bench.post(OWN, f"/activities/{talk}/members")).status_code == 200
    foreign = await bench.post(OTHER, f"/activities/{talk}/members", {"member": "m-third"})
    assert problem(foreign)[::2] == (403, "member")
    assert problem(await bench.post("officer", f"/activities/{talk}/members"))[::2] == (422, "member")
    unknown = await bench.post("officer", f"/activities/{talk}/members", {"member": "m-none"})
    assert problem(unknown)[::2] == (422, "member")
    assert problem(await bench.post(OTHER, f"/activities/{new_id()}/members"))[0] == 404
    joined = await said(bench, report.ActivityJoined, 2)
    assert {event.activity_id for event in joined} == {talk, survey}
    assert OTHER not in joined[0].model_dump_json()
    [line] = (await bench.get(OTHER, "/activities?kind=talk")).json()["items"]
    assert line["members"] == [OTHER, OWN]
    counted = (await bench.get(OTHER, "/activities/by-member?first=2023-03-02&last=2023-03-02")).json()
    assert counted == [{"member": OTHER, "kinds": {"survey": 1, "talk": 1}}]
    backwards = await bench.get(OTHER, "/activities/by-member?first=2023-03-02&last=2023-03-01")
    assert problem(backwards)[::2] == (422, "to")


async def test_an_activity_needs_its_members_and_its_station(bench: Bench) -> None:
    for field, value in (("members", []), ("members", None), ("station", None), ("kind", "party")):
        refused = await bench.post(OWN, "/activities", {**TALK, field: value})
        assert problem(refused)[::2] == (422, field)
    assert (await bench.get("officer", "/activities")).json()["items"] == []
