"""Opinion briefs over HTTP, on both databases: written, returned, numbered without a gap, handed in, settled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from shared.contracts import report
from shared.contracts.event import Event
from shared.ids import new_id, new_reference
from tests.integration.consultation_service import OTHER, OWN, Bench, running
from tests.servers import NatsServer

TEXT = "多个社区反映冬季供水管网老化，建议列入明年改造计划。"


@pytest.fixture
async def bench(database_url: str, nats_server: NatsServer) -> AsyncIterator[Bench]:
    async with running(database_url, nats_server) as bench:
        yield bench


def problem(answer: httpx.Response) -> tuple[int, str, str | None]:
    document = answer.json()
    errors = document.get("errors") or [{"field": None}]
    return answer.status_code, document["code"], errors[0]["field"]


def brief(*issues: str, **more: Any) -> dict[str, Any]:
    return {"title": "关于供水管网", "text": TEXT, "issues": list(issues), **more}


async def written(bench: Bench, who: str = OWN, *issues: str, **more: Any) -> str:
    answer = await bench.post(who, "/briefs", brief(*issues, **more))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def step(bench: Bench, who: str, ident: str, move: str, **said: Any) -> httpx.Response:
    return await bench.post(who, f"/briefs/{ident}/{move}", said)


async def edit(bench: Bench, who: str, ident: str, body: dict[str, Any]) -> httpx.Response:
    return await bench.http.put(f"/api/v1/briefs/{ident}", json=body, headers=bench.as_(who))


async def test_from_a_draft_to_what_the_parent_made_of_it(bench: Bench) -> None:
    first, second = await bench.taken(), await bench.taken()
    ident = await written(bench, OWN, first, second, first)
    assert problem(await step(bench, "officer", ident, "number"))[:2] == (409, "brief-not-in-review")
    assert (await step(bench, OWN, ident, "submit")).json()["state"] == "in-review"
    assert problem(await step(bench, OWN, ident, "number"))[:2] == (403, "review-needs-officer")
    assert problem(await edit(bench, OWN, ident, brief(first, version=2)))[:2] == (409, "brief-in-review")
    assert problem(await step(bench, "officer", ident, "return"))[::2] == (422, "note")
    returned = await step(bench, "officer", ident, "return", note="请补充数据")
    assert returned.json() == {"id": ident, "state": "returned", "version": 3, "year": None, "number": None}
    assert problem(await edit(bench, OWN, ident, brief(first, version=1)))[::2] == (409, "version")
    again = brief(first, version=3, text=TEXT + "涉及三百户。")
    assert (await edit(bench, OWN, ident, again)).json()["version"] == 4
    await step(bench, OWN, ident, "submit", note="已补充")
    numbered = (await step(bench, "officer", ident, "number")).json()
    assert (numbered["state"], numbered["year"], numbered["number"]) == ("numbered", 2023, 1)
    assert problem(await edit(bench, OWN, ident, again | {"version": 6}))[:2] == (409, "brief-numbered")
    assert (await step(bench, "officer", ident, "hand-in")).json()["state"] == "handed-in"
    assert (await step(bench, "officer", ident, "adopt", note="列入计划")).json()["state"] == "adopted"
    assert problem(await step(bench, "officer", ident, "answer"))[:2] == (409, "brief-settled")

    whole = (await bench.get(OWN, f"/briefs/{ident}")).json()
    assert (whole["text"], whole["issues"], whole["member"]) == (again["text"], [first], OWN)
    assert [(each["move"], each["by"]) for each in whole["steps"]] == [
        ("submit", OWN),
        ("return", "officer"),
        ("edit", OWN),
        ("submit", OWN),
        ("number", "officer"),
        ("hand-in", "officer"),
        ("adopt", "officer"),
    ]
    await bench.until(lambda: _count(bench, report.BriefSettled), 1)
    [handed_in] = await bench.said(report.BriefHandedIn)
    assert (handed_in.brief_id, handed_in.year, handed_in.number, handed_in.issues) == (ident, 2023, 1, 1)
    [settled] = await bench.said(report.BriefSettled)
    assert settled.outcome == "adopted"
    assert "供水" not in handed_in.model_dump_json() + settled.model_dump_json()


async def _count(bench: Bench, kind: type[Event]) -> int:
    return len(await bench.said(kind))


async def test_numbers_have_no_gap_and_no_twin_however_many_are_given_at_once(bench: Bench) -> None:
    reference = await bench.taken()
    idents = [await written(bench, "officer", reference) for _ in range(24)]
    bad = [await written(bench, "officer", reference, text="电话13812345678") for _ in range(4)]
    for ident in idents:
        assert (await step(bench, "officer", ident, "submit")).status_code == 200
    # Each asked twice, and some that are refused among them: none of these may take a number along.
    asked = [ident for ident in [*idents, *bad] for _ in range(2)]
    answers = await asyncio.gather(*(step(bench, "officer", ident, "number") for ident in asked))
    given = [answer.json()["number"] for answer in answers if answer.status_code == 200]
    assert sorted(given) == list(range(1, 25))
    assert {answer.status_code for answer in answers} == {200, 409, 422}
    bench.clock.at = datetime(2023, 12, 31, 16, tzinfo=UTC)  # New Year in the body's own zone
    ident = await written(bench, "officer", reference)
    await step(bench, "officer", ident, "submit")
    numbered = (await step(bench, "officer", ident, "number")).json()
    assert (numbered["year"], numbered["number"]) == (2024, 1)


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("text", "请联系张某，\n电话１３８-１２３４-５６７８。", "holds-telephone"),
        ("title", "0991-2345678 反映", "holds-telephone"),
        ("text", "身份证650102199001011234", "holds-identity-card"),
    ],
)
async def test_a_persons_number_stops_it(bench: Bench, field: str, text: str, code: str) -> None:
    reference = await bench.taken()
    ident = await written(bench, OWN, reference, **{field: text})
    refused = await step(bench, OWN, ident, "submit")
    assert problem(refused) == (422, code, field)
    assert "1234" not in refused.text
    assert (await bench.get(OWN, f"/briefs/{ident}")).json()["state"] == "draft"


async def test_briefs_are_written_from_issues_one_works_on(bench: Bench) -> None:
    own, foreign = await bench.taken(), await bench.taken(OTHER)
    assert problem(await bench.post(OWN, "/briefs", brief()))[::2] == (422, "issues")
    for issue in (foreign, new_reference()):
        assert problem(await bench.post(OWN, "/briefs", brief(own, issue)))[::2] == (422, "issues")
    assert problem(await bench.post(OWN, "/briefs", brief(own, text=" ")))[::2] == (422, "text")
    assert problem(await bench.post("dispatcher", "/briefs", brief(own)))[0] == 403
    ident = await written(bench, OWN, own)
    assert problem(await bench.get(OTHER, f"/briefs/{ident}"))[:2] == (404, "brief-not-found")
    assert problem(await step(bench, OTHER, ident, "submit"))[:2] == (404, "brief-not-found")
    assert problem(await bench.get(OWN, f"/briefs/{new_id()}"))[0] == 404
    assert (await bench.get("dispatcher", f"/briefs/{ident}")).status_code == 200
    await written(bench, "officer", own, foreign)
    assert len((await bench.get("officer", "/briefs")).json()["items"]) == 2
    assert [each["id"] for each in (await bench.get(OWN, "/briefs?state=draft")).json()["items"]] == [ident]
    assert (await bench.get(OWN, "/briefs?state=numbered")).json()["items"] == []
