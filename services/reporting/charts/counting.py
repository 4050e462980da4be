"""Counts the series of the charts: few statements, each answered with sums and never with a row per issue."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CTE, ColumnElement, Select, String, and_, case, cast, func, literal, null, select, union_all
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

    async def series(self, body: KnownBody, period: Period, grain: Grain | None = None) -> Series:
        """Everything that is drawn of a body over a period; without a ``grain`` that which suits its length.

        Days and hours are those of the body's own zone, whose offset must be of whole hours; the hours of the heat take
        the offset of the period's first day for all of it. China's zones have one offset and keep it.
        """
        standing, zone = _standing(Raised(body, period)), body.time_zone
        parts = await self._parts(standing, body, period)
        grain = grain or grain_of(period)
        return Series(
            grain,
            _trend(grain, period, [(_local(part.a, zone).date(), part.issues) for part in parts["hours"]]),
            _ended(parts["ended"]),
            _at_hours(parts["places"], _hours_ahead(period, zone)),
            [*_of_issues(parts["deadlines"]), *await self._others(body, period)],
        )

    async def _parts(self, standing: CTE, body: KnownBody, period: Period) -> Mapping[str, Sequence[Any]]:
        """All sums over the issues by one statement: how they stand, the dear half of it, is worked out once, and every
        sum is of the same moment.

        Rows by part, each with ``issues`` and up to three keys: hours (hour in UTC); ended (channel, category,
        outcome); places (community, hour of the day in UTC); deadlines (first contact missed, answer missed, over;
        0 or 1).
        """
        hour, late = hour_of(standing.c.submitted_at), self._late(body, period)
        of_day = func.substr(hour, 12, 2)
        ending = (standing.c.channel, standing.c.category, standing.c.outcome)
        missed = [cast(func.coalesce(late.c[kind], 0), String) for kind in OF_ISSUES]
        kept = (*missed, case((standing.c.outcome.is_(None), "0"), else_="1"))
        of_deadlines = _part("deadlines", *kept).select_from(
            standing.outerjoin(late, late.c.reference == standing.c.reference)
        )
        rows = await self._reader.all(
            union_all(
                _part("hours", hour).group_by(hour),
                _part("ended", *ending).group_by(*ending),
                _part("places", standing.c.community, of_day).group_by(standing.c.community, of_day),
                of_deadlines.group_by(*kept),
            )
        )
        parts: defaultdict[str, list[Any]] = defaultdict(list)
        for row in rows:
            parts[row.part].append(row)
        return parts

    def _late(self, body: KnownBody, period: Period) -> CTE:
        """Issues that missed a deadline before the period ended, with 0 or 1 for each kind."""
        missed = self._missed.c
        return (
            select(missed.reference, *(_ever(missed.kind, kind).label(kind) for kind in OF_ISSUES))
            .where(missed.body == body.code, missed.missed_at < period.ends_at(body.time_zone))
            .where(missed.reference.is_not(None))
            .group_by(missed.reference)
            .cte("late")
        )

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


def _part(name: str, *keys: Any) -> Select[Any]:
    none = cast(null(), String)
    a, b, c = [*keys, none, none][:3]
    return select(literal(name).label("part"), a.label("a"), b.label("b"), c.label("c"), func.count().label("issues"))


def _ended(parts: Sequence[Any]) -> list[Ended]:
    found = [Ended(part.a, part.b, part.c, part.issues) for part in parts]
    return sorted(found, key=lambda each: (each.channel, each.category or "", each.outcome or ""))


def _at_hours(parts: Sequence[Any], ahead: int) -> list[AtHour]:
    sums = Counter[tuple[str, int]]()
    for part in parts:
        local = (int(part.b) + ahead) % 24
        sums[part.a, local - local % HOURS_TOGETHER] += part.issues
    return [AtHour(community, hour, issues) for (community, hour), issues in sorted(sums.items())]


def _of_issues(parts: Sequence[Any]) -> list[Deadlines]:
    found = []
    for kind, key in zip(OF_ISSUES, ("a", "b"), strict=True):
        sums = Counter[str]()
        for part in parts:
            says = "missed" if getattr(part, key) == "1" else "kept" if part.c == "1" else "running"
            sums[says] += part.issues
        found.append(Deadlines(kind, sums["kept"], sums["missed"], sums["running"]))
    return found


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
