"""Public figures as anybody reads them, and what the body's officers decide of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from shared.clock import FixedClock
from shared.web.auth import Role
from tests.integration.reporting_run import ReportingUnderTest, reporting_of_ili, submitted
from tests.servers import NatsServer

MARCH = datetime(2023, 3, 1, 1, tzinfo=UTC)
DATA, PAGE, SHOWING = "/api/v1/public/figures", "/public/figures", "/api/v1/reporting/showing"


@pytest.fixture
async def ili(nats_server: NatsServer, database_url: str) -> AsyncIterator[ReportingUnderTest]:
    async with reporting_of_ili(nats_server, database_url, FixedClock(datetime(2023, 5, 1, tzinfo=UTC))) as running:
        yield running


async def anybody(ili: ReportingUnderTest, path: str, **more: str) -> httpx.Response:
    return await ili.client.get(path, headers=more)


async def chosen(ili: ReportingUnderTest, based_on: int, role: Role = Role.OFFICER, **choice: object) -> httpx.Response:
    headers = {"Authorization": f"Bearer {ili.token(role)}"}
    return await ili.client.put(SHOWING, json={"based_on": based_on, "choice": choice}, headers=headers)


async def test_anybody_reads_a_quarter_and_no_small_number(ili: ReportingUnderTest) -> None:
    issues = [("noise", 7), ("roads", 2), ("housing", 6)]
    names = [(f"{name}-{at}", name) for name, number in issues for at in range(number)]
    await ili.report([(ref, submitted(ref, MARCH + timedelta(hours=3), name)) for ref, name in names], "ili")
    await ili.caught_up()

    answer = await anybody(ili, DATA)
    found = answer.json()
    assert (found["quarter"], found["least"], found["figures"]["opinions_collected"]) == ("2023-Q1", 5, 15)
    assert found["tables"]["categories"] == [
        {"code": "housing", "issues": None},
        {"code": "noise", "issues": 7},
        {"code": "roads", "issues": None},
    ]
    assert answer.headers["cache-control"] == "public, max-age=300"
    again = await anybody(ili, DATA, **{"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")

    page = await anybody(ili, f"{PAGE}?language=ug")
    assert page.status_code == 200 and 'dir="rtl">\n<head>' in page.text and "csrf" not in page.text
    assert (await anybody(ili, f"{DATA}?quarter=2023-Q2")).status_code == 404, "it is not over"
    assert (await anybody(ili, f"{DATA}?quarter=spring")).json()["errors"][0]["field"] == "quarter"


async def test_it_stands_in_a_frame_only_where_the_body_said_so(ili: ReportingUnderTest) -> None:
    nowhere = "frame-ancestors 'none'"
    assert nowhere in (await anybody(ili, f"{PAGE}?embed")).headers["content-security-policy"]
    assert (await chosen(ili, 0, Role.MEMBER)).status_code == 403
    bad = await chosen(ili, 0, embedders=["https://a.example; script-src *"])
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (422, "choice.embedders[0]")
    kept = await chosen(ili, 0, embedders=["https://www.zhaosu.example"], least=7)
    assert (kept.status_code, kept.json()["version"]) == (200, 1)
    assert (await chosen(ili, 0)).status_code == 409

    framed = (await anybody(ili, f"{PAGE}?embed")).headers.get_list("content-security-policy")
    assert len(framed) == 1 and framed[0].endswith("frame-ancestors https://www.zhaosu.example")
    assert nowhere in (await anybody(ili, PAGE)).headers["content-security-policy"]
    assert (await anybody(ili, DATA)).json()["least"] == 7
    assert (await chosen(ili, 1, is_public=False)).status_code == 200
    assert (await anybody(ili, DATA)).json()["code"] == "not-public"


async def test_officers_choose_on_a_page(ili: ReportingUnderTest) -> None:
    token = ili.token()
    headers = {"Authorization": f"Bearer {token}"}
    page = await ili.client.get("/reports/showing", headers=headers)
    assert page.status_code == 200 and 'name="based_on" value="0"' in page.text and "星期一" in page.text
    entered = {"based_on": "0", "least": "5", "briefing_hour": "9", "embedders": "nonsense"}
    refused = await ili.client.post("/reports/showing", data=entered, headers=headers)
    assert refused.status_code == 422 and "nonsense" in refused.text
    kept = await ili.client.post(
        "/reports/showing", data=entered | {"embedders": "https://a.example\nhttps://b.example"}, headers=headers
    )
    assert kept.status_code == 303
    found = (await ili.get(SHOWING)).json()["choice"]
    assert found == {
        "is_public": False,
        "least": 5,
        "embedders": ["https://a.example", "https://b.example"],
        "briefing_day": None,
        "briefing_hour": 9,
    }
