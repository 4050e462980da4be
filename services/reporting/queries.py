"""What the projection says: bodies, figures, and the series behind the charts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import CTE, Select, case, func, literal, select

from services.reporting.counting import five_ones, research, studies
from services.reporting.domain import PLANNED, Period, Step, percent
from services.reporting.figures import Value
from services.reporting.projection import live_projection
from shared.clock import local_date
from shared.db.reader import Reader
from shared.errors import NotFound

ROSTER_FIGURES = ("members", "stations", "stations_in_townships", "duty_days_per_month")
WITHDRAWN = "withdrawn"
MOST_MONTHS = 120


@dataclass(frozen=True, slots=True)
class KnownBody:
    """This body or one below it; what its roster would say is None until a roster has come."""

    code: str
    tier: str | None
    parent: str | None
    time_zone: str
    newest_at: datetime | None
    """When the newest thing that it reported occurred."""
    roster: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class RaisedBy:
    """Issues of one category, and the residents who raised them; ``category`` is None for those without one."""

    category: str | None
    issues: int
    residents: int


class Reports:
    """Reads the projection for one instance, whose own body is ``body``."""

    def __init__(self, reader: Reader, *, body: str, tier: str, parent: str | None, time_zone: str) -> None:
        self._reader = reader
        self._own = KnownBody(body, tier, parent, time_zone, None, dict.fromkeys(ROSTER_FIGURES))
        self._tables = live_projection().tables

    async def bodies(self) -> list[KnownBody]:
        """The own body first, then every body below that ever reported, by code."""
        bodies, rosters = self._tables["bodies"], self._tables["rosters"]
        newest = (
            select(rosters.c.body, func.max(rosters.c.revision).label("revision")).group_by(rosters.c.body).subquery()
        )
        rows = await self._reader.all(
            select(bodies.c.newest_at, rosters, bodies.c.body.label("code"))
            .outerjoin(newest, newest.c.body == bodies.c.body)
            .outerjoin(rosters, (rosters.c.body == newest.c.body) & (rosters.c.revision == newest.c.revision))
            .order_by(bodies.c.body)
        )
        known = {row.code: self._known(row) for row in rows}
        own = known.pop(self._own.code, self._own)
        return [own, *known.values()]

    async def body(self, code: str) -> KnownBody:
        """One of them. Raises NotFound on field ``body``."""
        for known in await self.bodies():
            if known.code == code:
                return known
        raise NotFound("unknown-body", "No body of this code reports here.", field="body")

    async def figures(self, body: KnownBody, period: Period) -> dict[str, Value]:
        """Every figure of the catalogue by key, with ``tier`` and ``parent``; all counts from one snapshot."""
        raised = self._raised(body, period)
        collected = self._collected(body, period, raised)
        closed = self._closed(body, period, collected)
        ratings = self._ratings(body, raised)
        counts = await self._reader.one(
            select(
                self._held("receptions", "held_at", body, period).label("residents_received"),
                select(func.count()).select_from(collected).scalar_subquery().label("opinions_collected"),
                _where(closed, "solved").label("opinions_solved"),
                _where(closed, "answered", PLANNED).label("opinions_answered"),
                self._held("consultations", "held_at", body, period).label("consultations"),
                self._held("surveys", "made_at", body, period).label("surveys_and_inspections"),
                self._held("activities", "held_at", body, period, kind="talk").label("policy_talks"),
                _where(ratings, "satisfied").label("satisfied"),
                select(func.count()).select_from(ratings).scalar_subquery().label("rated"),
            )
        )
        assert counts is not None
        found: dict[str, Value] = dict(counts._mapping)
        satisfied, rated = found.pop("satisfied"), found.pop("rated")
        assert isinstance(satisfied, int)
        assert isinstance(rated, int)
        return {
            "tier": body.tier,
            "parent": body.parent,
            **body.roster,
            **found,
            "satisfaction_percent": percent(satisfied, rated),
            **await studies.counted(self._reader, body, period),
            **await five_ones.counted(self._reader, body, period),
            **await research.counted(self._reader, body, period),
        }

    async def issues_by_month(self, body: KnownBody, period: Period) -> list[tuple[date, int]]:
        """How many issues were submitted in each month, from the first to the last that had any; at most ten years."""
        collected = self._collected(body, period, self._raised(body, period))
        at = collected.c.submitted_at
        span = await self._reader.one(select(func.min(at).label("first"), func.max(at).label("last")))
        if span is None or span.first is None:
            return []
        zone = body.time_zone
        months = Period(local_date(span.first, zone), local_date(span.last, zone)).months()[-MOST_MONTHS:]
        parts = [period.within_month(month) for month in months]
        within = [(at >= part.begins_at(zone)) & (at < part.ends_at(zone)) for part in parts]
        counts = await self._reader.one(select(*(func.count(case((part, 1))) for part in within)))
        assert counts is not None
        return list(zip(months, counts, strict=True))

    async def issues_by_category(self, body: KnownBody, period: Period) -> list[tuple[str | None, int]]:
        """Categories with their issues, the most frequent first; None for those without one."""
        collected = self._collected(body, period, self._raised(body, period))
        number = func.count().label("number")
        rows = await self._reader.all(
            select(collected.c.category, number)
            .group_by(collected.c.category)
            .order_by(number.desc(), collected.c.category)
        )
        return [(row.category, row.number) for row in rows]

    async def issues_by_outcome(self, body: KnownBody, period: Period) -> dict[str | None, int]:
        """How the issues stood at the end of the period; None for those still open then."""
        collected = self._collected(body, period, self._raised(body, period))
        closed = self._closed(body, period, collected)
        rows = await self._reader.all(
            select(closed.c.says, func.count().label("number"))
            .select_from(collected)
            .outerjoin(closed, closed.c.reference == collected.c.reference)
            .group_by(closed.c.says)
        )
        return {row.says: row.number for row in rows}

    def _known(self, row: Any) -> KnownBody:
        is_own = row.code == self._own.code
        return KnownBody(
            row.code,
            self._own.tier if is_own else row.tier,
            self._own.parent if is_own else row.parent,
            row.time_zone or self._own.time_zone,
            row.newest_at,
            {key: getattr(row, key) for key in ROSTER_FIGURES},
        )

    def _held(self, table: str, when: str, body: KnownBody, period: Period, **equal: str) -> Any:
        """How many rows of ``table`` fall into the period."""
        return (
            select(func.count())
            .where(*_within(self._tables[table], when, body, period), *_equal(self._tables[table], equal))
            .scalar_subquery()
        )

    async def residents(self, body: KnownBody, period: Period) -> list[RaisedBy]:
        """How many issues there were and how many residents raised them, by category, the most residents first.

        An issue that was joined to another at the end of the period is no issue more, and its resident is one more.
        """
        raised = self._raised(body, period)
        collected = self._collected(body, period, raised)
        issues, residents = func.count(collected.c.reference), func.count()
        rows = await self._reader.all(
            select(raised.c.category, issues.label("issues"), residents.label("residents"))
            .select_from(raised)
            .outerjoin(collected, collected.c.reference == raised.c.reference)
            .group_by(raised.c.category)
            .order_by(residents.desc(), raised.c.category)
        )
        return [RaisedBy(row.category, row.issues, row.residents) for row in rows]

    def _raised(self, body: KnownBody, period: Period) -> CTE:
        """What residents raised in the period, each for themselves."""
        issues = self._tables["issues"]
        return (
            select(issues.c.reference, issues.c.category, issues.c.submitted_at)
            .where(*_within(issues, "submitted_at", body, period))
            .cte("raised")
        )

    def _collected(self, body: KnownBody, period: Period, raised: CTE) -> CTE:
        """Of what was raised, the issues: what is counted with another one at the end of the period is left out.

        Joining and splitting alternate and their publisher counts them, so the later of the two tells, in whatever
        order the reports of them arrived.
        """
        steps = self._tables["issue_steps"]
        joining = func.max(case((steps.c.step == Step.JOINED, steps.c.number), else_=0))
        splitting = func.max(case((steps.c.step == Step.SPLIT, steps.c.number), else_=0))
        joined = (
            select(steps.c.reference)
            .join(raised, raised.c.reference == steps.c.reference)
            .where(
                steps.c.body == body.code,
                steps.c.step.in_([Step.JOINED, Step.SPLIT]),
                steps.c.occurred_at < period.ends_at(body.time_zone),
            )
            .group_by(steps.c.reference)
            .having(joining > splitting)
        )
        return select(raised).where(raised.c.reference.not_in(joined)).cte("collected")

    def _closed(self, body: KnownBody, period: Period, collected: CTE) -> CTE:
        """Of the collected, those closed at the end of the period, each with its outcome.

        Closing needs an open issue and reopening a closed one, so the two alternate: counting them tells the state,
        whatever order the reports of them arrived in, and whatever dates a paper record bears. The outcome is that
        of the last closing by its publisher's count. A withdrawn issue was ended by its resident.
        """
        steps = self._tables["issue_steps"]
        closing, reopening = steps.c.step == Step.CLOSED, steps.c.step == Step.REOPENED
        by_the_end: Select[Any] = (
            select(
                steps.c.reference,
                func.max(case((closing, steps.c.number))).label("number"),
                func.count(case((steps.c.step == Step.WITHDRAWN, 1))).label("withdrawals"),
            )
            .join(collected, collected.c.reference == steps.c.reference)
            .where(steps.c.body == body.code, steps.c.occurred_at < period.ends_at(body.time_zone))
            .group_by(steps.c.reference)
            .having(
                (func.count(case((closing, 1))) > func.count(case((reopening, 1))))
                | (func.count(case((steps.c.step == Step.WITHDRAWN, 1))) > 0)
            )
        )
        ended = by_the_end.cte("ended")
        return (
            select(
                ended.c.reference, case((ended.c.withdrawals > 0, literal(WITHDRAWN)), else_=steps.c.says).label("says")
            )
            .outerjoin(
                steps,
                (steps.c.body == body.code)
                & (steps.c.reference == ended.c.reference)
                & (steps.c.step == Step.CLOSED)
                & (steps.c.number == ended.c.number),
            )
            .cte("closed")
        )

    def _ratings(self, body: KnownBody, raised: CTE) -> CTE:
        """Of what was raised, that which its resident rated, each with the latest rating."""
        steps = self._tables["issue_steps"]
        latest = (
            select(steps.c.reference, func.max(steps.c.number).label("number"))
            .join(raised, raised.c.reference == steps.c.reference)
            .where(steps.c.body == body.code, steps.c.step == Step.RATED)
            .group_by(steps.c.reference)
            .cte("latest")
        )
        return (
            select(steps.c.reference, steps.c.says)
            .join(latest, (latest.c.reference == steps.c.reference) & (latest.c.number == steps.c.number))
            .where(steps.c.body == body.code, steps.c.step == Step.RATED)
            .cte("ratings")
        )


def _within(table: Any, when: str, body: KnownBody, period: Period) -> tuple[Any, ...]:
    zone = body.time_zone
    return table.c.body == body.code, table.c[when] >= period.begins_at(zone), table.c[when] < period.ends_at(zone)


def _equal(table: Any, equal: Mapping[str, str]) -> list[Any]:
    return [table.c[name] == value for name, value in equal.items()]


def _where(cte: CTE, *says: str) -> Any:
    return select(func.count()).select_from(cte).where(cte.c.says.in_(says)).scalar_subquery()
