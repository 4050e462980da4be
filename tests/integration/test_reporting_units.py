"""Units and posts as figures: each by its own day, whatever arrived first, and corrected where it was taken back."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from shared.contracts import units
from shared.contracts.event import Event
from tests.integration.reporting_run import NOW, ReportingUnderTest, reporting_of_ili, roster
from tests.servers import NatsServer

REGISTERS: dict[str, Any] = {
    "committees_required": 8,
    "offices_required": 4,
    "committees_required_below": 4,
    "offices_required_below": 2,
    "committees": 9,
    "offices": 3,
    "units_vacant": 1,
    "posts": 51,
    "posts_filled": 49,
    "members_attached_to_no_unit": 0,
    "stations_ready": 12,
}


@pytest.fixture
async def ili(nats_server: NatsServer, database_url: str) -> AsyncIterator[ReportingUnderTest]:
    async with reporting_of_ili(nats_server, database_url) as running:
        yield running


def unit(code: str, day: date, revision: int, kind: str = "committee", step: str | None = None) -> Event:
    about = {"occurred_at": NOW, "unit": code, "unit_kind": kind, "on": day, "revision": revision}
    if step is None:
        return units.UnitSetUp.model_validate(about)
    return units.UnitRetracted.model_validate({**about, "step": step})


def post(code: str, day: date, revision: int, event: type[units.OfPost] = units.PostSetUp) -> Event:
    about = {"occurred_at": NOW, "unit": "a", "unit_kind": "committee", "on": day, "revision": revision, "post": code}
    return event.model_validate(about)


MARCH, APRIL = date(2023, 3, 31), date(2023, 4, 1)
EVENTS: list[Event] = [
    unit("a", MARCH, 1),
    unit("b", MARCH, 1),
    unit("b", MARCH, 2, step="set-up"),  # it was in April,
    unit("b", APRIL, 2),
    unit("b", APRIL, 3, step="set-up"),  # and then it was March after all
    unit("b", MARCH, 3),
    unit("c", MARCH, 1, "office"),
    unit("c", MARCH, 4, "office", step="set-up"),  # never
    unit("county", MARCH, 1, "body"),
    post("head", MARCH, 1),
    post("clerk", APRIL, 1),
    post("clerk", MARCH, 1, units.PostFilled),
    roster(1, 129),
    roster(2, 129, **REGISTERS),
]


async def test_what_was_set_up_counts_on_its_day_and_a_correction_corrects(ili: ReportingUnderTest) -> None:
    events = [(f"event-{number}", event) for number, event in enumerate(EVENTS)]
    random.Random(7).shuffle(events)
    await ili.report(events)
    await ili.caught_up()
    march = await ili.figures(first="2023-03-01", last="2023-03-31")
    assert (march["units_added"], march["posts_added"]) == (2, 1)
    april = await ili.figures(first="2023-04-01", last="2023-04-30")
    assert (april["units_added"], april["posts_added"]) == (0, 1)
    newest = {
        "units_required": 12,
        "units_required_per_county_body": {"committees": 4, "offices": 2},
        "units_set_up": 12,
        "units_vacant": 1,
        "posts": 51,
        "posts_filled": 49,
        "posts_vacant": 2,
        "members_attached_to_stations": 129,
        "members_attached_to_no_unit": 0,
        "townships": 10,
        "township_stations": 10,
        "townships_without_a_station": 0,
        "communities": 40,
        "communities_without_a_member": 0,
        "duty_days_of_month": [10, 20],
        "stations_ready": 12,
    }
    assert april == april | newest
    page = (await ili.get("/reports", body="zhaosu")).text
    assert "10, 20" in page
    assert (await ili.rebuilt())["state"] == "done"
    assert await ili.figures(first="2023-03-01", last="2023-03-31") == march


async def test_what_an_earlier_release_reports_of_its_roster_is_taken_and_the_rest_unknown(
    ili: ReportingUnderTest,
) -> None:
    await ili.report([("roster", roster(1, 129))])
    await ili.caught_up()
    found = await ili.figures()
    assert (found["townships"], found["units_required"], found["posts_vacant"]) == (10, None, None)
    assert (await ili.figures("ili"))["duty_days_of_month"] is None
