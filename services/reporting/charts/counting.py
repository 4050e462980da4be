"""Counts the series of the charts: few statements, each answered with sums and never with a row per issue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CTE, ColumnElement, String, and_, case, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement

from services.reporting.charts.series import (
    HOURS_TOGETHER,
    AtHour,
    Deadlines,
    Ended,
    Grain,
    Series,
    first_day,
    grain_of,
    parts_of,
)
from services.reporting.counting.issues import Raised
from services.reporting.domain import Period
from services.reporting.projection import live_projection
from services.reporting.queries import MOST_MONTHS, KnownBody
from shared.clock import local_date
from shared.db.reader import Reader

TEN_YEARS = timedelta(days=3653)
OF_ISSUES = ("first-contact", "answer")
"""Deadlines that every issue has: one that ended without having missed it has kept it."""


class hour_of(FunctionElement[str]):  # noqa: N801  # SQL's functions are written small
    """``2023-03-01 09``: the hour of a moment in UTC, as text that both databases can group by."""

    inherit_cache = True
    type = String()


@compiles(hour_of, "sqlite")
def _in_sqlite(element: hour_of, compiler: Any, **more: Any) -> str:
    return f"substr({compiler.process(element.clauses, **more)}, 1, 13)"


@compiles(hour_of, "postgresql")
def _in_postgresql(element: hour_of, compiler: Any, **more: Any) -> str:
    return f"to_char({compiler.process(element.clauses, **more)} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24')"


class Counting:
    """Reads the projection for one instance."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        tables = live_projection().tables
        self._issues, self._steps = tables["issues"], tables["issue_steps"]
        self._missed, self._commitments = tables["missed_deadlines"], tables["commitment_steps"]

    async def series(self, body: KnownBody, period: Period) -> Series:
        """Everything that is drawn of a body over a period.

        Days and hours are those of the body's own zone, whose offset must be of whole hours; the hours of the heat take
        the offset of the period's first day for all of it. China's zones have one offset and keep it.
        """
        standing = _standing(Raised(body, period))
        grain = grain_of(period)
        return Series(
            grain,
            _trend(grain, period, await self._submitted(standing, body.time_zone)),
            await self._ended(standing),
            await self._at_hours(standing, _hours_ahead(period, body.time_zone)),
            [*await self._of_issues(standing, body, period), *await self._others(body, period)],
        )

    async def _submitted(self, standing: CTE, zone: str) -> list[tuple[date, int]]:
        hour = hour_of(standing.c.submitted_at)
        rows = await self._reader.all(select(hour.label("hour"), func.count().label("issues")).group_by(hour))
        return [(_local(row.hour, zone).date(), row.issues) for row in rows]

    async def _at_hours(self, standing: CTE, ahead: int) -> list[AtHour]:
        hour = func.substr(hour_of(standing.c.submitted_at), 12, 2)
        rows = await self._reader.all(
            select(standing.c.community, hour.label("hour"), func.count().label("issues")).group_by(
                standing.c.community, hour
            )
        )
        sums = Counter[tuple[str, int]]()
        for row in rows:
            local = (int(row.hour) + ahead) % 24
            sums[row.community, local - local % HOURS_TOGETHER] += row.issues
        return [AtHour(community, hour, issues) for (community, hour), issues in sorted(sums.items())]

    async def _ended(self, standing: CTE) -> list[Ended]:
        by = (standing.c.channel, standing.c.category, standing.c.outcome)
        rows = await self._reader.all(select(*by, func.count().label("issues")).group_by(*by))
        found = [Ended(row.channel, row.category, row.outcome, row.issues) for row in rows]
        return sorted(found, key=lambda each: (each.channel, each.category or "", each.outcome or ""))

    async def _of_issues(self, standing: CTE, body: KnownBody, period: Period) -> list[Deadlines]:
        missed = self._missed.c
        late = (
            select(missed.reference, *(_ever(missed.kind, kind).label(kind) for kind in OF_ISSUES))
            .where(missed.body == body.code, missed.missed_at < period.ends_at(body.time_zone))
            .where(missed.reference.is_not(None))
            .group_by(missed.reference)
            .cte("late")
        )
        counts = []
        for kind in OF_ISSUES:
            is_late, is_over = func.coalesce(late.c[kind], 0) == 1, standing.c.outcome.is_not(None)
            counts += [func.count(case((is_late, 1))), func.count(case((~is_late & is_over, 1)))]
        together = standing.outerjoin(late, late.c.reference == standing.c.reference)
        row = await self._reader.one(select(func.count(), *counts).select_from(together))
        assert row is not None
        every, *numbers = map(int, row)
        late_ones, kept_ones = numbers[::2], numbers[1::2]
        return [
            Deadlines(kind, kept, missed_it, every - missed_it - kept)
            for kind, missed_it, kept in zip(OF_ISSUES, late_ones, kept_ones, strict=True)
        ]

    async def _others(self, body: KnownBody, period: Period) -> list[Deadlines]:
        """Of referrals it is reported only which were not answered in time; commitments bear their day themselves."""
        missed, zone = self._missed.c, body.time_zone
        late = await self._reader.scalar(
            select(func.count())
            .where(missed.body == body.code, missed.kind == "referral-reply")
            .where(missed.missed_at >= period.begins_at(zone), missed.missed_at < period.ends_at(zone))
        )
        return [Deadlines("referral-reply", None, late, None), await self._promised(body, period)]

    async def _promised(self, body: KnownBody, period: Period) -> Deadlines:
        steps, zone = self._commitments.c, body.time_zone
        due = func.max(steps.due_on).label("due_on")
        kept = func.max(case((steps.step == "kept", hour_of(steps.occurred_at)))).label("kept")
        by_the_end = and_(steps.body == body.code, steps.occurred_at < period.ends_at(zone))
        each = select(due, kept).where(by_the_end).group_by(steps.commitment_id)
        each = each.having(_times(steps.step, "dropped") == 0, due >= period.from_on, due <= period.to_on)
        promised = each.cte("promised")
        rows = await self._reader.all(
            select(promised.c.due_on, promised.c.kept, func.count().label("number")).group_by(
                promised.c.due_on, promised.c.kept
            )
        )
        # A day is over once a later one was reported of; what comes after the period is none of its business.
        newest = local_date(body.newest_at, zone) if body.newest_at else date.min
        says = Counter[str]()
        for row in rows:
            in_time = row.kept is not None and _local(row.kept, zone).date() <= row.due_on
            owed = row.kept is None and row.due_on >= newest
            says["kept" if in_time else "running" if owed else "missed"] += row.number
        return Deadlines("commitment", says["kept"], says["missed"], says["running"])


def _standing(raised: Raised) -> CTE:
    """Each issue of the period that is counted as one, and how it stood at the end; open ones have no outcome."""
    collected, closed = raised.collected, raised.closed
    return (
        select(collected, closed.c.says.label("outcome"))
        .outerjoin(closed, closed.c.reference == collected.c.reference)
        .cte("standing")
    )


def _times(column: ColumnElement[Any], value: str) -> ColumnElement[int]:
    return func.count(case((column == value, 1)))


def _last(steps: Any, step: str) -> ColumnElement[int]:
    return func.max(case((steps.step == step, steps.number), else_=0))


def _ever(column: ColumnElement[Any], value: str) -> ColumnElement[int]:
    return func.max(case((column == value, 1), else_=0))


def _local(hour: str, zone: str) -> datetime:
    return datetime.strptime(hour, "%Y-%m-%d %H").replace(tzinfo=UTC).astimezone(ZoneInfo(zone))


def _hours_ahead(period: Period, zone: str) -> int:
    noon = datetime.combine(period.from_on, time(12), ZoneInfo(zone))
    offset = noon.utcoffset()
    assert offset is not None
    return round(offset.total_seconds() / 3600)


def _trend(grain: Grain, period: Period, submitted: Sequence[tuple[date, int]]) -> list[tuple[date, int]]:
    sums = Counter[date]()
    days = [on for on, _ in submitted]
    for on, issues in submitted:
        sums[first_day(grain, on)] += issues
    if days and period.to_on - period.from_on > TEN_YEARS:
        # Who asks for all time is shown the years that had something.
        period = Period(min(days), max(days))
    return [(part, sums[part]) for part in parts_of(grain, period)[-MOST_MONTHS:]]
