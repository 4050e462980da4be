"""Four levels on real servers: what a body reports rises to the top, once, and its figures stand at every level."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deploy.topology import Body
from shared.contracts.event import Event
from tests.integration.reporting_run import closed, rated, roster, submitted
from tests.tree import FOUR_LEVELS, Tree
from tests.tree_reporting import Reporting, held, report, reporting_at

BEGAN = datetime(2023, 3, 1, 2, 0, tzinfo=UTC)
HOW_MANY = {"yining-east": 70, "yining": 50, "zhaosu": 40, "ili": 30, "xinjiang": 10}
"""Issues of each body: different numbers, so that a figure of the wrong body, or of two, shows."""


def lives(body: Body) -> list[Event]:
    """What ``body`` has, and its issues, each submitted, closed and rated.

    Every body numbers its own from one, so references and ids repeat between bodies.
    """
    counted = roster(1, members=HOW_MANY[body.code], time_zone=body.time_zone)
    events: list[Event] = [counted.model_copy(update={"tier": body.tier, "parent": body.parent})]
    for number in range(HOW_MANY[body.code]):
        at, reference = BEGAN + timedelta(hours=number), f"R-{number}"
        events += [
            submitted(reference, at),
            closed(reference, 2, at + timedelta(days=1), "solved" if number % 2 else "answered"),
            rated(reference, 3, at + timedelta(days=2), "satisfied" if number % 3 else "unsatisfied"),
        ]
    return events


def way(top: Body, code: str) -> str:
    """The stamps of an event of ``code`` in the stream of ``top``: the nearest child first."""
    risen = [FOUR_LEVELS.body(code), *FOUR_LEVELS.above(FOUR_LEVELS.body(code))]
    stamps = [one.code for one in risen[: risen.index(top)]]
    return "".join(f"from.{stamp}." for stamp in reversed(stamps))


@pytest.fixture
def tree(tmp_path: Path) -> Iterator[Tree]:
    with Tree(FOUR_LEVELS, tmp_path).running() as running:
        yield running


def seen_below(top: Body) -> list[Body]:
    return [top, *FOUR_LEVELS.below(top)]


async def test_reports_of_every_level_rise_to_the_top_once_and_in_order(tree: Tree, tmp_path: Path) -> None:
    await tree.declare()
    sent = dict(
        zip(
            HOW_MANY,
            await asyncio.gather(*(report(tree[code], lives(FOUR_LEVELS.body(code))) for code in HOW_MANY)),
            strict=True,
        )
    )
    for top in FOUR_LEVELS:
        bodies = [one.code for one in seen_below(top)]
        there = await held(tree[top.code], sum(len(sent[code]) for code in bodies))
        for code in bodies:
            prefix = f"{way(top, code)}doorstep.{code}."
            assert [event_id for subject, event_id in there if subject.startswith(prefix)] == sent[code], (top, code)
        assert len(there) == sum(len(sent[code]) for code in bodies), f"{top.code} holds more than its own tree"
    await same_figures_at_every_level(tree, tmp_path, sent)


async def same_figures_at_every_level(tree: Tree, folder: Path, sent: dict[str, Sequence[str]]) -> None:
    async with AsyncExitStack() as stack:
        offices: dict[str, Reporting] = {}
        for one in FOUR_LEVELS:
            offices[one.code] = await stack.enter_async_context(reporting_at(one, tree[one.code], folder))
        for top in FOUR_LEVELS:
            office = offices[top.code]
            await office.caught_up(sum(len(sent[one.code]) for one in seen_below(top)))
            assert await office.parked() == []
            for one in FOUR_LEVELS:
                if one in seen_below(top):
                    figures = await office.figures(one.code)
                    assert figures == await offices[one.code].figures(one.code), f"{one.code} as {top.code} sees it"
                    assert f'"opinions_collected": {HOW_MANY[one.code]}' in figures
                else:
                    assert not await office.knows(one.code), f"{top.code} hears of {one.code}"
