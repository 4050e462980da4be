"""A child that runs a newer release than its parent, on real servers: nothing is lost, and an upgrade mends it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.reporting import events as heard_events
from services.reporting import projection
from services.reporting.tables import Issue, Roster
from shared.contracts import catalogue, report
from shared.contracts.event import Event
from shared.contracts.subjects import kind_of, subject_of
from shared.release import RELEASE
from tests.integration.reporting_run import NOW, roster, submitted
from tests.integration.tier_reporting import Body, reporting_at, say
from tests.integration.two_tiers import TierServer, county_and_prefecture

NEWER = "9.4.0"
V2 = "doorstep.zhaosu.report.issue.submitted.v2"
COUNTED = "doorstep.zhaosu.report.house.counted.v1"


class IssueSubmittedV2(report.IssueSubmitted):
    """What a later release says instead of version 1."""

    version = 2


class HouseCounted(Event):
    """A fact that this release never heard of."""

    plane, noun, verb = "report", "house", "counted"

    reference: str


class RosterWithLeave(report.RosterPublished):
    """The event of this release, with a field more."""

    members_on_leave: int = 0


@pytest.fixture
def tiers(tmp_path: Path) -> Iterator[tuple[TierServer, TierServer]]:
    county, prefecture = county_and_prefecture(tmp_path)
    try:
        prefecture.start()
        county.start()
        yield county, prefecture
    finally:
        county.kill()
        prefecture.kill()


@pytest.fixture
def upgrade(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From now on whatever starts is the newer release."""

    def roster_row(event: RosterWithLeave) -> dict[str, Any]:
        row = projection._roster(event)
        return row | {"members": event.members - event.members_on_leave}

    newer = (
        projection._projected(IssueSubmittedV2, Issue, projection._issue),
        projection._projected(HouseCounted, Issue, lambda event: _issue_of(event)),
        projection._projected(RosterWithLeave, Roster, roster_row),
    )

    def install() -> None:
        kept = [one for one in projection.PROJECTED if one.event is not report.RosterPublished]
        monkeypatch.setattr(heard_events, "PROJECTED", (*kept, *newer))
        for one in newer:
            monkeypatch.setitem(catalogue._BY_KIND, kind_of(one.event), one.event)
            monkeypatch.setitem(projection._BY_EVENT, one.event, [one])

    return install


def _issue_of(event: HouseCounted) -> dict[str, Any]:
    return projection._issue(submitted(event.reference, event.occurred_at))


async def until(look: Callable[[], Awaitable[Any]], expected: Any, seconds: float = 30.0) -> None:
    deadline = asyncio.get_running_loop().time() + seconds
    while (found := await look()) != expected:
        assert asyncio.get_running_loop().time() < deadline, f"still {found}, wanted {expected}"
        await asyncio.sleep(0.05)


async def speak_newer(county: TierServer) -> None:
    """What the newer county reports: things of this release, and three kinds of things beyond it."""
    old = {f"old-{n}": submitted(f"o{n}", NOW).model_dump_json().encode() for n in range(3)}
    await say(county, subject_of("zhaosu", report.IssueSubmitted), report.IssueSubmitted, old, NEWER)
    newer = {
        f"v2-{n}": IssueSubmittedV2(**dict(submitted(f"n{n}", NOW))).model_dump_json().encode() for n in range(300)
    }
    await say(county, V2, IssueSubmittedV2, newer, NEWER)
    counted = {f"h-{n}": HouseCounted(occurred_at=NOW, reference=f"h{n}").model_dump_json().encode() for n in range(4)}
    await say(county, COUNTED, HouseCounted, counted, NEWER)
    more = RosterWithLeave(**dict(roster(7, members=41)), members_on_leave=6).model_dump_json().encode()
    await say(county, subject_of("zhaosu", report.RosterPublished), report.RosterPublished, {"roster": more}, NEWER)


def of_zhaosu(figure: str, at: Body) -> Callable[[], Awaitable[Any]]:
    async def look() -> Any:
        answer = await at.client.get(
            "/api/v1/figures",
            params={"body": "zhaosu", "from": "2023-01-01", "to": "2023-12-31"},
            headers={"Authorization": f"Bearer {at.token}"},
        )
        return answer.json().get(figure)

    return look


async def kept_at(body: Body) -> dict[str, int]:
    return {kind["subject"]: kind["events"] for kind in (await body.ask("/api/v1/reporting/kept"))["items"]}


async def test_what_a_newer_child_says_is_kept_and_applied_once_after_the_upgrade(
    tiers: tuple[TierServer, TierServer], tmp_path: Path, upgrade: Callable[[], None]
) -> None:
    county, prefecture = tiers
    await asyncio.gather(*(tier.declare() for tier in tiers))
    database = f"sqlite:///{tmp_path}/older.db"
    kept = {f"from.zhaosu.{V2}": 300, f"from.zhaosu.{COUNTED}": 4}

    async with reporting_at(prefecture, database) as older:
        await speak_newer(county)
        await until(of_zhaosu("members", older), 41)  # the last that was said, by what is read of it
        await until(lambda: kept_at(older), kept)
        assert await of_zhaosu("opinions_collected", older)() == 3
        assert (await older.ask("/api/v1/reporting/parked"))["items"] == []  # no noise for the dispatcher
        releases = {kind["release"] for kind in (await older.ask("/api/v1/reporting/kept"))["items"]}
        assert releases == {NEWER}

    async with reporting_at(prefecture, database) as again:  # a restart of the same release changes nothing
        assert await kept_at(again) == kept

    upgrade()
    async with reporting_at(prefecture, database) as newer:
        await until(of_zhaosu("opinions_collected", newer), 307)
        await until(of_zhaosu("members", newer), 35)  # the field it could not read, read from the stream
        await until(lambda: kept_at(newer), {})
        after = await newer.figures("zhaosu")
    async with reporting_at(prefecture, f"sqlite:///{tmp_path}/always-newer.db") as always:
        await always.client.post("/api/v1/reporting/rebuild", headers={"Authorization": f"Bearer {always.token}"})
        await until(of_zhaosu("opinions_collected", always), 307)
        await until(of_zhaosu("members", always), 35)
        assert after == await always.figures("zhaosu")


async def test_kept_events_are_taken_up_in_the_order_they_came(
    database_url: str,
    tiers: tuple[TierServer, TierServer],
    upgrade: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    county, prefecture = tiers
    await asyncio.gather(*(tier.declare() for tier in tiers))
    async with reporting_at(prefecture, database_url) as older:
        for n in range(6):
            subject, kind = (V2, IssueSubmittedV2) if n % 2 else (COUNTED, HouseCounted)
            event = submitted(f"r{n}", NOW + timedelta(minutes=n))
            await say(county, subject, kind, {f"id-{n}": event.model_dump_json().encode()}, NEWER)
        await say(county, V2, IssueSubmittedV2, {"bad": b'{"occurred_at": "yesterday"}'}, NEWER)
        await until(lambda: kept_at(older), {f"from.zhaosu.{V2}": 4, f"from.zhaosu.{COUNTED}": 3})
    order: list[str] = []
    keep = projection.Projection.keep

    async def noted(self: projection.Projection, tx: Any, rows: Any) -> None:
        order.extend(row["reference"] for row in rows.get("issues", ()))
        await keep(self, tx, rows)

    monkeypatch.setattr(projection.Projection, "keep", noted)
    monkeypatch.setattr("shared.messaging.consumer.TAKEN_UP_TOGETHER", 2)
    upgrade()
    async with reporting_at(prefecture, database_url) as newer:
        await until(of_zhaosu("opinions_collected", newer), 6)
        await until(lambda: kept_at(newer), {})
        [parked] = (await newer.ask("/api/v1/reporting/parked"))["items"]  # now a person has to look at it
        assert parked["event_id"] == "bad" and parked["reason"].startswith("malformed")
    assert order == [f"r{n}" for n in range(6)]


async def test_who_says_no_release_is_no_newer_release(tiers: tuple[TierServer, TierServer], tmp_path: Path) -> None:
    county, prefecture = tiers
    await asyncio.gather(*(tier.declare() for tier in tiers))
    async with reporting_at(prefecture, f"sqlite:///{tmp_path}/older.db") as older:
        await say(county, V2, IssueSubmittedV2, {"foreign": b"{}"}, None)
        await say(county, COUNTED, HouseCounted, {"own": b"{}"}, RELEASE)

        async def parked() -> list[str]:
            return [one["event_id"] for one in (await older.ask("/api/v1/reporting/parked"))["items"]]

        await until(parked, ["foreign"])
        await until(lambda: kept_at(older), {f"from.zhaosu.{COUNTED}": 1})
