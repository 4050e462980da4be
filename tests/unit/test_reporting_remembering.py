"""A page is given what was counted a moment ago; what is old is counted again, once however many ask."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from services.reporting.charts.series import Grain, Series
from services.reporting.domain import Period
from services.reporting.exports.facts import Facts
from services.reporting.exports.remembering import FRESH, USABLE, Remembered
from services.reporting.queries import Counted, KnownBody
from shared.clock import FixedClock

BODY = KnownBody("zhaosu", "county", "ili", "Asia/Shanghai", None, {})
SPRING = Period(date(2023, 3, 1), date(2023, 4, 30))


async def test_at_once_and_counted_anew_behind_the_page() -> None:
    clock, counted, may = FixedClock(datetime(2023, 5, 1, tzinfo=UTC)), 0, asyncio.Event()

    async def count(body: KnownBody, period: Period) -> Facts:
        nonlocal counted
        counted += 1
        number = counted
        await may.wait()
        if number == 3:
            raise OSError("the database is away")
        return Facts(body, period, Counted({"opinions_collected": number}, {}), Series(Grain.WEEK, (), (), (), ()))

    remembered = Remembered(count, clock)
    async with remembered.running():
        asking = [asyncio.create_task(remembered.of(BODY, SPRING)) for _ in range(3)]
        await asyncio.sleep(0)
        asking.pop().cancel()
        may.set()
        assert {each.facts.figures["opinions_collected"] for each in await asyncio.gather(*asking)} == {1}
        assert (await remembered.of(BODY, SPRING)).facts.figures["opinions_collected"] == counted == 1
        clock.at += FRESH
        assert (await remembered.of(BODY, SPRING)).facts.figures["opinions_collected"] == 1, "while it is counted anew"
        while (await remembered.of(BODY, SPRING)).facts.figures["opinions_collected"] == 1:  # noqa: ASYNC110
            await asyncio.sleep(0)
        clock.at += USABLE
        with pytest.raises(OSError, match="away"):
            await remembered.of(BODY, SPRING)
        found = await remembered.of(BODY, SPRING)
        assert (found.facts.figures["opinions_collected"], found.at) == (4, clock.at)
        clock.at += FRESH + timedelta(seconds=1)
        may.clear()
        await remembered.of(BODY, SPRING)
        await asyncio.sleep(0)
    assert counted == 5, "and what was under way at the end is ended"
