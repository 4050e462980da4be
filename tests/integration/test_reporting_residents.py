"""Residents and issues are counted apart, in whatever order it became known that two issues are one matter."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from services.reporting.figures import KEYS
from shared.contracts.event import Event
from shared.web.auth import Role
from tests.integration.reporting_run import (
    ReportingUnderTest,
    closed,
    joined,
    rated,
    reporting_of_ili,
    roster,
    split,
    submitted,
)
from tests.servers import NatsServer

MARCH = datetime(2023, 3, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
YEAR = {"body": "zhaosu", "from": "2023-01-01", "to": "2023-12-31"}


@pytest.fixture
async def ili(nats_server: NatsServer, database_url: str) -> AsyncIterator[ReportingUnderTest]:
    async with reporting_of_ili(nats_server, database_url) as running:
        yield running


def a_canteens_noise() -> list[tuple[str, Event]]:
    """Three residents raise one noise, a fourth something that was taken for it for a day; one asks for water."""
    events: list[Event] = [
        roster(1, 129),
        submitted("first", MARCH, "noise"),
        submitted("second", MARCH + DAY, "noise"),
        joined("second", 2, MARCH + DAY, "first"),
        submitted("third", MARCH + 2 * DAY, "noise"),
        joined("third", 2, MARCH + 2 * DAY, "first"),
        submitted("fourth", MARCH + 3 * DAY, "noise"),
        joined("fourth", 2, MARCH + 3 * DAY, "first"),
        split("fourth", 3, MARCH + 4 * DAY),
        submitted("water", MARCH, "water-supply"),
        closed("first", 9, MARCH + 5 * DAY, "solved"),
        rated("first", 2, MARCH + 6 * DAY, "satisfied"),
        rated("second", 3, MARCH + 6 * DAY, "unsatisfied"),
    ]
    return [(f"event-{number}", event) for number, event in enumerate(events)]


@pytest.mark.parametrize("seed", [0, 1])
async def test_one_matter_of_three_residents_is_one_issue(ili: ReportingUnderTest, seed: int) -> None:
    events = a_canteens_noise()
    random.Random(seed).shuffle(events)
    await ili.report(events)
    await ili.caught_up()
    counted = (await ili.get("/api/v1/figures/residents", Role.MEMBER, **YEAR)).json()
    assert counted == {
        "issues": 3,
        "residents": 5,
        "joined": 2,
        "categories": [
            {"category": "noise", "issues": 2, "residents": 4},
            {"category": "water-supply", "issues": 1, "residents": 1},
        ],
    }
    figures = await ili.figures()
    assert set(figures) == KEYS
    assert (figures["opinions_collected"], figures["opinions_solved"]) == (3, 1)
    # Each resident has a say: one of the two who rated is satisfied.
    assert figures["satisfaction_percent"] == 50
    await ili.rebuilt(await ili.rebuild())
    assert (await ili.get("/api/v1/figures/residents", Role.MEMBER, **YEAR)).json() == counted


async def test_what_was_joined_later_was_an_issue_until_then(ili: ReportingUnderTest) -> None:
    await ili.report(a_canteens_noise())
    await ili.caught_up()
    until = {"body": "zhaosu", "from": "2023-01-01", "to": (MARCH + 3 * DAY).date().isoformat()}
    counted = (await ili.get("/api/v1/figures/residents", Role.OFFICER, **until)).json()
    assert (counted["issues"], counted["residents"]) == (2, 5)


async def test_bad_questions_name_their_field(ili: ReportingUnderTest) -> None:
    path = "/api/v1/figures/residents"
    unknown = await ili.get(path, Role.OFFICER, **YEAR | {"body": "nowhere"})
    early = await ili.get(path, Role.OFFICER, **YEAR | {"to": "2022-12-31"})
    found = [(each.status_code, each.json()["errors"][0]["field"]) for each in (unknown, early)]
    assert found == [(404, "body"), (422, "to")]


async def test_the_page_shows_both_and_its_chart_counts_issues(ili: ReportingUnderTest) -> None:
    await ili.report(a_canteens_noise())
    await ili.caught_up()
    page = (await ili.get("/reports", Role.OFFICER, **YEAR)).text
    both = page[page.index("事项与反映居民") :]
    for shown in ("<dd>3</dd>", "<dd>5</dd>", "<dd>2</dd>"):
        assert shown in both, shown
    months = page[page.index("各月提出的问题") :]
    assert ">3</td>" in months and ">5</td>" not in months
