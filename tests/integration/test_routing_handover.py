"""Handovers with the clocks of both bodies: what expires, what is late, what crosses on a link that was down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.routing.handover import clock as handover_clock
from shared import dates
from shared.contracts import inner
from shared.contracts.handover import SupervisionOpened
from tests.integration.routing_office import until
from tests.integration.two_bodies import RESIDENT, BodyRouting, Link, routing_of, vault
from tests.integration.two_tiers import TierServer, county_and_prefecture, free_ports

MONDAY = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
QUESTION = "已逾期两周，请说明原因和办结时间。"
REPLY = "因等待第三方检测结果，预计下周办结。"
TEXT = "乡卫生室常用药长期短缺，需要州里协调。"
LATE = "handover.late"

on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""On PostgreSQL the test of a link that was down goes through the same statements."""

Bodies = tuple[BodyRouting, BodyRouting]
Tiers = tuple[TierServer, TierServer, Link]


@pytest.fixture
async def tiers(tmp_path: Path) -> AsyncIterator[Tiers]:
    """The two servers, with a link between them that can be cut."""
    county, prefecture = county_and_prefecture(tmp_path)
    assert county.site.parent_leaf is not None
    (port,) = free_ports(1)
    link = Link(port, county.site.parent_leaf)
    county = TierServer(replace(county.site, parent_leaf=f"127.0.0.1:{port}"), tmp_path)
    await link.mend()
    try:
        # In a thread: what passes between them passes through this one's loop.
        for server in (prefecture, county):
            await asyncio.to_thread(server.start)
        await until_linked(prefecture)
        for server in (county, prefecture):
            await server.declare_own()
        for server in (county, prefecture):
            await server.declare()
        yield county, prefecture, link
    finally:
        await link.cut()
        county.kill()
        prefecture.kill()


async def until_linked(prefecture: TierServer) -> None:
    async def leafs() -> bool:
        async with httpx.AsyncClient() as client:
            found = (await client.get(f"http://127.0.0.1:{prefecture.site.monitor_port}/leafz")).json()
        return bool(found["leafnodes"])

    await until(leafs, True)


@pytest.fixture
async def bodies(
    tiers: Tiers, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Bodies]:
    """Routing of both on a Monday."""
    # Clocks are set by hand here, so those who watch them have to look often.
    for each in (handover_clock, dates):
        monkeypatch.setattr(each, "LOOK_AGAIN_SECONDS", 0.1)
    county, prefecture, _ = tiers
    async with AsyncExitStack() as stack:
        vault_url, _ = stack.enter_context(vault())
        here = await stack.enter_async_context(routing_of(county, database_url, MONDAY, vault_url))
        above = await stack.enter_async_context(
            routing_of(prefecture, f"sqlite:///{tmp_path}/ili.db", MONDAY, vault_url)
        )
        yield here, above


def pass_days(bodies: Bodies, days: float) -> None:
    for body in bodies:
        body.clock.at += timedelta(days=days)


async def offered(here: BodyRouting) -> str:
    reference = await here.submitted()
    await here.ordered(reference)
    answer = await here.ask("POST", "/api/v1/handovers", {"reference": reference, "text": TEXT}, 201)
    return str(answer["handover_id"])


async def _ordered(here: BodyRouting, reference: str) -> None:
    async def found() -> int:
        answer = await here.http.get(f"/api/v1/orders/{reference}", headers=here.as_("dispatcher"))
        return answer.status_code

    await until(found, 200)


async def pressed(here: BodyRouting, above: BodyRouting) -> str:
    """The parent presses for a late case of the county; the id, once the county knows."""
    reference = await here.submitted()
    await _ordered(here, reference)
    sent = {"body": "zhaosu", "reference": reference, "text": QUESTION}
    opened = await above.ask("POST", "/api/v1/supervisions", sent, 201)
    await here.supervised(opened["supervision_id"], "open")
    return str(opened["supervision_id"])


def stays(shown: dict[str, Any]) -> list[tuple[str, str, int]]:
    return [(each["body"], each["state"], each["working_days"]) for each in shown["stays"]]


@on_sqlite
async def test_an_offer_that_nobody_answers_raises_its_alarm_on_both_sides(bodies: Bodies) -> None:
    here, above = bodies
    handover = await offered(here)
    await above.until(handover, "offered")
    pass_days(bodies, 7)  # Monday again, before the work of the fifth working day ends
    for body in bodies:
        assert (await body.handover(handover) or {})["missed"] is None
    pass_days(bodies, 0.5)
    for body, is_ours in ((here, True), (above, False)):
        await body.until(handover, "expired", missed="offer")
        (alarm,) = await _alarms(body)
        assert (alarm["missed"], alarm["is_ours"], alarm["due_at"]) == ("offer", is_ours, "2026-03-09T10:00:00Z")
    answer = await above.http.post(f"/api/v1/handovers/{handover}/accept", headers=above.as_("dispatcher"))
    assert answer.status_code == 409


async def _alarms(body: BodyRouting, kind: str = LATE) -> list[dict[str, Any]]:
    while not (found := await body.said(kind)):
        pass  # the relay publishes what is committed
    return found


@on_sqlite
async def test_what_is_returned_after_five_working_days_shows_at_both_ends(bodies: Bodies) -> None:
    here, above = bodies
    handover = await offered(here)
    await above.until(handover, "offered")
    pass_days(bodies, 7)
    await above.ask("POST", f"/api/v1/handovers/{handover}/return", {"reason": "属于县级权限。"})
    for body in bodies:
        shown = await body.until(handover, "returned")
        assert stays(shown) == [("ili", "offered", 5)]
        assert shown["reason"] == "属于县级权限。"


async def test_both_carry_on_while_the_link_is_down_and_catch_up_once(bodies: Bodies, tiers: Tiers) -> None:
    here, above = bodies
    link = tiers[2]
    taken = await offered(here)
    await above.until(taken, "offered")
    crossing, kept = [await pressed(here, above) for _ in range(2)]
    await link.cut()
    # The parent no longer waits for an answer that its child gives at the same time.
    await above.ask("POST", f"/api/v1/supervisions/{crossing}/withdraw")
    for each in (crossing, kept):
        await here.ask("POST", f"/api/v1/supervisions/{each}/answer", {"text": REPLY})
    await above.ask("POST", f"/api/v1/handovers/{taken}/accept")
    lost = await offered(here)
    pass_days(bodies, 1)
    later = await offered(here)
    pass_days(bodies, 6.5)
    for each in (taken, lost):
        await here.until(each, "expired", missed="offer")
    assert await above.handover(lost) is None
    await link.mend()
    # Taken in time, though the news came late; asked in vain; and still to be taken.
    await here.until(taken, "accepted")
    await above.until(taken, "accepted")
    await above.until(lost, "expired", missed="offer")
    await above.until(later, "offered")
    await above.ask("POST", f"/api/v1/handovers/{later}/accept")
    await here.until(later, "accepted")
    for body in bodies:
        ended = await body.supervised(crossing, "withdrawn")
        assert sorted(filter(None, (each["text"] for each in ended["course"]))) == sorted([QUESTION, REPLY])
        await body.supervised(kept, "answered")
    # Its clock ran out above while the answer, given in time, was on its way.
    assert [each["supervision_id"] for each in await _alarms(above, "supervision.late")] == [kept]
    assert stays(await here.until(lost, "expired")) == [("ili", "offered", 5)]
    assert [each["handover_id"] for each in await _alarms(above)] == [lost]
    assert sorted(each["handover_id"] for each in await _alarms(here)) == sorted([taken, lost])
    for body in bodies:
        parked = await body.ask("GET", "/api/v1/routing/parked", role="officer")
        assert parked["items"] == []


@on_sqlite
async def test_an_overdue_answer_raises_its_alarm_on_both_sides(bodies: Bodies) -> None:
    here, above = bodies
    handover = await offered(here)
    await above.until(handover, "offered")
    await above.ask("POST", f"/api/v1/handovers/{handover}/accept")
    await here.until(handover, "accepted")
    pass_days(bodies, 28)
    for body in bodies:
        await body.until(handover, "accepted", missed="answer")
        assert [each["missed"] for each in await _alarms(body)] == ["answer"]


async def test_a_text_that_nobody_could_look_over_does_not_leave(tiers: Tiers, tmp_path: Path) -> None:
    county = tiers[0]
    async with routing_of(county, f"sqlite:///{tmp_path}/zhaosu.db", MONDAY) as here:
        reference = await here.submitted()
        await here.ordered(reference)
        sent = {"reference": reference, "text": TEXT}
        refused = await here.ask("POST", "/api/v1/handovers", sent, 503)
        assert refused["code"] == "vault-unavailable"
        assert (await here.ask("GET", "/api/v1/handovers?side=out"))["items"] == []


async def test_a_residents_name_is_asked_of_the_vault_and_refused(tiers: Tiers, tmp_path: Path) -> None:
    county = tiers[0]
    with vault() as (url, read):
        async with routing_of(county, f"sqlite:///{tmp_path}/zhaosu.db", MONDAY, url) as here:
            reference = await here.submitted()
            await here.ordered(reference)
            sent = {"reference": reference, "text": f"{RESIDENT.replace('·', ' ')}反映缺药。"}
            refused = await here.ask("POST", "/api/v1/handovers", sent, 422)
            assert (refused["code"], refused["errors"][0]["field"]) == ("text-has-name", "text")
            assert read == [reference]


@on_sqlite
async def test_what_was_written_goes_with_the_record_of_the_resident(bodies: Bodies) -> None:
    here, above = bodies
    handover = await offered(here)
    await above.until(handover, "offered", text=TEXT)
    reference = (await here.handover(handover) or {})["reference"]
    await here.tell(inner.RecordErased(occurred_at=here.clock.now(), reference=reference))
    await here.until(handover, "offered", text="")


@on_sqlite
async def test_a_parent_presses_is_answered_asks_again_and_closes(bodies: Bodies) -> None:
    here, above = bodies
    supervision = await pressed(here, above)
    shown = await here.supervised(supervision, "open", is_ours=False, other="ili", kind="answer")
    assert shown["late_since"] == "2026-02-20T10:00:00Z" and shown["answer_by"] == "2026-03-09T10:00:00Z"
    reference, path = shown["reference"], f"/api/v1/supervisions/{supervision}"
    await _refuses_to_press(here, above, reference)
    assert {each["text"] for each in shown["course"]} == {QUESTION}

    pass_days(bodies, 7.5)
    for body in bodies:
        await body.supervised(supervision, "open", is_overdue=True)
        (alarm,) = await _alarms(body, "supervision.late")
        assert (alarm["is_ours"], alarm["reference"]) == (body is above, reference)
    for text, code in ((f"{RESIDENT}已等很久。", "text-has-name"), ("请打 0999-6022345", "text-has-telephone")):
        refused = await here.ask("POST", f"{path}/answer", {"text": text}, 422)
        assert (refused["code"], refused["errors"][0]["field"]) == (code, "text")
    await above.ask("POST", f"{path}/answer", {"text": REPLY}, 404)
    await above.ask("POST", f"{path}/close", status=409)
    await here.ask("POST", f"{path}/answer", {"text": REPLY})
    await above.supervised(supervision, "answered")

    await above.ask("POST", f"{path}/ask-again", {"text": QUESTION, "answer_days": 2})
    await here.supervised(supervision, "open", is_overdue=False, answer_by="2026-03-12T10:00:00Z")
    await here.ask("POST", f"{path}/answer", {"text": REPLY})
    await above.supervised(supervision, "answered")
    await above.ask("POST", f"{path}/close")
    moves = [(None, "ili"), ("answer", "zhaosu"), ("ask-again", "ili"), ("answer", "zhaosu"), ("close", "ili")]
    for body in bodies:
        course = (await body.supervised(supervision, "closed"))["course"]
        assert [(each["move"], each["body"]) for each in course] == moves
        side = "out" if body is above else "in"
        listed = await body.ask("GET", f"/api/v1/supervisions?side={side}&state=closed")
        assert [each["supervision_id"] for each in listed["items"]] == [supervision]
        assert (await body.ask("GET", "/api/v1/routing/parked", role="officer"))["items"] == []
    told = [each["state"] for each in await here.said("supervision.moved")]
    assert told == ["open", "answered", "open", "answered", "closed"]

    await here.tell(inner.RecordErased(occurred_at=here.clock.now(), reference=reference))
    await until(lambda: _texts(here, supervision), set())
    # Nobody presses the body above.
    now = here.clock.now()
    upward = SupervisionOpened(
        occurred_at=now,
        supervision_id="upward",
        reference=reference,
        to="ili",
        text=QUESTION,
        kind="answer",
        late_since=now,
        answer_by=now,
    )
    await here.tell(upward)

    async def parked() -> int:
        return len((await above.ask("GET", "/api/v1/routing/parked", role="officer"))["items"])

    await until(parked, 1)
    assert await above.supervision("upward") is None


async def _refuses_to_press(here: BodyRouting, above: BodyRouting, reference: str) -> None:
    async def refused(by: BodyRouting, status: int, **changed: str) -> tuple[str, str]:
        sent = {"body": "zhaosu", "reference": "ANOTHER", "text": QUESTION, **changed}
        answer = await by.ask("POST", "/api/v1/supervisions", sent, status)
        return answer["errors"][0]["field"], answer["detail"]

    field, says = await refused(above, 422, body="cui")
    assert field == "body" and "zhaosu" in says
    assert (await refused(above, 422, body="elsewhere"))[0] == "body"
    assert (await refused(here, 422, body="ili"))[0] == "body"
    assert (await refused(above, 409, reference="IN-TIME"))[0] == "reference"
    assert (await refused(above, 409, reference=reference))[0] == "reference"
    assert (await refused(above, 422, text="身份证 65402219900307123X"))[0] == "text"


async def _texts(body: BodyRouting, supervision: str) -> set[str]:
    found = await body.supervision(supervision) or {"course": []}
    return {each["text"] for each in found["course"]} - {None}
