"""What was not done in time rises, is counted once on the day it was due, and is the same after a rebuild."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from shared.contracts import report
from shared.contracts.envelope import headers_of
from shared.contracts.subjects import subject_of
from shared.contracts.words import DeadlineKind
from shared.web.auth import Role
from tests.integration.reporting_run import ReportingUnderTest, closed, reopened, reporting_of_ili, roster, submitted
from tests.servers import NatsServer

YEAR = {"body": "zhaosu", "from": "2023-01-01", "to": "2023-12-31"}


@pytest.fixture
async def ili(nats_server: NatsServer, database_url: str) -> AsyncIterator[ReportingUnderTest]:
    async with reporting_of_ili(nats_server, database_url) as running:
        yield running


def missed(ident: str, kind: DeadlineKind, at: datetime) -> report.DeadlineMissed:
    return report.DeadlineMissed(occurred_at=at, deadline_id=ident, kind=kind, reference=f"issue-{ident}")


async def test_missed_deadlines_are_counted_by_kind_in_the_body_s_own_year(ili: ReportingUnderTest) -> None:
    events = [
        ("e0", roster(1, 129)),
        ("e1", missed("d1", "answer", datetime(2023, 12, 31, 15, 59, tzinfo=UTC))),
        ("e2", missed("d2", "answer", datetime(2023, 12, 31, 16, 0, tzinfo=UTC))),
        ("e3", missed("d3", "commitment", datetime(2023, 3, 1, tzinfo=UTC))),
        ("e4", missed("d1", "answer", datetime(2023, 12, 31, 15, 59, tzinfo=UTC))),
    ]
    await ili.report(events)
    await ili.caught_up()

    async def counted() -> dict[str, int]:
        found: dict[str, int] = (await ili.get("/api/v1/figures/deadlines", **YEAR)).json()
        return found

    expected = {"first-contact": 0, "answer": 1, "referral-reply": 0, "commitment": 1}
    assert await counted() == expected
    assert (await ili.rebuilt())["state"] == "done"
    assert await counted() == expected


async def test_a_case_is_late_until_what_was_missed_is_settled_or_its_issue_is_over(ili: ReportingUnderTest) -> None:
    def at(day: int) -> datetime:
        return datetime(2023, 3, day, tzinfo=UTC)

    def settled(ident: str) -> report.DeadlineSettled:
        return report.DeadlineSettled(occurred_at=at(20), deadline_id=ident)

    events = [
        ("e1", submitted("issue-open", at(1))),
        ("e2", missed("open", "answer", at(3))),
        ("e3", missed("settled", "first-contact", at(2))),
        ("e4", settled("settled")),
        # Of a release that does not say what is settled.
        ("e5", missed("closed", "answer", at(2))),
        ("e6", closed("issue-closed", 1, at(9), "answered")),
        ("e7", missed("reopened", "first-contact", at(1))),
        ("e8", reopened("issue-reopened", 2, at(9))),
        ("e9", closed("issue-reopened", 1, at(8), "answered")),
        # A promise outlives the closing of its case.
        ("e10", missed("promised", "commitment", at(4))),
        ("e11", closed("issue-promised", 1, at(1), "answered")),
        ("e12", report.DeadlineMissed(occurred_at=at(1), deadline_id="of-none", kind="commitment", reference=None)),
    ]
    await ili.report(events)
    await ili.report([("e13", missed("own", "answer", at(1)))], body="ili")
    await ili.caught_up()
    late = (await ili.get("/api/v1/tiers/late")).json()["items"]
    wanted = ["issue-reopened", "issue-open", "issue-promised"]
    assert [(each["body"], each["reference"]) for each in late] == [("zhaosu", each) for each in wanted]
    assert late[1]["category"] == "water-supply" and late[1]["since"] == "2023-03-03T00:00:00Z"
    assert late[1]["through"] == ["zhaosu"]
    narrow = (await ili.get("/api/v1/tiers/late", kind="answer", reference="issue-open")).json()["items"]
    assert [each["deadline_id"] for each in narrow] == ["open"]
    assert (await ili.get("/api/v1/tiers/late", role=Role.MEMBER)).status_code == 403
    assert (await ili.get("/api/v1/tiers/late", cursor="bad")).status_code == 422
    # What lies further below is pressed by the body between.
    below = missed("below", "answer", at(5))
    subject = "from.zhaosu.from.cui." + subject_of("cui", type(below))
    headers = {"ce-id": "e14", "ce-source": headers_of("e14", "cui", "x", type(below), at(5))["ce-source"]}
    await ili.jetstream.publish(subject, below.model_dump_json().encode(), headers=headers)
    await ili.caught_up()
    [further] = (await ili.get("/api/v1/tiers/late", body="cui")).json()["items"]
    assert further["through"] == ["zhaosu", "cui"]
    assert "/office/supervisions/new" not in (await ili.get("/office/tiers/late", body="cui")).text
    late.append(further)
    page = await ili.get("/office/tiers/late", body="zhaosu")
    assert "/office/supervisions/new?body=zhaosu&amp;reference=issue-open" in page.text
    assert (await ili.rebuilt())["state"] == "done"
    assert (await ili.get("/api/v1/tiers/late")).json()["items"] == late


async def test_a_long_list_of_late_cases_is_read_a_page_at_a_time(ili: ReportingUnderTest) -> None:
    moment = datetime(2023, 3, 1, tzinfo=UTC)
    await ili.report([(f"e{number}", missed(f"d{number:02}", "answer", moment)) for number in range(51)])
    await ili.caught_up()
    first = (await ili.get("/api/v1/tiers/late")).json()
    second = (await ili.get("/api/v1/tiers/late", cursor=first["next"])).json()
    found = [each["deadline_id"] for each in (*first["items"], *second["items"])]
    assert found == [f"d{number:02}" for number in range(51)] and second["next"] is None
