"""Surveys, consultations, commitments and activities over HTTP, on both databases, and what rises of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.contracts import inner, report
from shared.ids import new_id, new_reference
from tests.integration.consultation_service import OTHER, OWN, Bench, running, station
from tests.servers import NatsServer

SURVEY = {"station": "st1", "members": [OWN], "category": "water-supply", "findings": "三户水压不足"}
MODE = {"place": "mobile", "gathering": "concentrated", "setting": "on-site"}


@pytest.fixture
async def bench(database_url: str, nats_server: NatsServer) -> AsyncIterator[Bench]:
    async with running(database_url, nats_server) as bench:
        yield bench


def problem(answer) -> tuple[int, str, str | None]:  # type: ignore[no-untyped-def]
    document = answer.json()
    errors = document.get("errors") or [{"field": None}]
    return answer.status_code, document["code"], errors[0]["field"]


async def made(bench: Bench, who: str, path: str, body: dict[str, Any]) -> str:
    answer = await bench.post(who, path, body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def wanted(surveys: list[str], **more: Any) -> dict[str, Any]:
    return {"topic": "供水", "station": "st1", "surveys": surveys, "members": [OWN], "residents": 3, **MODE, **more}


async def test_from_survey_to_a_kept_commitment(bench: Bench) -> None:
    reference = await bench.taken()
    survey = await made(bench, OWN, "/surveys", {**SURVEY, "reference": reference})
    participants = {"issues": [reference], "members": [OWN, OTHER], "departments": ["d-water"]}
    consultation = await made(bench, OWN, "/consultations", wanted([survey], **participants))
    assert (await bench.post(OWN, f"/consultations/{consultation}/hold")).json()["state"] == "held"
    agreement = {
        "agreed": "更换主管",
        "commitments": [
            {"by": "d-water", "what": "换管", "due_on": "2023-04-01"},
            {"by": "物业", "what": "告知住户", "due_on": "2023-03-10"},
        ],
    }
    closed = (await bench.post(OWN, f"/consultations/{consultation}/close", agreement)).json()
    assert [each["by"] for each in closed["commitments"]] == ["d-water", "物业"]
    first, second = (each["id"] for each in closed["commitments"])
    assert (await bench.post(OWN, f"/commitments/{first}/keep", {"evidence": "验收单"})).json()["state"] == "kept"
    assert problem(await bench.post(OWN, f"/commitments/{first}/keep"))[:2] == (409, "commitment-settled")
    assert problem(await bench.post(OWN, f"/commitments/{second}/drop"))[::2] == (422, "reason")
    assert (await bench.post(OTHER, f"/commitments/{second}/drop", {"reason": "不再需要"})).status_code == 200

    told = (await bench.get("service", f"/answers/{reference}")).json()["commitments"]
    assert [(each["by"], each["state"]) for each in told] == [("物业", "dropped"), ("d-water", "kept")]
    case = (await bench.get(OWN, f"/cases/{reference}")).json()
    kinds = [entry["kind"] for entry in case["thread"]]
    assert kinds[2:] == [
        "survey",
        "consultation-opened",
        "consultation-held",
        "commitment-made",
        "commitment-made",
        "commitment-kept",
        "commitment-dropped",
    ]
    await bench.until(lambda: how_many(bench, inner.CommitmentSettled), 2)
    versions = [
        event.version_of_issue
        for kind in (inner.ConsultationHeld, inner.CommitmentMade, inner.CommitmentSettled)
        for event in await bench.said(kind)
    ]
    assert versions == [1, 2, 3, 4, 5]
    await bench.until(lambda: how_many(bench, report.CommitmentDropped), 1)
    [held] = await bench.said(report.ConsultationHeld)
    assert (held.members, held.residents, held.departments, held.issues, held.surveys) == (2, 3, 1, 1, 1)
    assert (held.place, held.gathering, held.setting) == ("mobile", "concentrated", "on-site")
    [risen] = await bench.said(report.SurveyMade)
    assert (risen.survey_id, risen.members, risen.category) == (survey, 1, "water-supply")
    assert [event.commitment_id for event in await bench.said(report.CommitmentMade)] == [first, second]


async def how_many(bench: Bench, kind) -> int:  # type: ignore[no-untyped-def]
    return len(await bench.said(kind))


async def test_no_survey_no_consultation(bench: Bench) -> None:
    today = await made(bench, OWN, "/surveys", SURVEY)
    for surveys in ([], [new_id()], [today, new_id()]):
        refused = await bench.post(OWN, "/consultations", wanted(surveys))
        assert problem(refused) == (422, "no-survey-no-consultation", "surveys")
    before_it = wanted([today], recorded_at="2023-02-01T10:00:00+08:00")
    assert problem(await bench.post("officer", "/consultations", before_it))[::2] == (422, "surveys")
    planned = wanted([today], planned_at="2023-04-01T10:00:00+08:00")
    consultation = await made(bench, OWN, "/consultations", planned)
    held_before = {"recorded_at": "2023-02-01T10:00:00+08:00"}
    refused = await bench.post("officer", f"/consultations/{consultation}/hold", held_before)
    assert problem(refused)[::2] == (422, "surveys")
    assert await how_many(bench, report.ConsultationHeld) == 0


async def test_what_is_named_must_exist(bench: Bench) -> None:
    survey = await made(bench, OWN, "/surveys", SURVEY)
    none: dict[str, Any] = {"station": "st9", "members": [OWN, "m-nobody"]}
    for path, right, wrong in (
        ("/consultations", wanted([survey]), none | {"departments": ["d-none"], "issues": [new_reference()]}),
        ("/surveys", SURVEY, none | {"category": "c9", "reference": new_reference()}),
    ):
        # Together, since each waits a moment for what might be on its way.
        refused = await asyncio.gather(*(bench.post(OWN, path, right | {name: code}) for name, code in wrong.items()))
        assert [problem(answer)[::2] for answer in refused] == [(422, name) for name in wrong]
    assert problem(await bench.post(OWN, "/surveys", SURVEY | {"members": []}))[::2] == (422, "members")
    half = {"agreed": "好", "commitments": [{"by": "d-water", "what": "换管"}]}
    consultation = await made(bench, OWN, "/consultations", wanted([survey]))
    await bench.post(OWN, f"/consultations/{consultation}/hold")
    refused = await bench.post(OWN, f"/consultations/{consultation}/close", half)
    assert problem(refused)[::2] == (422, "commitments[0].due_on")


async def test_a_consultation_is_held_then_closed_with_something_agreed(bench: Bench) -> None:
    survey = await made(bench, OWN, "/surveys", SURVEY)
    path = f"/consultations/{await made(bench, OWN, '/consultations', wanted([survey]))}"
    assert problem(await bench.post(OWN, f"{path}/close", {"agreed": "好"}))[:2] == (409, "consultation-not-held")
    assert (await bench.post(OWN, f"{path}/hold")).status_code == 200
    assert problem(await bench.post(OWN, f"{path}/hold"))[:2] == (409, "consultation-held")
    assert problem(await bench.post(OWN, f"{path}/close", {}))[::2] == (422, "agreed")
    assert (await bench.post(OWN, f"{path}/close", {"agreed": "好"})).status_code == 200
    assert problem(await bench.post(OWN, f"{path}/close", {"agreed": "好"}))[:2] == (409, "consultation-closed")
    whole = (await bench.get(OWN, path)).json()
    assert (whole["state"], whole["surveys"], whole["agreed"]) == ("closed", [survey], "好")


async def test_it_concerns_who_takes_part_or_has_the_issue(bench: Bench) -> None:
    reference = await bench.taken()
    survey = await made(bench, "officer", "/surveys", SURVEY | {"members": [OTHER]})
    without_me = wanted([survey], members=[OTHER])
    assert problem(await bench.post(OWN, "/consultations", without_me))[:2] == (403, "not-your-consultation")
    mine = await made(bench, OWN, "/consultations", without_me | {"issues": [reference]})
    assert (await bench.get(OTHER, f"/consultations/{mine}")).status_code == 200
    stranger = await bench.post("m-third", f"/consultations/{mine}/hold")
    assert problem(stranger)[:2] == (404, "consultation-not-found")
    assert problem(await bench.post("m-third", "/consultations/x/hold"))[:2] == (404, "consultation-not-found")
    assert problem(await bench.post("m-third", "/surveys", SURVEY))[:2] == (403, "not-your-name")
    assert problem(await bench.post(OWN, f"/commitments/{new_id()}/keep"))[:2] == (404, "commitment-not-found")


async def test_a_paper_consultation_may_be_bare(bench: Bench) -> None:
    at = {"recorded_at": "2023-01-06T09:00:00+08:00"}
    survey = await made(bench, "officer", "/surveys", SURVEY | at)
    consultation = await made(bench, "officer", "/consultations", wanted([survey]) | at)
    assert (await bench.post("officer", f"/consultations/{consultation}/hold", at)).status_code == 200
    assert (await bench.post("officer", f"/consultations/{consultation}/close", at)).status_code == 200
    await bench.until(lambda: how_many(bench, report.ConsultationHeld), 1)
    [held] = await bench.said(report.ConsultationHeld)
    assert held.on_paper and held.occurred_at.isoformat() == "2023-01-06T01:00:00+00:00"


async def test_activities_are_counted_at_their_station(bench: Bench) -> None:
    talk = {"kind": "talk", "station": "st1", "members": [OWN, OTHER, OWN], "audience": 83}
    activity = await made(bench, OWN, "/activities", talk)
    await bench.until(lambda: how_many(bench, report.ActivityRecorded), 1)
    [risen] = await bench.said(report.ActivityRecorded)
    assert (risen.activity_id, risen.kind, risen.members, risen.audience) == (activity, "talk", 2, 83)
    assert problem(await bench.post(OWN, "/activities", talk | {"kind": "party"}))[::2] == (422, "kind")
    assert problem(await bench.post(OWN, "/activities", talk | {"audience": -1}))[::2] == (422, "audience")
    assert problem(await bench.post(OWN, "/activities", talk | {"members": [OTHER]}))[:2] == (403, "not-your-name")


async def test_a_station_that_left_the_roster_is_unknown_and_its_return_known(bench: Bench) -> None:
    gone = inner.RosterPublished(
        occurred_at=bench.clock.now(), revision=2, stations=("st1",), departments=(), categories=()
    )
    await bench.tell("routing", gone)
    talk = {"kind": "talk", "station": "st2", "members": ["m-third"]}

    async def status() -> int:
        return (await bench.post("officer", "/activities", talk)).status_code

    await bench.until(status, 422)
    await bench.tell("routing", station("st2", ("m-third",), 1))  # late: of an older revision
    assert await status() == 422
    await bench.publish_roster(revision=3)
    await bench.until(status, 201)


async def test_commitments_are_listed_by_their_due_date(bench: Bench) -> None:
    survey = await made(bench, OWN, "/surveys", SURVEY)
    path = f"/consultations/{await made(bench, OWN, '/consultations', wanted([survey]))}"
    await bench.post(OWN, f"{path}/hold")
    rows = [{"by": "d", "what": "w", "due_on": f"2023-05-{day:02}"} for day in (9, 2, 5)]
    assert (await bench.post(OWN, f"{path}/close", {"commitments": rows})).status_code == 200
    listed = (await bench.get(OWN, "/commitments")).json()["items"]
    assert [each["due_on"] for each in listed] == ["2023-05-02", "2023-05-05", "2023-05-09"]
    assert (await bench.get("m-third", "/commitments")).json()["items"] == []


async def test_consultations_and_activities_are_paged(bench: Bench) -> None:
    talk = {"kind": "talk", "station": "st1", "members": [OWN]}
    survey = await made(bench, "officer", "/surveys", SURVEY | {"members": ["m-third"]})
    for number in range(52):
        await made(bench, "officer", "/activities", talk | {"recorded_at": f"2023-01-{number // 2 + 1:02}T10:00:00Z"})
        await made(bench, "officer", "/consultations", wanted([survey]))
    for path in ("/activities", "/consultations"):
        first = (await bench.get(OWN, path)).json()
        rest = (await bench.get(OWN, f"{path}?cursor={first['next']}")).json()
        ids = [each["id"] for each in (*first["items"], *rest["items"])]
        assert (len(first["items"]), len(set(ids)), rest["next"]) == (50, 52, None)
        assert (await bench.get(OTHER, path)).json()["items"] == []
