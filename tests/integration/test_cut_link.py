"""A county's link is cut while its weeks go on: afterwards everything is above, once, in order, as if never cut.

The long form, with whole bodies and 5,000 issues, is ``python -m tests.drills.cut_for_a_week``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.contracts.event import Event
from tests.integration.reporting_run import closed, rated, roster, submitted
from tests.tree import THREE_LEVELS, Tree
from tests.tree_reporting import held, report, reporting_at

WEEK = datetime(2023, 5, 8, 1, 0, tzinfo=UTC)
ISSUES = 500
CAUGHT_UP_WITHIN = 60.0
"""Seconds; the goal of the drill, and usually a few."""


@dataclass(frozen=True)
class Risen:
    """What the region holds in the end: ids by body, in its stream's order, and the county's figures to the byte."""

    ids: dict[str, list[str]]
    figures: str


def a_week(issues: int) -> list[Event]:
    """Issues of the county over seven days, each closed and rated."""
    events: list[Event] = [roster(1, members=12, time_zone="Asia/Shanghai")]
    for number in range(issues):
        at, reference = WEEK + timedelta(days=7) * (number / issues), f"R-{number}"
        events += [
            submitted(reference, at),
            closed(reference, 2, at + timedelta(hours=2), "solved" if number % 4 else "answered"),
            rated(reference, 3, at + timedelta(hours=3), "satisfied" if number % 5 else "partly"),
        ]
    return events


@pytest.mark.timeout(120)
async def test_what_a_cut_county_reported_is_above_afterwards_as_if_it_had_never_been_cut(tmp_path: Path) -> None:
    never_cut = await a_run(tmp_path / "never-cut", cut=False)
    was_cut = await a_run(tmp_path / "cut", cut=True)
    assert was_cut.ids == never_cut.ids
    assert was_cut.figures == never_cut.figures
    assert f'"opinions_collected": {ISSUES}' in was_cut.figures


async def a_run(folder: Path, *, cut: bool) -> Risen:
    tree = Tree(THREE_LEVELS, folder, proxied=("zhaosu",))
    link, week = tree.links["zhaosu"], a_week(ISSUES)
    some = [submitted(f"R-{number}", WEEK) for number in range(20)]
    with tree.running():
        await tree.declare()
        sent = {"zhaosu": await report(tree["zhaosu"], week[:100])}
        await held(tree["xinjiang"], 100)
        if cut:
            link.cut()
        sent["zhaosu"] += await report(tree["zhaosu"], week[100:], first=100)
        for code in ("ili", "xinjiang"):
            sent[code] = await report(tree[code], some)  # those above go on meanwhile
        if cut:
            above = await held(tree["xinjiang"], 140)
            assert len(above) == 140, "the link was not cut"
            link.restore()
        everything = sum(len(ids) for ids in sent.values())
        async with reporting_at(THREE_LEVELS.body("xinjiang"), tree["xinjiang"], folder) as office:
            await office.caught_up(everything, CAUGHT_UP_WITHIN)
            figures = await office.figures("zhaosu")
            assert await office.parked() == []
        there = await held(tree["xinjiang"], everything)
        return Risen(once_and_in_order(there, sent), figures)


def once_and_in_order(there: Sequence[tuple[str, str]], sent: dict[str, list[str]]) -> dict[str, list[str]]:
    """The ids in the region's stream by body, which must be those that the body was told it had reported."""
    found = {code: [event_id for subject, event_id in there if f"doorstep.{code}." in subject] for code in sorted(sent)}
    assert found == sent
    return found
