"""A parent's figures with those of the bodies below: own row, a row for each, and what they come to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.web.auth import Role
from tests.integration.reporting_run import (
    ReportingUnderTest,
    closed,
    rated,
    reporting_of_ili,
    roster,
    submitted,
)
from tests.servers import NatsServer

MARCH = datetime(2023, 3, 1, 9, tzinfo=UTC)
YEAR = {"from": "2023-01-01", "to": "2023-12-31"}


@pytest.fixture
async def ili(nats_server: NatsServer, database_url: str) -> AsyncIterator[ReportingUnderTest]:
    async with reporting_of_ili(nats_server, database_url) as running:
        await running.report([("o", submitted("own", MARCH)), ("oc", closed("own", 2, MARCH, "answered"))], "ili")
        await running.report([("r", roster(1, 129)), ("a", submitted("a", MARCH)), ("b", submitted("b", MARCH))])
        await running.report([("c", closed("a", 2, MARCH, "solved")), ("d", rated("a", 3, MARCH, "satisfied"))])
        # The same references in another body are other issues.
        await running.report([("r", roster(1, 71)), ("a", submitted("a", MARCH))], "nilka")
        await running.caught_up()
        yield running


def row(branch: dict[str, Any], of: str) -> list[Any]:
    return [branch[of][key] for key in ("members", "opinions_collected", "opinions_solved", "solution_percent")]


async def test_the_parts_come_to_the_whole(ili: ReportingUnderTest) -> None:
    found = (await ili.get("/api/v1/figures/tree", body="ili", **YEAR)).json()
    own, nilka, zhaosu = found["bodies"]
    assert [(each["body"], each["path"]) for each in found["bodies"]] == [
        ("ili", []),
        ("nilka", ["nilka"]),
        ("zhaosu", ["zhaosu"]),
    ]
    assert row(own, "own") == [None, 1, 0, 0]
    assert row(nilka, "own") == [71, 1, 0, None]
    assert row(zhaosu, "own") == row(zhaosu, "sum") == [129, 2, 1, 100]
    assert row(own, "sum") == [200, 4, 1, 50]
    assert own["sum"]["duty_days_per_month"] is None  # days of a month are no quantity of a prefecture
    assert own["sum"]["rates"]["satisfaction"] == {
        "percent": 100,
        "counted": 1,
        "of": 1,
        "without_answer": 3,
        "asked": 4,
    }
    assert (found["parts"], found["whole"], found["agrees"]) == (4, 4, True)
    assert zhaosu["as_of"].startswith("2023-07-01")
    below = (await ili.get("/api/v1/figures/tree", body="zhaosu", **YEAR)).json()
    assert [each["body"] for each in below["bodies"]] == ["zhaosu"]


async def test_a_body_that_is_not_below_is_refused_and_the_page_shows_the_tree(ili: ReportingUnderTest) -> None:
    refused = await ili.get("/api/v1/figures/tree", body="hami", **YEAR)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (404, "body")
    early = await ili.get("/api/v1/figures/tree", body="ili", **{"from": "2023-02-01", "to": "2023-01-01"})
    assert (early.status_code, early.json()["errors"][0]["field"]) == (422, "to")
    headers = {"Authorization": f"Bearer {ili.token()}", "Accept": "text/html", "Accept-Language": "en"}
    page = await ili.client.get("/reports?body=ili&from=2023-01-01&to=2023-12-31", headers=headers)
    assert "Reconciled: what residents raised comes to 4" in page.text
    alone = await ili.client.get("/reports?body=zhaosu&from=2023-01-01&to=2023-12-31", headers=headers)
    assert "With the bodies below" not in alone.text


async def test_behind_a_figure_stand_its_references_in_the_own_body_alone(ili: ReportingUnderTest) -> None:
    await ili.report([(f"m{n}", submitted(f"more-{n:03}", MARCH)) for n in range(60)], "ili")
    await ili.caught_up()
    path = "/api/v1/figures/behind/opinions_collected"
    first = (await ili.get(path, body="ili", **YEAR)).json()
    rest = (await ili.get(path, body="ili", cursor=first["next"], **YEAR)).json()
    references = [each["reference"] for each in first["items"] + rest["items"]]
    assert references == [*(f"more-{n:03}" for n in range(60)), "own"]
    assert rest["next"] is None
    for asked, status, field in (
        ({"path": path, "body": "zhaosu"}, 403, "body"),
        ({"path": path, "body": "hami"}, 404, "body"),
        ({"path": "/api/v1/figures/behind/members", "body": "ili"}, 404, "figure"),
        ({"path": "/api/v1/figures/behind/best_member", "body": "ili"}, 404, "figure"),
        ({"path": path, "body": "ili", "cursor": "x"}, 422, "cursor"),
    ):
        answer = await ili.get(**YEAR, **asked)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, field)
    assert (await ili.get(path, Role.MEMBER, body="ili", **YEAR)).status_code == 403
    headers = {"Authorization": f"Bearer {ili.token()}", "Accept": "text/html", "Accept-Language": "en"}
    report = await ili.client.get("/reports?body=ili&from=2023-01-01&to=2023-12-31", headers=headers)
    assert "/reports/behind/opinions_solved?" in report.text
    page = await ili.client.get("/reports/behind/opinions_answered?from=2023-01-01&to=2023-12-31", headers=headers)
    assert ">own</bdi>" in page.text
    assert "The same figure of the bodies below" in page.text
