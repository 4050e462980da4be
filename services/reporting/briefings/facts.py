"""What a briefing is written from. It is kept as it was counted, so that a briefing says for ever what it once said."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict

from services.reporting.briefings.week import WEEK, days_of
from services.reporting.charts.counting import Counting
from services.reporting.charts.series import Deadlines, Ended, Grain, Series
from services.reporting.domain import Period
from services.reporting.figures import Value
from services.reporting.queries import KnownBody, Reports

WEEKS_DRAWN = 8


class WeekFacts(BaseModel):
    """Figures of a week and of the one before by key, and the series of the charts; ``trend`` has the weeks before."""

    model_config = ConfigDict(frozen=True)

    body: str
    week: date
    figures: dict[str, Value]
    before: dict[str, Value]
    trend: list[tuple[date, int]]
    ended: list[Ended]
    deadlines: list[Deadlines]

    @property
    def period(self) -> Period:
        """Monday to Sunday."""
        return days_of(self.week)

    @property
    def series(self) -> Series:
        """What the charts are drawn from. Hours and places of one week are too few to be drawn."""
        return Series(Grain.WEEK, self.trend, self.ended, (), self.deadlines)

    def kept(self) -> dict[str, Any]:
        """As a row keeps it."""
        return self.model_dump(mode="json")


async def week_facts(reports: Reports, counting: Counting, body: KnownBody, week: date) -> WeekFacts:
    """Count a week, its Monday given."""
    drawn = await counting.series(body, Period(week - (WEEKS_DRAWN - 1) * WEEK, days_of(week).to_on))
    series = await counting.series(body, days_of(week))
    return WeekFacts(
        body=body.code,
        week=week,
        figures=await reports.figures(body, days_of(week)),
        before=await reports.figures(body, days_of(week - WEEK)),
        trend=list(drawn.trend),
        ended=list(series.ended),
        deadlines=list(series.deadlines),
    )
