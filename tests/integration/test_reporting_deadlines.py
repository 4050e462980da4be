"""What was not done in time rises, is counted once on the day it was due, and is the same after a rebuild."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from shared.contracts import report
from shared.contracts.words import DeadlineKind
from tests.integration.reporting_run import ReportingUnderTest, reporting_of_ili, roster
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
