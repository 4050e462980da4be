"""Activities are counted once for the station and once for each member, in whatever order and how often they come."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta

import pytest

from services.reporting.figures import KEYS
from shared.contracts import report
from shared.contracts.event import Event
from shared.web.auth import Role
from tests.integration.reporting_run import ReportingUnderTest, reporting_of_ili, roster
from tests.servers import NatsServer

MARCH = datetime(2023, 3, 1, 9, tzinfo=UTC)
PATH = "/api/v1/figures/activities"
YEAR = {"body": "zhaosu", "from": "2023-01-01", "to": "2023-12-31"}


@pytest.fixture
async def ili(nats_server: NatsServer, database_url: str) -> AsyncIterator[ReportingUnderTest]:
    async with reporting_of_ili(nats_server, database_url) as running:
        yield running


def talk(ident: str, members: int, at: datetime = MARCH) -> report.ActivityRecorded:
    return report.ActivityRecorded(
        occurred_at=at, activity_id=ident, kind="talk", station="s1", members=members, audience=40
    )


def joined(ident: str, joining_id: str) -> report.ActivityJoined:
    return report.ActivityJoined(occurred_at=MARCH, activity_id=ident, joining_id=joining_id)


def a_spring() -> list[tuple[str, Event]]:
    """Two talks, one joined by two more members; a survey joined by one; a reception day; two briefs, one adopted."""
    events: list[Event] = [
        roster(1, 129),
        talk("t1", 2),
        talk("t2", 1),
        talk("last-year", 9, datetime(2022, 12, 31, 15, tzinfo=UTC)),
        joined("t1", "j1"),
        joined("t1", "j2"),
        joined("last-year", "j3"),
        report.SurveyMade(occurred_at=MARCH, survey_id="v1", station="s1", category=None, members=3),
        joined("v1", "j4"),
        report.ReceptionDayHeld(occurred_at=MARCH, activity_id="d1", station="s1", members=4, audience=12),
        report.CommitmentMadeV2(occurred_at=MARCH, commitment_id="c1", consultation_id=None, due_on=date(2023, 4, 1)),
        report.BriefHandedIn(occurred_at=MARCH, brief_id="b1", year=2023, number=1, issues=2),
        report.BriefHandedIn(occurred_at=MARCH, brief_id="b2", year=2023, number=2, issues=1),
        report.BriefSettled(occurred_at=MARCH + timedelta(days=9), brief_id="b1", outcome="adopted"),
    ]
    return [(f"event-{number}", event) for number, event in enumerate(events)]


@pytest.mark.parametrize("seed", [0, 1])
async def test_once_for_the_station_and_once_for_each_member(ili: ReportingUnderTest, seed: int) -> None:
    events = a_spring() * 2
    random.Random(seed).shuffle(events)
    await ili.report(events)
    await ili.caught_up()
    counted = (await ili.get(PATH, Role.MEMBER, **YEAR)).json()
    assert {each["kind"]: (each["held"], each["members"], each["audience"]) for each in counted["kinds"]} == {
        "reception": (1, 4, 12),
        "talk": (2, 5, 80),
        "good-deed": (0, 0, 0),
        "survey": (1, 4, 0),
        "study-session": (0, 0, 0),
    }
    assert counted["briefs"] == {"handed-in": 2, "adopted": 1, "answered": 0, "not-adopted": 0}
    figures = await ili.figures()
    assert set(figures) == KEYS
    # A reception day is no resident received, and a survey is counted where it always was.
    assert (figures["policy_talks"], figures["surveys_and_inspections"], figures["residents_received"]) == (2, 1, 0)
    await ili.rebuilt(await ili.rebuild())
    assert (await ili.get(PATH, Role.MEMBER, **YEAR)).json() == counted


async def test_the_page_shows_them_and_names_no_member(ili: ReportingUnderTest) -> None:
    await ili.report(a_spring())
    await ili.caught_up()
    page = (await ili.get("/reports", Role.OFFICER, **YEAR)).text
    part = page[page.index("委员其他履职活动") :]
    for shown in ("政策宣讲", ">80</td>", "社情民意信息"):
        assert shown in part, shown


async def test_bad_questions_name_their_field(ili: ReportingUnderTest) -> None:
    unknown = await ili.get(PATH, Role.OFFICER, **YEAR | {"body": "nowhere"})
    early = await ili.get(PATH, Role.OFFICER, **YEAR | {"to": "2022-12-31"})
    found = [(each.status_code, each.json()["errors"][0]["field"]) for each in (unknown, early)]
    assert found == [(404, "body"), (422, "to")]
