"""A report as it stood on a day and as it is now, alike in any order of arrival and after a rebuild."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.contracts.event import Event
from tests.integration.reporting_run import (
    ReportingUnderTest,
    closed,
    reception,
    reporting_of_ili,
    roster,
    submitted,
)
from tests.servers import NatsServer

MARCH = datetime(2023, 3, 1, 9, tzinfo=UTC)
MAY = datetime(2023, 5, 2, 9, tzinfo=UTC)
"""When an officer types in what the paper ledger says of March."""
Batch = tuple[datetime | None, list[tuple[str, Event]]]


@pytest.fixture
async def ili(nats_server: NatsServer, database_url: str) -> AsyncIterator[ReportingUnderTest]:
    async with reporting_of_ili(nats_server, database_url) as running:
        yield running


def batches() -> list[Batch]:
    day = timedelta(days=1)
    told = [
        ("a", submitted("a", MARCH)),
        ("r1", reception("r1", MARCH)),
        ("roster-1", roster(1, 120)),
    ]
    late = [
        ("a-closed", closed("a", 2, MARCH + day, "solved")),
        ("b", submitted("b", MARCH)),
        ("r2", reception("r2", MARCH)),
        ("roster-2", roster(2, 129)),
    ]
    # A service that was restored says the same once more, under another id, months later.
    again = [("a-again", submitted("a", MARCH)), ("r1-again", reception("r1", MARCH))]
    return [(MARCH, told), (MAY, late), (MAY + 60 * day, again)]


async def asked(ili: ReportingUnderTest, as_of: str) -> dict[str, Any]:
    answer = await ili.get(
        "/api/v1/figures", body="zhaosu", **{"from": "2023-03-01", "to": "2023-03-31", "as_of": as_of}
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


@pytest.mark.parametrize("backwards", [False, True])
async def test_a_report_stands_as_it_stood_and_what_came_later_is_a_correction(
    ili: ReportingUnderTest, backwards: bool
) -> None:
    for said_at, events in reversed(batches()) if backwards else batches():
        await ili.report(events, said_at=said_at)
    await ili.caught_up()
    april = await asked(ili, "2023-04-01")
    assert (april["opinions_collected"], april["opinions_solved"], april["residents_received"]) == (1, 0, 1)
    assert april["members"] == 120
    assert april["now"]["opinions_collected"] == 2
    assert {each["figure"]: each["difference"] for each in april["corrections"]} == {
        "residents_received": 1,
        "opinions_collected": 1,
        "opinions_solved": 1,
        "response_percent": 50,
        "solution_percent": None,
        "members": 9,
        "members_attached_to_stations": 9,
    }
    may = await asked(ili, "2023-05-02")
    assert (may["corrections"], may["as_of"]) == ([], "2023-05-02")
    assert (await asked(ili, "2023-02-28"))["members"] is None
    assert (await ili.rebuilt())["state"] == "done"
    assert await asked(ili, "2023-04-01") == april


async def test_the_page_shows_corrections_as_corrections(ili: ReportingUnderTest) -> None:
    for said_at, events in batches():
        await ili.report(events, said_at=said_at)
    await ili.caught_up()
    headers = {"Authorization": f"Bearer {ili.token()}", "Accept": "text/html", "Accept-Language": "en"}
    path = "/reports?body=zhaosu&from=2023-03-01&to=2023-03-31&as_of="
    page = await ili.client.get(path + "2023-04-01", headers=headers)
    assert "Corrections since then" in page.text
    assert "+9" in page.text
    assert "Corrections since then" not in (await ili.client.get(path, headers=headers)).text
