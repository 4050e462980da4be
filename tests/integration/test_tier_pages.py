"""The tree as each body sees it, on real servers that are killed while somebody looks."""

from __future__ import annotations

import asyncio
import gc
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.reporting.tiers import links
from shared.contracts import report
from shared.contracts.subjects import subject_of
from shared.release import RELEASE
from tests.integration.reporting_run import NOW, submitted
from tests.integration.tier_reporting import Body, reporting_at, say
from tests.integration.two_tiers import TierServer, county_and_prefecture

NEWER = "9.4.0"
SUBMITTED = subject_of("zhaosu", report.IssueSubmitted)


@pytest.fixture(autouse=True)
def cancelled_attempts_are_forgotten() -> Iterator[None]:
    """nats-py leaves the socket of an attempt open that is cancelled while the server is away; here servers go away."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def tiers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[TierServer, TierServer]]:
    # Heartbeats come every second; the product waits longer, so that a busy machine is no broken link.
    monkeypatch.setattr(links, "QUIET_FOR", timedelta(seconds=3))
    county, prefecture = county_and_prefecture(tmp_path)
    try:
        prefecture.start()
        county.start()
        yield county, prefecture
    finally:
        county.kill()
        prefecture.kill()


@asynccontextmanager
async def both(tiers: tuple[TierServer, TierServer], folder: Path, **settings: Any) -> AsyncIterator[tuple[Body, Body]]:
    """Reporting of the county and of the prefecture."""
    county, prefecture = tiers
    await asyncio.gather(*(tier.declare() for tier in tiers))
    async with AsyncExitStack() as stack:
        below, above = [
            await stack.enter_async_context(reporting_at(tier, f"sqlite:///{folder}/{tier.site.body}.db", **settings))
            for tier in (county, prefecture)
        ]
        yield below, above


async def issues(county: TierServer, *references: str, release: str = NEWER) -> None:
    data = {f"id-{each}": submitted(each, NOW).model_dump_json().encode() for each in references}
    await say(county, SUBMITTED, report.IssueSubmitted, data, release)


async def until(body: Body, ready: Callable[[Any], Any], seconds: float = 40.0) -> Any:
    """What the body says of the tree, once that is ``ready``."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not ready(tree := await body.ask("/api/v1/tiers")):
        assert asyncio.get_running_loop().time() < deadline, tree
        await asyncio.sleep(0.1)
    return tree


def is_linked(tree: Any) -> bool:
    link = tree["parent"]["link"] if tree["parent"] else tree["below"][0]["link"] if tree["below"] else None
    return link is not None and link["state"] == "up"


def all_are_held(child: Any, events: int) -> bool:
    return child["events"] == events and all(stream["held"] == events for stream in child["streams"])


async def test_each_body_sees_its_neighbours_and_what_they_run(
    tiers: tuple[TierServer, TierServer], tmp_path: Path
) -> None:
    async with both(tiers, tmp_path) as (below, above):
        await issues(tiers[0], "r1", "r2")
        # One look is several questions: the events may come in between two of them.
        seen = await until(above, lambda tree: is_linked(tree) and all_are_held(tree["below"][0], 2))
        [zhaosu] = seen["below"]
        assert (zhaosu["body"], zhaosu["path"], zhaosu["release"], zhaosu["silent"]) == (
            "zhaosu",
            ["zhaosu"],
            NEWER,
            False,
        )
        assert zhaosu["heard"]["event"] == "issue.submitted"
        assert zhaosu["streams"] == [
            {"stream": "FROM_zhaosu", "held": 2, "lag": 0},
            {"stream": "UP_ili", "held": 2, "lag": 0},
        ]
        assert (seen["release"], seen["parent"], seen["away_since"]) == (RELEASE, None, None)
        own = await until(below, is_linked)
        assert (own["parent"]["body"], own["parent"]["waiting"], own["below"]) == ("ili", None, [])
        # Nobody answers for the outboxes in this test, and the page says so instead of a number.
        assert set(own["waiting"]["outbox"].values()) == {None}


async def test_a_broken_link_shows_on_both_sides_with_what_waits(
    tiers: tuple[TierServer, TierServer], tmp_path: Path
) -> None:
    county, prefecture = tiers
    async with both(tiers, tmp_path) as (below, _):
        await issues(county, "r1")
        linked = await until(below, lambda tree: is_linked(tree) and tree["reported"] == 1)
        prefecture.kill()
        await until(below, lambda tree: tree["parent"]["link"]["state"] == "down")
        await issues(county, "r2", "r3", "r4")
        waiting = await until(below, lambda tree: tree["parent"]["waiting"] == 3)
        assert waiting["parent"]["link"]["since"] > linked["parent"]["link"]["since"]
        page = await below.page("/office/tiers", "en")
        assert "Not connected" in page and "3 events were reported since the link was last seen up." in page
        since = waiting["parent"]["link"]["since"]
    async with reporting_at(county, f"sqlite:///{tmp_path}/zhaosu.db") as again:
        # A restart forgets neither since when, nor how much waits.
        seen = await until(again, lambda tree: tree["parent"]["waiting"] == 3)
        assert seen["parent"]["link"] == {"state": "down", "since": since}
        prefecture.start()
        await until(again, is_linked)


async def test_a_parent_sees_that_its_child_is_away_and_for_how_long(
    tiers: tuple[TierServer, TierServer], tmp_path: Path
) -> None:
    county, _ = tiers
    async with both(tiers, tmp_path, tier_silent_hours=1 / 3600) as (_, above):
        await issues(county, "r1")
        await until(above, lambda tree: is_linked(tree) and tree["below"][0]["events"] == 1)
        county.kill()
        down = await until(above, lambda tree: tree["below"][0]["link"]["state"] == "down")
        assert down["below"][0]["silent"]
        page = await above.page("/office/tiers", "en")
        assert "Silent" in page and "Not connected" in page


async def test_the_page_works_while_the_own_server_is_away(
    tiers: tuple[TierServer, TierServer], tmp_path: Path
) -> None:
    county, prefecture = tiers
    async with both(tiers, tmp_path) as (_, above):
        await issues(county, "r1")
        before = await until(above, lambda tree: is_linked(tree) and tree["below"][0]["events"] == 1)
        prefecture.kill()
        away = await until(above, lambda tree: tree["away_since"])
        assert away["below"][0]["link"] == {"state": "unknown", "since": None}
        assert away["below"][0]["events"] == 1 and away["as_of"] >= before["as_of"]
        for language, says in (("en", "does not answer since"), ("zh-Hans", "没有响应"), ("ug", "جاۋاب بەرمەيۋاتىدۇ")):
            assert says in await above.page("/office/tiers", language)
    async with reporting_at(prefecture, f"sqlite:///{tmp_path}/ili.db") as unlinked:
        # Started without a server: what the database has of the tree is shown, and nothing is claimed of links.
        tree = await unlinked.ask("/api/v1/tiers")
        assert tree["as_of"] is None and tree["below"][0]["body"] == "zhaosu"
        assert "zhaosu" in await unlinked.page("/office/tiers", "en")


async def test_only_the_office_looks(tiers: tuple[TierServer, TierServer], tmp_path: Path) -> None:
    async with reporting_at(tiers[0], f"sqlite:///{tmp_path}/zhaosu.db") as body:
        assert (await body.client.get("/api/v1/tiers")).status_code == 401
        turned_away = await body.client.get("/office/tiers", headers={"Accept": "text/html"})
        assert turned_away.headers["location"].startswith("/login")
