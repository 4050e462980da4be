"""Any valid facts, in any order, number and batches, live or rebuilt: the same figures and the same grains.

In-process on SQLite, without a message server, so that hypothesis may try many. The figures are counted twice each
time, from the facts and from the days, which are two ways of counting that share no code.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from services.reporting.behind import WITH_REFERENCES, Behind
from services.reporting.domain import Period
from services.reporting.figures import figure_of
from services.reporting.projection import Projection, Reported, live_projection, rows_of
from services.reporting.queries import Reports
from services.reporting.rates import RATE_OF_FIGURE
from services.reporting.tables import METADATA
from shared.clock import SystemClock
from shared.contracts import report
from shared.contracts.event import Event
from shared.db.engine import open_database
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from tests.integration.register_facts import registers

ZONE = "Asia/Shanghai"
BEGAN = datetime(2023, 2, 27, 12, tzinfo=UTC)
BODIES = ("ili", "zhaosu")
OUTCOMES = ("solved", "answered", "referred-up", "not-ours", "withdrawn")

moments = st.integers(0, 120).map(lambda hours: BEGAN + timedelta(hours=hours))


@st.composite
def lives(draw: st.DrawFn, reference: str) -> list[Event]:
    """One issue's life as its publishers count it; times are the paper's own and need not rise."""
    at = draw(moments)
    issue = {"reference": reference}
    category = draw(st.sampled_from([None, "water", "roads"]))
    found: list[Event] = [
        report.IssueSubmitted(
            occurred_at=at,
            step=1,
            station=None,
            community=draw(st.sampled_from(["c1", "c2"])),
            category=category,
            channel="web",
            reception_id=draw(st.sampled_from([None, f"r-{reference}"])),
            **issue,
        )
    ]
    if draw(st.booleans()):
        found.append(report.IssueAssigned(occurred_at=draw(moments), step=1, **issue))
        if draw(st.booleans()):
            found.append(report.IssueAccepted(occurred_at=draw(moments), step=2, **issue))
    for turn in range(draw(st.integers(0, 2))):
        closing = {"outcome": draw(st.sampled_from(OUTCOMES)), "planned": False}
        closed = {"occurred_at": draw(moments), "step": 2 * turn + 1, **issue, **closing}
        found.append(report.IssueClosed.model_validate(closed))
        if draw(st.booleans()):
            rated = {"occurred_at": draw(moments), "step": 10 + turn, **issue}
            found.append(
                report.FeedbackGiven.model_validate(rated | {"rating": draw(st.sampled_from(["satisfied", "partly"]))})
            )
        if turn == 0 and draw(st.booleans()):
            found.append(report.IssueReopened(occurred_at=draw(moments), step=2, **issue))
        else:
            break
    for turn in range(draw(st.integers(0, 2))):
        joined_to = {"joined_to": "other"}
        found.append(
            report.IssueJoined(occurred_at=draw(moments), step=2, **issue, **joined_to)
            if turn == 0
            else report.IssueSplit(occurred_at=draw(moments), step=3, **issue)
        )
    if draw(st.integers(0, 9)) == 0:
        found.append(report.IssueWithdrawn(occurred_at=draw(moments), step=4, **issue))
    return found


def roster(revision: int, zone: str | None) -> report.RosterPublished:
    zero = dict.fromkeys(report.RosterPublished.model_fields, 0)
    told = {"occurred_at": BEGAN, "revision": revision, "tier": "county", "parent": "ili", "time_zone": zone}
    return report.RosterPublished.model_validate(zero | {"on_paper": False, "duty_days_of_month": ()} | told)


zones = st.sampled_from([(), (None,), (None, "Asia/Urumqi")])
"""What the revisions of a roster say of it."""


@st.composite
def others(draw: st.DrawFn) -> list[Event]:
    at = draw(moments)
    consultation = {"place": "fixed", "gathering": "dispersed", "setting": "venue"}
    people = dict.fromkeys(("members", "residents", "departments", "issues", "surveys"), 1)
    return [
        report.ReceptionHeld(occurred_at=at, reception_id="walk-in", station="s", community="c1", channel="walk-in"),
        report.SurveyMade(occurred_at=draw(moments), survey_id="s1", station="s", category=None, members=2),
        report.ActivityRecorded(occurred_at=draw(moments), activity_id="a1", kind="talk", station="s", members=1),
        report.ConsultationHeld.model_validate(
            {"occurred_at": draw(moments), "consultation_id": "k1", "station": "s", **consultation, **people}
        ),
        report.CommitmentMade(occurred_at=at, commitment_id="p1", consultation_id="k1", due_on=at.date()),
        report.CommitmentKept(occurred_at=draw(moments), commitment_id="p1"),
        *(
            roster(number, zone)
            for number, zone in enumerate(draw(st.sampled_from([(), (None,), (None, "Asia/Urumqi")])))
        ),
    ]


@st.composite
def told_twice(draw: st.DrawFn) -> tuple[list[Reported], list[list[Reported]]]:
    """Facts of two bodies in their order, and the same in another order, some of them repeated, cut into batches."""
    facts: list[Reported] = []
    for body in BODIES:
        events = [event for number in range(draw(st.integers(1, 3))) for event in draw(lives(f"i{number}"))]
        besides = [*draw(others()), *draw(registers(moments))] if draw(st.booleans()) else []
        for event in [*events, *besides]:
            facts.append((body, event, event.occurred_at + timedelta(hours=draw(st.integers(0, 90)))))
    mixed = draw(st.permutations(facts + draw(st.lists(st.sampled_from(facts), max_size=5))))
    cuts = sorted(draw(st.lists(st.integers(0, len(mixed)), max_size=4)))
    edges = [0, *cuts, len(mixed)]
    return facts, [mixed[first:last] for first, last in pairwise(edges) if first < last]


class House:
    """One projection on SQLite, emptied and filled over and over."""

    def __init__(self, folder: Path) -> None:
        self.database = open_database(f"sqlite:///{folder}/reporting.db")
        METADATA.create_all(self.database.engine)
        self.reader = Reader(self.database)
        self.projection = live_projection(ZONE)
        self.reports = Reports(self.reader, body="ili", tier="prefecture", parent=None, time_zone=ZONE)

    async def _emptied(self, tx: Transaction) -> None:
        for table in self.projection.tables.values():
            await tx.execute(table.delete())

    async def filled(self, batches: Iterable[Sequence[Reported]], *, rebuilt: bool = False) -> Any:
        writer = Writer(self.database, SystemClock())
        keeping = Projection(self.projection.tables) if rebuilt else self.projection
        async with writer.running():
            await writer.run(self._emptied)
            for batch in batches:
                await writer.run(lambda tx, batch=batch: keeping.keep(tx, rows_of(batch)))  # type: ignore[misc]
            if rebuilt:
                assert self.projection.grains is not None
                for body in BODIES:
                    await writer.run(lambda tx, body=body: self.projection.grains.anew(tx, body))  # type: ignore[misc,union-attr]
        return await self.kept()

    async def kept(self) -> Any:
        """The grains to the row, and the figures as they were known on a day, which facts alone can tell."""
        tables = [self.projection.tables[name] for name in ("spans", "days")]
        grains = [sorted(map(tuple, await self.reader.all(select(table))), key=str) for table in tables]
        then = Period(BEGAN.date(), (BEGAN + timedelta(days=6)).date(), as_of=date(2023, 3, 1))
        return grains, [await self.reports.counted(body, then) for body in await self.reports.bodies()]

    async def agrees(self) -> None:
        """Facts and days give the same answers."""
        day, first, last = timedelta(days=1), BEGAN.date(), (BEGAN + timedelta(days=6)).date()
        for body in await self.reports.bodies():
            assert body.days_zone == body.time_zone
            for period in (Period(first, first + 2 * day), Period(first + day, last)):
                assert await self._asked(body, period) == await self._asked(replace(body, days_zone=None), period)

    async def lists(self) -> None:
        """Behind each figure stand as many facts as it counts."""
        own, *_ = await self.reports.bodies()
        period = Period(BEGAN.date(), (BEGAN + timedelta(days=3)).date())
        counted = await self.reports.counted(own, period)
        for key in WITH_REFERENCES - {"document_characters"}:  # a sum, and not a number of documents
            name = RATE_OF_FIGURE.get(key)
            page = await Behind(self.reader, own.code).page(figure_of(key), own, period, None)
            value = counted.rates[name].counted if name else counted.values[key]
            assert len(page.items) == (sum(value.values()) if isinstance(value, dict) else value), key

    async def _asked(self, body: Any, period: Period) -> Any:
        reports = self.reports
        return (
            await reports.counted(body, period),
            await reports.issues_by_month(body, period),
            sorted(await reports.issues_by_category(body, period), key=str),
            {key: number for key, number in (await reports.issues_by_outcome(body, period)).items() if number},
            sorted(await reports.residents(body, period), key=str),
        )


def test_any_order_any_repeat_any_batches_and_any_rebuild_give_the_same(tmp_path: Path) -> None:
    house = House(tmp_path)

    # Nothing is shrunk: each example is three fillings, and a failing one is readable as it is.
    @settings(max_examples=15, deadline=None, phases=(Phase.generate,), derandomize=True)
    @given(told_twice())
    def told(told: tuple[list[Reported], list[list[Reported]]]) -> None:
        facts, batches = told

        async def compare() -> None:
            expected = await house.filled([facts])
            await house.agrees()
            await house.lists()
            assert await house.filled(batches) == expected
            assert await house.filled(batches, rebuilt=True) == expected

        asyncio.run(compare())

    told()
