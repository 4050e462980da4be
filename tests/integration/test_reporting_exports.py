"""What a report counts, and that its files are the same bytes for the same figures."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from services.reporting.exports import as_pdf
from shared.contracts import report
from shared.contracts.event import Event
from shared.web.auth import Role
from tests.integration.reporting_run import (
    ReportingUnderTest,
    closed,
    joined,
    rated,
    reporting_of_ili,
    roster,
    submitted,
)
from tests.servers import NatsServer

MARCH = datetime(2023, 3, 1, 1, tzinfo=UTC)  # nine in the morning in Shanghai
DAY = timedelta(days=1)
SPRING = {"body": "zhaosu", "from": "2023-03-01", "to": "2023-04-30"}
EXPORT = "/api/v1/figures/export"


@pytest.fixture
async def ili(nats_server: NatsServer, database_url: str) -> AsyncIterator[ReportingUnderTest]:
    async with reporting_of_ili(nats_server, database_url) as running:
        await running.report(a_spring())
        await running.caught_up()
        yield running


def a_spring() -> list[tuple[str, Event]]:
    """Three issues of two communities, one of them joined by a fourth; one late, one still open."""
    events: list[Event] = [
        roster(1, 129),
        submitted("first", MARCH, "noise"),
        submitted("second", MARCH + timedelta(hours=15), "=SUM(1)").model_copy(
            update={"channel": "phone", "community": "c2"}
        ),
        submitted("third", MARCH + 40 * DAY, None),
        submitted("fourth", MARCH + 2 * DAY, "noise"),
        joined("fourth", 2, MARCH + 2 * DAY, "first"),
        closed("first", 3, MARCH + 5 * DAY, "solved"),
        closed("second", 3, MARCH + 9 * DAY, "answered"),
        rated("first", 2, MARCH + 6 * DAY, "satisfied"),
        report.DeadlineMissed(occurred_at=MARCH + 8 * DAY, deadline_id="d1", kind="answer", reference="second"),
        _promised("k1", "2023-03-20"),
        _promised("k2", "2023-03-21"),
        _promised("k3", "2023-04-30"),
        report.CommitmentKept(occurred_at=datetime(2023, 3, 20, 15, 30, tzinfo=UTC), commitment_id="k1"),
        report.CommitmentKept(occurred_at=datetime(2023, 3, 21, 16, 30, tzinfo=UTC), commitment_id="k2"),
    ]
    return [(f"event-{number}", event) for number, event in enumerate(events)]


def _promised(commitment_id: str, due_on: str) -> report.CommitmentMade:
    return report.CommitmentMade.model_validate(
        {"occurred_at": MARCH, "commitment_id": commitment_id, "consultation_id": "c", "due_on": due_on}
    )


async def test_the_series_say_what_happened(ili: ReportingUnderTest) -> None:
    found = (await ili.get(EXPORT, Role.MEMBER, **SPRING, format="json")).json()
    assert found["figures"] == await ili.figures("zhaosu", SPRING["from"], SPRING["to"])
    assert found["trend"]["by"] == "week"
    assert {day: count for day, count in found["trend"]["issues"].items() if count} == {
        "2023-02-27": 2,
        "2023-04-10": 1,
    }
    assert len(found["trend"]["issues"]) == 9, "weeks without an issue are there too"
    assert found["issues"] == [
        {"channel": "phone", "category": "=SUM(1)", "outcome": "answered", "issues": 1},
        {"channel": "qr", "category": None, "outcome": None, "issues": 1},
        {"channel": "qr", "category": "noise", "outcome": "solved", "issues": 1},
    ]
    assert found["hours"] == [
        {"community": "c1", "hour": 8, "issues": 2},
        {"community": "c2", "hour": 0, "issues": 1},
    ]
    kept = {each.pop("kind"): each for each in found["deadlines"]}
    assert kept["answer"] == {"kept": 1, "missed": 1, "running": 1}
    assert kept["first-contact"] == {"kept": 2, "missed": 0, "running": 1}
    assert kept["referral-reply"] == {"kept": None, "missed": 0, "running": None}
    # The second was kept half an hour after its day; the roster tells that July has come, so the third is late.
    assert kept["commitment"] == {"kept": 1, "missed": 2, "running": 0}


async def test_the_same_figures_are_the_same_bytes_also_after_a_rebuild(ili: ReportingUnderTest) -> None:
    questions = [{"format": name, "language": "ug"} for name in ("csv", "json", "xlsx")]
    before = [(await ili.get(EXPORT, **SPRING, **asked)).content for asked in questions]
    await ili.rebuilt()
    assert [(await ili.get(EXPORT, **SPRING, **asked)).content for asked in questions] == before


async def test_the_page_has_every_chart_and_beside_it_its_table(ili: ReportingUnderTest) -> None:
    for language, mirrored in (("zh-CN", False), ("ug", True)):
        answer = await ili.client.get(
            "/reports/dashboard",
            params=SPRING,
            headers={"Authorization": f"Bearer {ili.token()}", "Accept-Language": language},
        )
        assert answer.status_code == 200
        page = answer.text
        assert page.count('role="img"') == 7 == page.count("<figcaption>") == page.count("</desc>")
        assert "style=" not in page and "<style" not in page and "<script" not in page
        assert ('dir="rtl">\n<head>' in page) is mirrored


async def test_what_cannot_be_had_is_refused_by_name(ili: ReportingUnderTest, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = (
        ({"format": "doc"}, 422, "format"),
        ({"format": "csv", "table": "members"}, 422, "table"),
        ({"format": "csv", "to": "2023-02-01"}, 422, "to"),
        ({"format": "csv", "body": "nowhere"}, 404, "body"),
    )
    for wrong, status, field in asked:
        answer = await ili.get(EXPORT, **SPRING | wrong)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, field), wrong

    def missing() -> None:
        raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.setattr(as_pdf, "weasyprint_module", missing)
    answer = await ili.get(EXPORT, **SPRING, format="pdf")
    assert (answer.status_code, answer.json()["code"]) == (501, "no-pdf")
