"""One matter is one order: what is joined is asked of nobody, and goes back to where it was when it is split."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from shared.contracts import inner
from shared.ids import new_reference
from tests.integration.routing_office import NOW, Office, member, running_office, until
from tests.servers import NatsServer

LEAD = new_reference()


@pytest.fixture
async def office(database_url: str, nats_server: NatsServer, tmp_path: Path) -> AsyncIterator[Office]:
    async with running_office(database_url, nats_server, tmp_path) as running:
        yield running


async def joined(office: Office, reference: str, version: int = 2, to: str = LEAD) -> None:
    """Intake says that it is the same as another issue."""
    event = inner.IssueJoined(occurred_at=NOW, reference=reference, version_of_issue=version, joined_to=to)
    await office.tell(event)


async def split(office: Office, reference: str, version: int = 3) -> None:
    """Intake says that it is a matter of its own after all."""
    await office.tell(inner.IssueSplit(occurred_at=NOW, reference=reference, version_of_issue=version, joined_to=LEAD))


def standing(office: Office, reference: str) -> Any:
    """A look at the order's state, its member and how often somebody was asked."""

    async def look() -> tuple[str, str | None, int]:
        path = f"/api/v1/orders/{reference}"
        answer = await office.http.get(path, headers=office.as_("dispatcher"))
        if answer.status_code == 404:
            return ("none", None, 0)
        order = answer.json()
        return order["state"], order["member"], order["attempt"]

    return look


async def open_orders(office: Office, code: str) -> int:
    """How many orders wait for a member or are with them."""
    answer = await office.http.get("/api/v1/orders", headers=office.as_("member", code))
    return len([each for each in answer.json()["items"] if each["state"] in ("assigned", "accepted")])


async def test_who_joins_at_once_is_routed_to_nobody(office: Office) -> None:
    await office.import_roster(member("m-1"), member("m-2"))
    reference = await office.submit(joined_to=LEAD)
    await joined(office, reference)
    await until(standing(office, reference), ("joined", None, 0))
    assert office.said("inner.issue.assigned", "inner.issue.unroutable") == []


async def test_a_split_issue_that_was_never_routed_goes_to_routing(office: Office) -> None:
    await office.import_roster(member("m-1"))
    reference = await office.submit(joined_to=LEAD)
    await joined(office, reference)
    await split(office, reference)
    await until(standing(office, reference), ("assigned", "m-1", 1))

    async def versions() -> list[int]:
        return [event["version_of_issue"] for _, event in office.said("inner.issue.assigned")]

    await until(versions, [1])


async def test_an_order_that_nobody_answered_is_withdrawn_and_asked_anew(office: Office) -> None:
    await office.import_roster(member("m-1"))
    reference = await office.submit()
    await until(standing(office, reference), ("assigned", "m-1", 1))
    await joined(office, reference)
    await until(standing(office, reference), ("joined", None, 1))
    assert await open_orders(office, "m-1") == 0
    refused = await office.http.post(f"/api/v1/orders/{reference}/accept", headers=office.as_("member", "m-1"))
    assert refused.status_code == 409
    await split(office, reference)
    await until(standing(office, reference), ("assigned", "m-1", 2))
    assert await open_orders(office, "m-1") == 1


async def test_an_order_that_was_taken_goes_back_to_its_member(office: Office) -> None:
    await office.import_roster(member("m-1"), member("m-2"))
    reference = await office.submit()
    code = (await office.order(reference))["member"]
    await office.http.post(f"/api/v1/orders/{reference}/accept", headers=office.as_("member", code))
    await joined(office, reference)
    await until(standing(office, reference), ("joined", code, 1))
    assert await open_orders(office, code) == 0
    await split(office, reference)
    await until(standing(office, reference), ("accepted", code, 1))
    assert await open_orders(office, code) == 1


async def test_a_member_who_left_is_not_given_it_back(office: Office) -> None:
    await office.import_roster(member("m-1"))
    reference = await office.submit()
    await until(standing(office, reference), ("assigned", "m-1", 1))
    await office.http.post(f"/api/v1/orders/{reference}/accept", headers=office.as_("member", "m-1"))
    await joined(office, reference)
    await until(standing(office, reference), ("joined", "m-1", 1))
    await office.import_roster(member("m-2"))
    await split(office, reference)
    await until(standing(office, reference), ("assigned", "m-2", 2))


async def test_where_nobody_fits_it_lies_with_the_dispatcher(office: Office) -> None:
    reference = await office.submit(joined_to=LEAD)
    await joined(office, reference)
    await split(office, reference)
    await until(standing(office, reference), ("unroutable", None, 0))

    async def said() -> list[int]:
        return [event["version_of_issue"] for _, event in office.said("inner.issue.unroutable")]

    await until(said, [1])


async def test_news_in_any_order_and_twice_change_it_once(office: Office) -> None:
    await office.import_roster(member("m-1"))
    reference = new_reference()
    await joined(office, reference)
    await office.submit(reference, joined_to=LEAD)
    await until(standing(office, reference), ("joined", None, 0))
    await split(office, reference)
    await until(standing(office, reference), ("assigned", "m-1", 1))
    await joined(office, reference)
    await joined(office, reference, 4, new_reference())
    await until(standing(office, reference), ("joined", None, 1))


async def test_what_was_closed_in_the_same_moment_stays_closed(office: Office) -> None:
    await office.import_roster(member("m-1"))
    reference = await office.submit()
    await until(standing(office, reference), ("assigned", "m-1", 1))
    await joined(office, reference)
    await until(standing(office, reference), ("joined", None, 1))
    closing = inner.IssueClosed(
        occurred_at=NOW, reference=reference, version_of_issue=1, outcome="answered", member="m-1"
    )
    await office.tell(closing, "consultation")
    await until(standing(office, reference), ("closed", "m-1", 1))
    await split(office, reference)
    other = await office.submit()
    await until(standing(office, other), ("assigned", "m-1", 1))
    assert await standing(office, reference)() == ("closed", "m-1", 1)
