"""Briefs between two bodies, on both databases: handed up and settled, received and decided on, with both clocks."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from shared import dates
from shared.contracts import handover, inner, report
from shared.contracts.event import Event
from shared.ids import new_id
from tests.integration.consultation_service import BODY, CHILD, OWN, PARENT, Bench, running
from tests.servers import NatsServer

TITLE, TEXT = "关于供水管网", "多个社区反映冬季供水管网老化，建议列入明年改造计划。"
REASON = "已列入州级改造计划。"


@pytest.fixture
async def bench(database_url: str, nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    # The hands of a test move the service's clock, which nothing tells.
    monkeypatch.setattr(dates, "LOOK_AGAIN_SECONDS", 0.1)
    async with running(database_url, nats_server) as bench:
        yield bench


async def done(bench: Bench, path: str, status: int = 200, who: str = "officer", **said: Any) -> dict[str, Any]:
    answer = await bench.post(who, path, said)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def numbered(bench: Bench, text: str = TEXT) -> str:
    reference = await bench.taken()
    brief = await done(bench, "/briefs", 201, OWN, title=TITLE, text=text, issues=[reference])
    await done(bench, f"/briefs/{brief['id']}/submit", who=OWN)
    await done(bench, f"/briefs/{brief['id']}/number")
    return str(brief["id"])


async def shown(bench: Bench, path: str) -> dict[str, Any]:
    answer = await bench.get("officer", f"/briefs/{path}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def stands(bench: Bench, path: str, state: str) -> dict[str, Any]:
    async def look() -> str:
        answer = await bench.get("officer", f"/briefs/{path}")
        return str(answer.json()["state"]) if answer.status_code == 200 else ""

    await bench.until(look, state)
    return await shown(bench, path)


async def told(bench: Bench, about: type[Event], how_many: int) -> list[Any]:
    async def count() -> int:
        return len(await bench.said(about))

    await bench.until(count, how_many)
    return await bench.said(about)


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def settled(bench: Bench, handing: str, outcome: Any, text: str | None) -> handover.BriefSettled:
    return handover.BriefSettled(occurred_at=bench.clock.now(), handing_id=handing, to=BODY, outcome=outcome, text=text)


async def test_a_brief_goes_up_and_what_the_parent_makes_of_it_comes_back(bench: Bench) -> None:
    brief = await numbered(bench)
    assert refusal(await bench.post(OWN, f"/briefs/{brief}/hand-up")) == (403, "review-needs-officer")
    handing = (await done(bench, f"/briefs/{brief}/hand-up", 201))["handing_id"]
    assert refusal(await bench.post("officer", f"/briefs/{brief}/hand-up")) == (409, "brief-handed-up")
    assert refusal(await bench.post("officer", f"/briefs/{brief}/adopt")) == (409, "parent-decides")
    [event] = await told(bench, handover.BriefHandedUp, 1)
    assert (event.to, event.origin, event.year, event.number) == (PARENT, BODY, 2023, 1)
    assert (event.title, event.text) == (TITLE, TEXT)

    # Said by somebody else than the parent, or of a handing that is not ours, it is parked and changes nothing.
    await bench.hand(CHILD, settled(bench, handing, "adopted", None))
    await bench.until(lambda: parked(bench), 1)
    bench.clock.at += timedelta(days=40)
    assert [each.is_ours for each in await told(bench, inner.BriefLate, 1)] == [True]
    adopted = settled(bench, handing, "adopted", None)
    for _ in range(2):
        await bench.hand(PARENT, adopted, event_id="decision-1")
    whole = await stands(bench, brief, "adopted")
    assert whole["handings"][0]["state"] == "adopted" and whole["handings"][0]["is_overdue"]
    await bench.hand(PARENT, settled(bench, handing, "answered", REASON))

    async def answer() -> str | None:
        return (await shown(bench, brief))["steps"][-1]["note"]

    await bench.until(answer, REASON)
    whole = await shown(bench, brief)
    # Adopted it stays, for the figures too; the answer is one line more.
    assert (whole["state"], whole["handings"][0]["state"]) == ("adopted", "answered")
    assert [(each["move"], each["by"]) for each in whole["steps"]][-3:] == [
        ("hand-up", "officer"),
        ("adopt", PARENT),
        ("answer", PARENT),
    ]
    assert len(await told(bench, report.BriefHandedIn, 1)) == 1
    assert [each.outcome for each in await told(bench, report.BriefSettled, 1)] == ["adopted"]
    assert [(each.state, each.member) for each in await told(bench, inner.BriefMoved, 3)] == [
        ("undecided", OWN),
        ("adopted", OWN),
        ("answered", OWN),
    ]


async def parked(bench: Bench) -> int:
    answer = await bench.get("officer", "/consultation/parked")
    return len(answer.json()["items"])


async def test_what_is_taken_back_stays_so_and_may_go_up_again(bench: Bench) -> None:
    brief = await numbered(bench)
    assert refusal(await bench.post("officer", f"/briefs/{brief}/take-back"))[0] == 404
    first = (await done(bench, f"/briefs/{brief}/hand-up", 201))["handing_id"]
    await done(bench, f"/briefs/{brief}/take-back")
    await stands(bench, brief, "numbered")
    # The parent had decided before it heard.
    await bench.hand(PARENT, settled(bench, first, "not-adopted", REASON))
    second = (await done(bench, f"/briefs/{brief}/hand-up", 201, answer_days=3))["handing_id"]
    await bench.hand(PARENT, settled(bench, second, "not-adopted", REASON))
    whole = await stands(bench, brief, "not-adopted")
    assert [each["state"] for each in whole["handings"]] == ["withdrawn", "not-adopted"]
    assert [each["text"] for each in whole["handings"][0]["course"]] == [None, None, REASON]
    assert [each["move"] for each in whole["steps"]].count("not-adopt") == 1
    assert len(await told(bench, report.BriefHandedIn, 1)) == 1
    assert refusal(await bench.post("officer", f"/briefs/{brief}/take-back")) == (409, "handing-state")


async def test_a_brief_from_below_has_a_number_here_is_decided_on_and_may_go_further_up(bench: Bench) -> None:
    handed = [await received(bench, number) for number in (7, 8)]
    first, second = [await stands(bench, f"received/{handing}", "undecided") for handing in handed]
    assert [(each["received_year"], each["received_number"]) for each in (first, second)] == [(2023, 1), (2023, 2)]
    assert (first["origin"], first["number"], first["text"], first["other"]) == (CHILD, 7, TEXT, CHILD)
    path = f"/briefs/received/{handed[0]}"
    assert (await bench.get(OWN, path)).status_code == 403
    assert refusal(await bench.post("officer", f"{path}/not-adopt")) == (422, "note-missing")
    refused = await bench.post("officer", f"{path}/answer", {"note": "请打 0999-6022345"})
    assert refusal(refused) == (422, "holds-telephone")

    onward = (await done(bench, f"{path}/hand-up", 201))["handing_id"]
    assert refusal(await bench.post("officer", f"{path}/hand-up")) == (409, "brief-handed-up")
    [event] = await told(bench, handover.BriefHandedUp, 1)
    assert (event.handing_id, event.origin, event.number, event.text) == (onward, CHILD, 7, TEXT)
    await bench.hand(PARENT, settled(bench, onward, "adopted", REASON))

    async def further_up() -> list[str]:
        return [each["state"] for each in (await shown(bench, f"received/{handed[0]}"))["handed_on"]]

    await bench.until(further_up, ["adopted"])
    await done(bench, f"{path}/adopt", note=REASON)
    await done(bench, f"{path}/answer", note="明年三月完工。")

    async def heard_below() -> int:
        return len(await bench.told_below(handover.BriefSettled))

    await bench.until(heard_below, 2)
    [adopted, answered] = await bench.told_below(handover.BriefSettled)
    assert (adopted.outcome, adopted.text, adopted.to) == ("adopted", REASON, CHILD)
    assert answered.outcome == "answered"

    # The other one is taken back below while it is undecided further up.
    onward = (await done(bench, f"/briefs/received/{handed[1]}/hand-up", 201))["handing_id"]
    taken_back = handover.BriefTakenBack(occurred_at=bench.clock.now(), handing_id=handed[1], to=BODY)
    await bench.hand(CHILD, taken_back)
    await stands(bench, f"received/{handed[1]}", "withdrawn")
    [followed] = await told(bench, handover.BriefTakenBack, 1)
    assert followed.handing_id == onward
    assert refusal(await bench.post("officer", f"/briefs/received/{handed[1]}/adopt")) == (409, "handing-state")
    listed = (await bench.get("dispatcher", "/briefs/received?state=answered")).json()["items"]
    assert [each["id"] for each in listed] == [handed[0]]
    assert await parked(bench) == 0


async def received(bench: Bench, number: int) -> str:
    """A brief that the child hands up; its handing."""
    event = handover.BriefHandedUp(
        occurred_at=bench.clock.now() + timedelta(seconds=number),
        handing_id=new_id(),
        to=BODY,
        origin=CHILD,
        year=2023,
        number=number,
        title=TITLE,
        text=TEXT,
        answer_by=bench.clock.now() + timedelta(days=30),
    )
    await bench.hand(CHILD, event)
    await stands(bench, f"received/{event.handing_id}", "undecided")
    return event.handing_id
