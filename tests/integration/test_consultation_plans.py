"""Consultations in full over HTTP, on both databases: the rule and its relaxing, plans, invitations, contributions."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from icalendar import Calendar

from shared.contracts import inner, report
from shared.ids import new_id
from tests.integration.consultation_service import NOW, OTHER, OWN, Bench, running
from tests.servers import NatsServer

SURVEY = {"station": "st1", "members": [OWN], "category": "water-supply"}
MODE = {"place": "mobile", "gathering": "concentrated", "setting": "on-site"}
PLAN = {"topic": "供水", "members": [OWN, OTHER], "residents": 3, **MODE}
TIME = {"planned_at": "2023-03-10T10:00:00+08:00", "planned_until": "2023-03-10T12:00:00+08:00"}


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


async def put(bench: Bench, who: str, path: str, body: dict[str, Any]) -> httpx.Response:
    return await bench.http.put(f"/api/v1{path}", json=body, headers=bench.as_(who))


async def opened(bench: Bench, **more: Any) -> str:
    survey = await made(bench, OWN, "/surveys", SURVEY)
    return await made(bench, OWN, "/consultations", {**PLAN, "station": "st1", "surveys": [survey], **more})


async def planned(bench: Bench, how_many: int) -> list[inner.ConsultationPlanned]:
    async def count() -> int:
        return len(await bench.said(inner.ConsultationPlanned))

    await bench.until(count, how_many)
    return await bench.said(inner.ConsultationPlanned)


async def test_without_a_survey_only_on_a_recorded_decision(bench: Bench) -> None:
    without = {**PLAN, "station": "st1", **TIME}
    refused = await bench.post(OWN, "/consultations", without)
    assert problem(refused) == (422, "no-survey-no-consultation", "surveys")
    decision = {"reason": "汛期急办", "from_on": "2023-03-08", "until_on": "2023-03-12"}
    assert problem(await bench.post(OWN, "/surveys/rule", decision))[:2] == (403, "rule-needs-officer")
    assert problem(await bench.post("officer", "/surveys/rule", {"reason": "急"}))[::2] == (422, "until_on")
    past = decision | {"until_on": "2023-03-01", "from_on": "2023-02-01"}
    assert problem(await bench.post("officer", "/surveys/rule", past))[::2] == (422, "until_on")
    relaxation = await made(bench, "officer", "/surveys/rule", decision)
    overlapping = decision | {"until_on": "2023-03-20"}
    assert problem(await bench.post("officer", "/surveys/rule", overlapping))[::2] == (422, "from_on")

    consultation = await made(bench, OWN, "/consultations", without)
    shown = (await bench.get(OWN, f"/consultations/{consultation}")).json()["relaxation"]
    assert (shown["id"], shown["decided_by"], shown["reason"]) == (relaxation, "officer", "汛期急办")
    # It covers the day of the consultation, not the day of opening it.
    later = without | {"planned_at": "2023-03-13T10:00:00+08:00", "planned_until": None}
    assert problem(await bench.post(OWN, "/consultations", later))[::2] == (422, "surveys")

    ended = await bench.post("officer", f"/surveys/rule/{relaxation}/end")
    assert ended.status_code == 200
    assert problem(await bench.post("officer", f"/surveys/rule/{relaxation}/end"))[:2] == (409, "relaxation-ended")
    assert problem(await bench.post(OWN, "/consultations", without))[::2] == (422, "surveys")
    # What was opened on it is held all the same, and says that it rests on none.
    assert (await bench.post(OWN, f"/consultations/{consultation}/hold", {"residents": 2})).status_code == 200
    await bench.until(lambda: _count(bench, report.ConsultationHeld), 1)
    [held] = await bench.said(report.ConsultationHeld)
    assert (held.surveys, held.residents) == (0, 2)
    [listed] = (await bench.get(OWN, "/surveys/rule")).json()
    assert (listed["id"], listed["ended_by"]) == (relaxation, "officer")


async def _count(bench: Bench, kind: Any) -> int:
    return len(await bench.said(kind))


async def test_times_and_numbers_that_cannot_be_are_refused_with_their_field(bench: Bench) -> None:
    survey = await made(bench, OWN, "/surveys", SURVEY)
    right = {**PLAN, "station": "st1", "surveys": [survey], **TIME}
    wrong = {
        "planned_until": "2023-03-10T09:00:00+08:00",
        "contributions_until": "2023-03-01T09:00:00+08:00",
        "residents": -1,
    }
    for field, value in wrong.items():
        assert problem(await bench.post(OWN, "/consultations", right | {field: value}))[::2] == (422, field)
    crowd = right | {"resident_roles": {"affected": 3, "representative": 1}}
    assert problem(await bench.post(OWN, "/consultations", crowd))[::2] == (422, "residents")
    named = right | {"resident_roles": {"某某": 1}}
    assert problem(await bench.post(OWN, "/consultations", named))[0] == 422
    assert (await bench.get(OWN, "/consultations")).json()["items"] == []
    right |= {"resident_roles": {"affected": 2, "representative": 1}, "agenda": "一、看现场", "address": "三号楼前"}
    consultation = await made(bench, OWN, "/consultations", right)
    shown = (await bench.get(OTHER, f"/consultations/{consultation}")).json()
    assert shown["resident_roles"] == {"affected": 2, "representative": 1}
    assert (shown["agenda"], shown["address"], shown["opened_by"]) == ("一、看现场", "三号楼前", OWN)


async def test_an_invitation_keeps_its_name_and_counts_its_changes(bench: Bench) -> None:
    consultation = await opened(bench, **TIME, agenda="一、看现场", departments=["d-water"])
    path = f"/consultations/{consultation}"
    [first] = await planned(bench, 1)
    assert (first.consultation_id, first.sequence, first.members) == (consultation, 0, (OWN, OTHER))
    assert first.departments == ("d-water",)
    told = (await bench.get("service", f"{path}/invitations/departments/d-water")).json()
    assert (told["standing"], told["takes_part"], "METHOD:REQUEST" in told["calendar"]) == ("invited", True, True)

    async def entry(who: str = OWN) -> tuple[str, dict[str, Any]]:
        answer = await bench.get(who, f"{path}/invitation.ics")
        assert answer.headers["content-type"].startswith("text/calendar")
        calendar = Calendar.from_ical(answer.content)
        [event] = calendar.walk("VEVENT")
        return str(calendar["method"]), event

    method, event = await entry()
    uid = str(event["uid"])
    assert (method, event["sequence"], event["status"], str(event["summary"])) == ("PUBLISH", 0, "CONFIRMED", "供水")
    assert event["dtstart"].dt.isoformat() == "2023-03-10T02:00:00+00:00"

    change = {**PLAN, "planned_at": "2023-03-11T10:00:00+08:00", "members": [OWN, "m-third"]}
    assert problem(await put(bench, OWN, f"{path}/plan", change))[::2] == (422, "sequence")
    assert problem(await put(bench, OWN, f"{path}/plan", change | {"sequence": 4}))[:2] == (409, "changed-meanwhile")
    no_time = {**PLAN, "sequence": 0}
    assert problem(await put(bench, OWN, f"{path}/plan", no_time))[::2] == (422, "planned_at")
    assert (await put(bench, OWN, f"{path}/plan", change | {"sequence": 0})).status_code == 200
    assert problem(await put(bench, OWN, f"{path}/plan", change | {"sequence": 0}))[:2] == (409, "changed-meanwhile")
    [_, second] = await planned(bench, 2)
    assert (second.sequence, set(second.members)) == (1, {OWN, "m-third", OTHER})
    told = (await bench.get("service", f"{path}/invitations/departments/d-water")).json()
    assert (second.departments, told["standing"]) == (("d-water",), "cancelled")
    method, event = await entry()
    assert (str(event["uid"]), event["sequence"], event["dtstart"].dt.isoformat()) == (
        uid,
        1,
        "2023-03-11T02:00:00+00:00",
    )
    told = (await bench.get("service", f"{path}/invitations/{OTHER}")).json()
    assert (told["standing"], "METHOD:CANCEL" in told["calendar"]) == ("cancelled", True)
    told = (await bench.get("service", f"{path}/invitations/m-third")).json()
    assert (told["standing"], "METHOD:REQUEST" in told["calendar"]) == ("changed", True)
    assert problem(await bench.get(OWN, f"{path}/invitations/{OWN}"))[0] == 403

    assert problem(await bench.post(OWN, f"{path}/cancel"))[::2] == (422, "reason")
    assert (await bench.post(OWN, f"{path}/cancel", {"reason": "大雪"})).json()["state"] == "cancelled"
    [*_, third] = await planned(bench, 3)
    assert (third.sequence, set(third.members)) == (2, {OWN, "m-third"})
    method, event = await entry()
    assert (method, str(event["uid"]), event["sequence"], event["status"]) == ("CANCEL", uid, 2, "CANCELLED")
    assert problem(await bench.post(OWN, f"{path}/hold"))[:2] == (409, "consultation-cancelled")
    assert problem(await put(bench, OWN, f"{path}/plan", change | {"sequence": 2}))[:2] == (
        409,
        "consultation-cancelled",
    )


async def test_nobody_is_invited_to_what_has_no_time_or_is_past(bench: Bench) -> None:
    consultation = await opened(bench)
    assert problem(await bench.get(OWN, f"/consultations/{consultation}/invitation.ics"))[:2] == (409, "no-time-yet")
    survey = await made(bench, "officer", "/surveys", SURVEY | {"recorded_at": "2023-01-05T10:00:00+08:00"})
    paper = {"recorded_at": "2023-01-06T10:00:00+08:00", "planned_at": "2023-01-06T10:00:00+08:00"}
    await made(bench, "officer", "/consultations", {**PLAN, "station": "st1", "surveys": [survey], **paper})
    await opened(bench, **TIME)
    [only] = await planned(bench, 1)
    assert only.consultation_id != consultation


async def test_who_cannot_come_writes_until_the_closing_time(bench: Bench) -> None:
    closing = NOW + timedelta(days=3)
    reference = await bench.taken("m-third")
    consultation = await opened(bench, **TIME, contributions_until=closing.isoformat())
    path = f"/consultations/{consultation}"
    written = await made(bench, OTHER, f"{path}/contributions", {"text": "建议先修主管"})
    assert problem(await bench.post(OTHER, f"{path}/contributions"))[::2] == (422, "text")
    stranger = await bench.post("m-third", f"{path}/contributions", {"text": "我也说"})
    assert problem(stranger)[:2] == (404, "consultation-not-found")
    foreign = {"text": "代笔", "member": OTHER}
    assert problem(await bench.post(OWN, f"{path}/contributions", foreign))[::2] == (403, "member")
    assert problem(await bench.post("officer", f"{path}/contributions", {"text": "代笔"}))[::2] == (422, "member")
    not_invited = {"text": "代笔", "member": "m-third"}
    assert problem(await bench.post("officer", f"{path}/contributions", not_invited))[:2] == (403, "not-invited")
    # The meeting may be over before the closing time is.
    assert (await bench.post(OWN, f"{path}/hold")).status_code == 200
    await made(bench, OTHER, f"{path}/contributions", {"text": "补充一点"})
    bench.clock.at = closing
    late = await bench.post(OTHER, f"{path}/contributions", {"text": "迟了"})
    assert problem(late) == (409, "contributions-closed", "text")
    on_paper = {"text": "信上写的", "member": OWN, "recorded_at": (closing - timedelta(hours=1)).isoformat()}
    await made(bench, "officer", f"{path}/contributions", on_paper)
    shown = (await bench.get(OWN, path)).json()["contributions"]
    assert [each["text"] for each in shown] == ["建议先修主管", "补充一点", "信上写的"]
    assert (shown[0]["id"], shown[0]["member"], shown[2]["on_paper"]) == (written, OTHER, True)
    [held] = await bench.said(report.ConsultationHeld)
    assert held.contributions == 1
    minutes = {"minutes": "主管老化，逐段更换。"}
    assert (await put(bench, OWN, f"{path}/minutes", minutes)).status_code == 200
    assert (await bench.post(OWN, f"{path}/close", {"agreed": "换管"})).status_code == 200
    assert (await bench.get(OWN, path)).json()["minutes"] == minutes["minutes"]
    assert problem(await put(bench, OWN, f"{path}/minutes", minutes))[:2] == (409, "consultation-closed")
    over = await bench.post(OTHER, f"{path}/contributions", {"text": "再补"})
    assert problem(over)[:2] == (409, "consultation-closed")
    assert reference not in (await bench.get(OWN, path)).json()["issues"]


async def test_two_who_change_one_plan_at_once_do_not_undo_each_other(bench: Bench) -> None:
    consultation = await opened(bench, **TIME)
    changes = [{**PLAN, **TIME, "topic": f"供水{number}", "sequence": 0} for number in range(6)]
    answers = await asyncio.gather(
        *(put(bench, OWN, f"/consultations/{consultation}/plan", change) for change in changes)
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]
    assert [event.sequence for event in await planned(bench, 2)] == [0, 1]


async def test_there_is_no_such_consultation(bench: Bench) -> None:
    for path in (f"/consultations/{new_id()}/contributions", "/consultations/x/contributions"):
        assert problem(await bench.post(OWN, path, {"text": "说"}))[:2] == (404, "consultation-not-found")
    assert problem(await bench.get(OWN, f"/consultations/{new_id()}/invitation.ics"))[0] == 404
    assert problem(await bench.get("service", f"/consultations/{new_id()}/invitations/{OWN}"))[0] == 404
    assert problem(await bench.post("officer", f"/surveys/rule/{new_id()}/end"))[0] == 404
