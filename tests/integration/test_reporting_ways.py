"""A body's reports are taken by one way: a child that writes a sibling's stamp itself is found out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from shared.contracts.envelope import headers_of
from shared.contracts.event import Event
from shared.contracts.subjects import subject_of
from shared.web.auth import Role
from tests.integration.reporting_run import ReportingUnderTest, reporting_of_ili, roster, submitted
from tests.servers import NatsServer

MARCH = datetime(2023, 3, 5, 4, 0, tzinfo=UTC)


@pytest.fixture
async def ili(nats_server: NatsServer, database_url: str) -> AsyncIterator[ReportingUnderTest]:
    async with reporting_of_ili(nats_server, database_url) as running:
        yield running


async def arrive(ili: ReportingUnderTest, event_id: str, event: Event, body: str, *through: str) -> None:
    """As the parent's server stores what claims to be of ``body`` and came ``through`` these."""
    about = headers_of(event_id, body, "intake", type(event), MARCH)
    headers = {name: about[name] for name in ("ce-id", "ce-source")}  # the server drops no repeat
    stamps = "".join(f"from.{child}." for child in through)
    data = event.model_dump_json().encode()
    await ili.jetstream.publish(stamps + subject_of(body, type(event)), data, headers=headers)


async def counted(ili: ReportingUnderTest, body: str) -> int:
    await ili.caught_up()
    return int((await ili.figures(body))["opinions_collected"])


async def reasons(ili: ReportingUnderTest) -> list[str]:
    return [str(each["reason"]) for each in (await ili.get("/api/v1/reporting/parked")).json()["items"]]


async def allow(ili: ReportingUnderTest, body: str, *through: str, role: Role = Role.OFFICER) -> int:
    token = {"Authorization": f"Bearer {ili.token(role)}"}
    way = {"body": body, "through": list(through)}
    return (await ili.client.post("/api/v1/reporting/ways", json=way, headers=token)).status_code


async def test_a_stamp_that_a_child_wrote_itself_counts_for_nobody(ili: ReportingUnderTest) -> None:
    await arrive(ili, "1", roster(1, 10), "xinyuan", "xinyuan")
    await arrive(ili, "2", submitted("A", MARCH), "xinyuan", "xinyuan")
    # Zhaosu has its own server in its hands: all but the first stamp is its own word, and the id is the sibling's next.
    await arrive(ili, "3", submitted("B", MARCH), "xinyuan", "zhaosu", "xinyuan")
    await arrive(ili, "4", submitted("C", MARCH), "ili", "zhaosu", "ili")
    await arrive(ili, "3", submitted("D", MARCH), "xinyuan", "xinyuan")
    assert (await counted(ili, "xinyuan"), await counted(ili, "ili")) == (2, 0)
    assert sorted(reason.split()[3] for reason in await reasons(ili)) == ["ili", "xinyuan"]
    assert (await ili.rebuilt())["skipped"] == 2
    assert (await counted(ili, "xinyuan"), await counted(ili, "ili")) == (2, 0)


async def test_a_body_that_moved_is_let_in_by_its_new_way(ili: ReportingUnderTest) -> None:
    await arrive(ili, "1", submitted("A", MARCH), "xinyuan", "zhaosu", "xinyuan")
    await arrive(ili, "2", submitted("B", MARCH), "xinyuan", "xinyuan")
    assert await counted(ili, "xinyuan") == 1
    (waiting,) = (await ili.get("/api/v1/reporting/parked")).json()["items"]
    token = {"Authorization": f"Bearer {ili.token()}"}
    resend = f"/api/v1/reporting/parked/{waiting['id']}/resend"
    assert not (await ili.client.post(resend, headers=token)).is_success, "nobody has allowed it yet"
    assert await allow(ili, "xinyuan", "zhaosu") == 422
    assert await allow(ili, "xinyuan", "xinyuan", role=Role.DISPATCHER) == 403
    assert await allow(ili, "xinyuan", "xinyuan") == 204
    known = (await ili.get("/api/v1/reporting/ways")).json()["items"]
    assert sorted((each["body"], each["through"]) for each in known) == [
        ("xinyuan", ["xinyuan"]),
        ("xinyuan", ["zhaosu", "xinyuan"]),
    ]
    assert (await ili.client.post(resend, headers=token)).is_success
    assert await counted(ili, "xinyuan") == 2
    assert (await ili.rebuilt())["skipped"] == 0
    assert await counted(ili, "xinyuan") == 2
