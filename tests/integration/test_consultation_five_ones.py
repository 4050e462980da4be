"""The five ones: which record counts for whom, what rises of them, and that nobody reads another's."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from shared.contracts import report
from shared.web.auth import Role
from tests.integration.consultation_service import OTHER, OWN, Bench, running
from tests.integration.test_consultation_pages import Browser
from tests.servers import NatsServer

ONE_OF_EACH = {"talk": 1, "good_deed": 1, "survey": 1, "opinion": 1, "micro_consultation": 1}


@pytest.fixture
async def bench(database_url: str, nats_server: NatsServer) -> AsyncIterator[Bench]:
    async with running(database_url, nats_server) as bench:
        yield bench


def problem(answer: httpx.Response) -> tuple[int, str, str | None]:
    document = answer.json()
    errors = document.get("errors") or [{"field": None}]
    return answer.status_code, document["code"], errors[0]["field"]


async def made(bench: Bench, who: str, path: str, **said: Any) -> str:
    answer = await bench.post(who, path, said)
    assert answer.status_code in (200, 201), answer.text
    return str(answer.json()["id"])


async def all_five(bench: Bench, member: str = OWN, **dated: str) -> None:
    """What a member does in a year, recorded by the officer where it is ``dated``."""
    who, taking_part = "officer" if dated else member, {"station": "st1", "members": [member], **dated}
    await made(bench, who, "/activities", kind="talk", **taking_part)
    await made(bench, who, "/activities", kind="good-deed", **taking_part)
    survey = await made(bench, who, "/activities", kind="survey", **taking_part)
    mode = {"place": "fixed", "gathering": "concentrated", "setting": "venue"}
    ident = await made(bench, who, "/consultations", **taking_part, **mode, surveys=[survey], residents=3)
    await made(bench, who, f"/consultations/{ident}/hold", **dated)
    issue = await bench.taken(member)
    day = dated.get("recorded_at", "2023-03-01T04:00:00Z")
    written = {"title": "建议", "text": "调研所见。", "issues": [issue], "member": member, "recorded_at": day}
    await made(bench, "officer", "/briefs/on-paper", **written)


async def counted(bench: Bench) -> list[report.FiveOnesCounted]:
    """What was said of the years, once nothing is left to count and all of it is out."""
    await bench.all_said()
    return await bench.said(report.FiveOnesCounted)


async def test_each_record_counts_for_its_own_one_and_its_own_member(bench: Bench) -> None:
    await all_five(bench)
    talk = (await bench.get(OWN, "/activities?kind=talk&station=st1")).json()["items"][0]["id"]
    await bench.post(OTHER, f"/activities/{talk}/members")
    await made(bench, OWN, "/activities", kind="study-session", station="st1", members=[OWN], form="led")
    own = (await bench.get(OWN, "/five-ones/own?year=2023")).json()
    assert {each["one"]: (each["done"], each["owed"]) for each in own["ones"]} == dict.fromkeys(ONE_OF_EACH, (1, 0))
    assert own["ones"][0]["records"][0]["id"] == talk
    other = (await bench.get(OTHER, "/five-ones/own?year=2023")).json()
    assert {each["one"]: each["owed"] for each in other["ones"]} == ONE_OF_EACH | {"talk": 0}
    coverage = (await bench.get("officer", "/five-ones?year=2023")).json()
    assert (coverage["members"], coverage["by_number"]) == (3, [1, 1, 0, 0, 0, 1])
    assert coverage["done"] == ONE_OF_EACH | {"talk": 2}
    last = (await counted(bench))[-1]
    assert (last.year, last.members, list(last.by_number)) == (2023, 3, [1, 1, 0, 0, 0, 1])
    text = last.model_dump_json()
    assert OWN not in text and OTHER not in text
    assert [each["done"] for each in (await bench.get(OWN, "/five-ones/own?year=2022")).json()["ones"]] == [0] * 5

    # And so say the pages.
    for language in ("zh-Hans", "ug"):
        assert re.search(
            r'href="/work/consultations/[0-9a-f-]+"', await Browser(bench).get("/work/five-ones", language)
        )
    officer = Browser(bench, Role.OFFICER, None)
    page = await officer.get("/office/five-ones")
    assert "1 of 3" in page and OWN not in page and OTHER not in page
    asked = {"from_year": "2023", **dict.fromkeys(ONE_OF_EACH, "1")}
    wrong = await officer.send(page, "/office/five-ones", **asked | {"talk": "99"})
    assert (wrong.status_code, 'id="talk-error"' in wrong.text) == (422, True)
    page = await officer.get("/office/five-ones")
    assert (await officer.send(page, "/office/five-ones", **asked | {"talk": "2"})).status_code == 303
    assert "1 still to do" in await Browser(bench).get("/work/five-ones")
    sessions = await Browser(bench).get("/work/activities")
    assert 'name="form"' in sessions


async def test_a_year_is_counted_by_the_dates_of_its_records(bench: Bench) -> None:
    bench.clock.at = datetime(2024, 1, 20, 4, tzinfo=UTC)
    await all_five(bench, recorded_at="2023-12-31T15:59:00Z")  # the last minute of the year in Shanghai
    await made(bench, OTHER, "/activities", kind="talk", station="st1", members=[OTHER])
    said = {event.year: event for event in await counted(bench)}
    assert {year: list(event.by_number) for year, event in said.items()} == {
        2023: [2, 0, 0, 0, 0, 1],
        2024: [2, 1, 0, 0, 0, 0],
    }
    revisions = [event.revision for event in await bench.said(report.FiveOnesCounted) if event.year == 2023]
    assert revisions == list(range(1, len(revisions) + 1))
    briefs = (await bench.get("officer", "/briefs")).json()["items"]
    assert [(each["year"], each["number"], each["author"]) for each in briefs] == [(2023, 1, OWN)]
    [handed_in] = await bench.said(report.BriefHandedIn)
    assert (handed_in.on_paper, handed_in.occurred_at) == (True, datetime(2023, 12, 31, 15, 59, tzinfo=UTC))


async def test_the_body_asks_for_what_it_decides_and_bad_targets_change_nothing(bench: Bench) -> None:
    for wrong, field in (
        ({"from_year": 2022}, "from_year"),
        ({"talk": 51}, "talk"),
        ({"survey": -1}, "survey"),
        ({"survey": "many"}, "survey"),
        (dict.fromkeys(ONE_OF_EACH, 0), "talk"),
    ):
        answer = await bench.post("officer", "/five-ones/targets", {"from_year": 2023, **ONE_OF_EACH, **wrong})
        assert problem(answer)[::2] == (422, field), wrong
    assert (await bench.get("officer", "/five-ones/targets")).json() == []
    assert (await bench.post(OWN, "/five-ones/targets", {"from_year": 2023, **ONE_OF_EACH})).status_code == 403
    assert (await bench.get(OWN, "/five-ones?year=2023")).status_code == 403
    assert (await bench.get("officer", "/five-ones/own?year=2023")).status_code == 403
    form = {"station": "st1", "members": [OWN], "kind": "talk", "form": "led"}
    assert problem(await bench.post(OWN, "/activities", form)) == (422, "form-of-a-study", "form")
    issue = await bench.taken()
    paper = {"title": "纸质", "text": "内容", "issues": [issue], "recorded_at": "2023-02-01T04:00:00Z"}
    assert (await bench.post(OWN, "/briefs/on-paper", paper)).status_code == 403
    late = await bench.post("officer", "/briefs/on-paper", paper | {"recorded_at": "2024-02-01T04:00:00Z"})
    assert problem(late)[::2] == (422, "recorded_at")
    unknown = await bench.post("officer", "/briefs/on-paper", paper | {"member": "nobody"})
    assert problem(unknown)[::2] == (422, "member")
    number = await bench.post("officer", "/briefs/on-paper", paper)
    assert number.json()["number"] == 1, "what is refused draws no number"

    # What it then decides, it keeps.
    await all_five(bench)
    asked = {"from_year": 2023, **ONE_OF_EACH, "talk": 2, "opinion": 0}
    first = await bench.post("officer", "/five-ones/targets", asked)
    assert (first.status_code, first.json()["edition"]) == (201, 1)
    coverage = (await bench.get("dispatcher", "/five-ones?year=2023")).json()
    assert coverage["by_number"] == [2, 0, 0, 1, 0], "four are asked, and one talk is not two"
    assert "opinion" not in coverage["done"]
    assert (await counted(bench))[-1].targets == ONE_OF_EACH | {"talk": 2, "opinion": 0}
    await bench.post("officer", "/five-ones/targets", {"from_year": 2024, **ONE_OF_EACH, "talk": 4})
    years = {year: (await bench.get("officer", f"/five-ones?year={year}")).json()["targets"] for year in (2023, 2024)}
    assert (years[2023]["talk"], years[2024]["talk"]) == (2, 4)
    assert [each["edition"] for each in (await bench.get("officer", "/five-ones/targets")).json()] == [2, 1]
