"""Figures from reports in any order and number, and the same figures again from the stream."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from services.reporting import lag
from services.reporting.figures import KEYS
from services.reporting.rebuilding import rebuild
from shared.contracts import report
from shared.contracts.event import Event
from shared.web.auth import Role
from tests.integration.reporting_run import (
    ReportingUnderTest,
    closed,
    rated,
    reception,
    reopened,
    reporting_of_ili,
    roster,
    submitted,
)
from tests.servers import NatsServer

MARCH = datetime(2023, 3, 1, 9, tzinfo=UTC)


@pytest.fixture
async def ili(nats_server: NatsServer, database_url: str) -> AsyncIterator[ReportingUnderTest]:
    async with reporting_of_ili(nats_server, database_url) as running:
        yield running


def a_countys_year() -> list[tuple[str, Event]]:
    """Four issues: solved; answered; answered, reopened and solved; reopened and still open. One of another year."""
    day = timedelta(days=1)
    events: list[Event] = [
        roster(1, 120),
        roster(2, 129),
        submitted("one", MARCH),
        submitted("two", MARCH, None).model_copy(update={"reception_id": "r4"}),
        submitted("three", MARCH + day),
        submitted("four", MARCH + day * 40),
        submitted("last-year", MARCH - day * 365),
        closed("last-year", 4, MARCH, "solved"),
        closed("one", 5, MARCH + day * 2, "solved"),
        closed("two", 3, MARCH + day * 3, "answered"),
        closed("three", 3, MARCH + day * 3, "answered"),
        reopened("three", 2, MARCH + day * 4),
        closed("three", 5, MARCH + day * 5, "solved"),
        closed("four", 3, MARCH + day * 41, "solved"),
        reopened("four", 2, MARCH + day * 42),
        rated("one", 2, MARCH + day * 3, "satisfied"),
        rated("three", 3, MARCH + day * 4, "unsatisfied"),
        rated("three", 4, MARCH + day * 6, "satisfied"),
        rated("four", 3, MARCH + day * 42, "partly"),
        reception("r1", MARCH),
        reception("r2", datetime(2023, 12, 31, 15, 59, 59, tzinfo=UTC)),
        reception("r3", datetime(2023, 12, 31, 16, 0, tzinfo=UTC)),  # New Year's Day in Shanghai
        report.SurveyMade(occurred_at=MARCH, survey_id="v1", station="s1", category=None, members=3),
        report.ActivityRecorded(occurred_at=MARCH, activity_id="a1", kind="talk", station="s1", members=1),
        report.ActivityRecorded(occurred_at=MARCH, activity_id="a2", kind="good-deed", station="s1", members=1),
        report.CommitmentMade(occurred_at=MARCH, commitment_id="k", consultation_id="c", due_on=MARCH.date()),
        report.ConsultationHeld(
            occurred_at=MARCH,
            consultation_id="c1",
            station="s1",
            place="mobile",
            gathering="dispersed",
            setting="on-site",
            members=2,
            residents=5,
            departments=1,
            issues=1,
            surveys=1,
        ),
    ]
    return [(f"event-{number}", event) for number, event in enumerate(events)]


EXPECTED = {
    "tier": "county",
    "parent": "ili",
    "members": 129,
    "stations": 13,
    "stations_in_townships": 10,
    "duty_days_per_month": 2,
    "residents_received": 3,
    "opinions_collected": 4,
    "opinions_solved": 2,
    "opinions_answered": 1,
    "consultations": 1,
    "surveys_and_inspections": 1,
    "policy_talks": 1,
    "satisfaction_percent": 66.7,
    "response_percent": 100,
    "solution_percent": 66.7,
    "rates": {
        "response": {"percent": 100, "counted": 4, "of": 4, "without_answer": 0, "asked": 4},
        "solution": {"percent": 66.7, "counted": 2, "of": 3, "without_answer": 1, "asked": 4},
        "satisfaction": {"percent": 66.7, "counted": 2, "of": 3, "without_answer": 1, "asked": 4},
    },
}


@pytest.mark.parametrize("seed", [0, 1])
async def test_any_order_and_any_repeat_give_the_same_figures(ili: ReportingUnderTest, seed: int) -> None:
    events = a_countys_year()
    again = [(f"{event_id}-again", event) for event_id, event in events]
    mixed = events + events[:5] + again
    random.Random(seed).shuffle(mixed)
    await ili.report(mixed)
    await ili.caught_up()
    found = await ili.figures()
    assert found == found | EXPECTED
    assert set(found) == KEYS
    # As it stood in the middle of March: "three" was closed by then, "four" not yet submitted.
    assert await ili.figures(last="2023-03-15") == found | {
        "residents_received": 2,
        "opinions_collected": 3,
        "satisfaction_percent": 100,
        "rates": {
            "response": {"percent": 100, "counted": 3, "of": 3, "without_answer": 0, "asked": 3},
            "solution": {"percent": 66.7, "counted": 2, "of": 3, "without_answer": 0, "asked": 3},
            "satisfaction": {"percent": 100, "counted": 2, "of": 2, "without_answer": 1, "asked": 3},
        },
    }
    own = await ili.figures("ili")
    assert (own["tier"], own["members"], own["opinions_collected"]) == ("prefecture", None, 0)


async def test_a_rebuild_gives_the_same_bytes_and_loses_nothing_live(ili: ReportingUnderTest) -> None:
    events = a_countys_year()
    await ili.report(events[: len(events) // 2])
    await ili.send(
        "bad", "doorstep.zhaosu.report.issue.submitted.v1", b'{"reference": 7}', "zhaosu", report.IssueSubmitted
    )
    await ili.caught_up()
    said = await ili.rebuilt()
    assert (said["state"], said["skipped"]) == ("done", 1)
    assert said["done"] == said["total"] == len(events) // 2 + 1
    await ili.report(events[len(events) // 2 :])
    await ili.caught_up()
    before = (await ili.get("/api/v1/figures", body="zhaosu", **{"from": "2023-01-01", "to": "2023-12-31"})).content
    for _ in range(2):
        assert (await ili.rebuilt())["state"] == "done"
        again = await ili.get("/api/v1/figures", body="zhaosu", **{"from": "2023-01-01", "to": "2023-12-31"})
        assert again.content == before
    found = await ili.figures()
    assert found == found | EXPECTED


async def test_events_that_arrive_during_a_rebuild_are_kept_once(ili: ReportingUnderTest) -> None:
    def receptions(numbers: range) -> list[tuple[str, Event]]:
        return [(f"r{number}", reception(f"r{number}", MARCH)) for number in numbers]

    await ili.report(receptions(range(1500)))
    rebuild_id = await ili.rebuild()
    await ili.report(receptions(range(1500, 2000)))
    assert (await ili.rebuilt(rebuild_id))["state"] == "done"
    await ili.caught_up()
    assert (await ili.figures())["residents_received"] == 2000


async def test_while_the_server_is_away_figures_stay_and_a_rebuild_changes_nothing(
    ili: ReportingUnderTest, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rebuild, "CONNECT_SECONDS", 0.5)
    monkeypatch.setattr(lag, "PATIENCE_SECONDS", 0.5)
    await ili.report(a_countys_year())
    await ili.caught_up()
    nats_server.kill()
    assert (await ili.rebuilt())["state"] == "failed"
    refused = await ili.get("/api/v1/reporting/lag")
    assert (refused.status_code, refused.json()["code"]) == (503, "broker-away")
    found = await ili.figures()
    assert found == found | EXPECTED
    nats_server.start()
    assert (await ili.rebuilt())["state"] == "done"
    found = await ili.figures()
    assert found == found | EXPECTED


async def test_a_childs_zone_decides_its_days(ili: ReportingUnderTest) -> None:
    await ili.report([("z", roster(1, 5, time_zone="Asia/Urumqi"))])
    await ili.report([("a", reception("a", datetime(2023, 12, 31, 17, 0, tzinfo=UTC)))])
    await ili.caught_up()
    assert (await ili.figures())["residents_received"] == 1
    assert (await ili.figures(first="2024-01-01", last="2024-01-01"))["residents_received"] == 0


async def test_every_figure_says_what_it_is_in_every_language(ili: ReportingUnderTest) -> None:
    answer = await ili.get("/api/v1/figures/definitions")
    said = {each["key"]: each for each in answer.json()["items"]}
    assert set(said) == KEYS - {"tier", "parent", "rates"}
    assert said["satisfaction_percent"]["names"]["zh-Hans"] == "满意率"
    assert said["response_percent"]["denominator"]
    assert (await ili.get("/api/v1/figures/definitions/members")).json() == said["members"]
    unknown = await ili.get("/api/v1/figures/definitions/league_table")
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (404, "figure")
    headers = {"Authorization": f"Bearer {ili.token(Role.MEMBER)}", "Accept": "text/html", "Accept-Language": "zh-Hans"}
    page = await ili.client.get("/reports/definitions", headers=headers)
    assert page.status_code == 200
    assert "响应率" in page.text


async def test_a_percentage_never_stands_alone(ili: ReportingUnderTest) -> None:
    await ili.report(
        [("a", submitted("a", MARCH)), ("b", submitted("b", MARCH)), ("c", rated("a", 2, MARCH, "satisfied"))]
    )
    await ili.caught_up()
    headers = {"Authorization": f"Bearer {ili.token()}", "Accept": "text/html", "Accept-Language": "en"}
    page = await ili.client.get("/reports?body=zhaosu&from=2023-01-01&to=2023-12-31", headers=headers)
    assert page.text.count("1 of 1 who gave a rating; of 2 residents 1 gave none") == 2


async def test_bad_questions_are_refused_by_field(ili: ReportingUnderTest) -> None:
    for query, status, field in (
        ({"body": "nowhere", "from": "2023-01-01", "to": "2023-01-02"}, 404, "body"),
        ({"body": "ili", "from": "2023-01-02", "to": "2023-01-01"}, 422, "to"),
        ({"body": "ili", "from": "2023-01-02"}, 422, "to"),
        ({"body": "ili", "from": "yesterday", "to": "2023-01-01"}, 422, "from"),
        ({"from": "2023-01-01", "to": "2023-01-01"}, 422, "body"),
    ):
        answer = await ili.get("/api/v1/figures", **query)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, field)
    assert (await ili.client.get("/api/v1/figures?body=ili&from=2023-01-01&to=2023-01-01")).status_code == 401
    assert (await ili.get("/api/v1/reporting/rebuild/x", Role.MEMBER)).status_code == 403
    assert (await ili.get("/api/v1/reporting/rebuild/x")).status_code == 404
    assert (await ili.figures("ili", "0001-01-01", "9999-12-31"))["opinions_collected"] == 0


async def test_forged_and_unknown_reports_are_parked_and_change_nothing(ili: ReportingUnderTest) -> None:
    event = reception("r", MARCH).model_dump_json().encode()
    for subject in ("from.hami.doorstep.zhaosu.report.reception.held.v1", "from.zhaosu.doorstep.zhaosu.report.a.b.v1"):
        await ili.jetstream.publish(subject, event)
    await ili.report([("ok", reception("ok", MARCH))])
    await ili.caught_up()
    assert (await ili.figures())["residents_received"] == 1
    assert len((await ili.get("/api/v1/reporting/parked")).json()["items"]) == 2


async def test_a_plan_counts_as_an_answer_and_is_shown_apart(ili: ReportingUnderTest) -> None:
    planned = closed("five", 2, MARCH, "answered").model_copy(update={"planned": True, "quality": "C"})
    await ili.report([("p1", submitted("five", MARCH)), ("p2", planned), ("p3", roster(1, 129))])
    await ili.caught_up()
    assert (await ili.figures())["opinions_answered"] == 1
    headers = {"Authorization": f"Bearer {ili.token(Role.MEMBER)}", "Accept": "text/html", "Accept-Language": "en"}
    page = await ili.client.get("/reports?body=zhaosu&from=2023-01-01&to=2023-12-31", headers=headers)
    assert "Planned, with a commitment" in page.text


async def test_the_page_shows_figures_their_definitions_and_charts(
    ili: ReportingUnderTest, subtests: pytest.Subtests
) -> None:
    await ili.report(a_countys_year())
    await ili.caught_up()
    reader = {"Authorization": f"Bearer {ili.token(Role.MEMBER)}", "Accept": "text/html"}
    for language, water in (("zh-Hans", "供水"), ("ug", "سۇ"), ("en", "Water supply")):
        with subtests.test(language=language):
            headers = {**reader, "Accept-Language": language}
            for query in ("", "?body=zhaosu&from=2023-01-01&to=2023-12-31", "?from=0001-01-01&to=9999-12-31"):
                page = await ili.client.get(f"/reports{query}", headers=headers)
                assert page.status_code == 200, page.text
                assert f'lang="{language}"' in page.text
            page = await ili.client.get("/reports?body=zhaosu&from=2023-01-01&to=2023-12-31", headers=headers)
            assert "2023-03" in page.text
            assert "<svg" in page.text
            assert water in page.text
