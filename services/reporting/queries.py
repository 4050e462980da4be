"""What the projection says: bodies, figures, and the series behind the charts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import and_, case, exists, func, or_, select

from services.reporting.bodies import ROSTER_FIGURES, KnownBody
from services.reporting.counting import days, doings, five_ones, registers, research, rosters, spans, studies
from services.reporting.counting.issues import Raised
from services.reporting.counting.spans import TimeInState
from services.reporting.counting.within import known, within
from services.reporting.domain import Period
from services.reporting.figures import Value
from services.reporting.projection import live_projection
from services.reporting.rates import RATE_OF_FIGURE, Rate, RateName, rates_of
from shared.clock import local_date
from shared.db.reader import Reader
from shared.errors import NotFound

__all__ = ["Counted", "KnownBody", "RaisedBy", "Reports"]

MOST_MONTHS = 120


@dataclass(frozen=True, slots=True)
class Counted:
    """Figures of a body over a period: ``values`` by the keys of the catalogue, with ``tier`` and ``parent``."""

    values: Mapping[str, Value]
    rates: Mapping[RateName, Rate]

    def document(self) -> dict[str, Any]:
        """For the wire: every key of the catalogue, ``tier``, ``parent``, and ``rates``, each with its percentage."""
        rates = {name: {"percent": rate.percent, **asdict(rate)} for name, rate in self.rates.items()}
        return {**self.values, "rates": rates}


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
            select(bodies.c.newest_at, bodies.c.days_zone, rosters, bodies.c.body.label("code"))
            .outerjoin(newest, newest.c.body == bodies.c.body)
            .outerjoin(rosters, (rosters.c.body == newest.c.body) & (rosters.c.revision == newest.c.revision))
            .order_by(bodies.c.body)
        )
        known = {row.code: self._known(row) for row in rows}
        own = known.pop(self._own.code, self._own)
        return [own, *known.values()]

    async def body(self, code: str) -> KnownBody:
        """One of them. Raises NotFound on field ``body``."""
        for each in await self.bodies():
            if each.code == code:
                return each
        raise NotFound("unknown-body", "No body of this code reports here.", field="body")

    async def figures(self, body: KnownBody, period: Period) -> dict[str, Value]:
        """Every figure of the catalogue by its key, with ``tier`` and ``parent``."""
        return dict((await self.counted(body, period)).values)

    async def counted(self, body: KnownBody, period: Period) -> Counted:
        """The same with the rates; issues and activities are counted in one statement, and so as of one moment."""
        if days.are_kept(body, period):
            counts = (await days.told(self._reader, [body], period))[body.code].counts()
        else:
            counts = await self._from_facts(body, period)
        return await self._figures_of(counts, body, period)

    async def had_begun(self, body: KnownBody, period: Period) -> bool:
        """Whether a roster or an issue of the body was known by the end of the period."""
        then = replace(period, as_of=period.to_on)
        facts = (self._tables["rosters"], self._tables["issues"])
        return bool(
            await self._reader.scalar(
                select(or_(*(exists().where(each.c.body == body.code, known(each, body, then)) for each in facts)))
            )
        )

    async def counted_of_each(self, bodies: Sequence[KnownBody], period: Period) -> dict[str, Counted]:
        """The figures of several bodies, each over the days of its own calendar, by code."""
        quick = [body for body in bodies if days.are_kept(body, period)]
        told = await days.told(self._reader, quick, period) if quick else {}
        return {
            body.code: await self._figures_of(told[body.code].counts(), body, period)
            if body.code in told
            else await self.counted(body, period)
            for body in bodies
        }

    async def _from_facts(self, body: KnownBody, period: Period) -> dict[str, int]:
        columns = Raised(body, period).columns() | doings.columns(body, period)
        row = await self._reader.one(select(*(column.label(key) for key, column in columns.items())))
        assert row is not None
        return dict(row._mapping)

    async def _figures_of(self, counts: Mapping[str, int], body: KnownBody, period: Period) -> Counted:
        rates = rates_of(counts)
        values: dict[str, Value] = {
            "tier": body.tier,
            "parent": body.parent,
            **await rosters.counted(self._reader, body, period),
            "residents_received": counts["residents_received"],
            "opinions_collected": counts["opinions_collected"],
            "opinions_solved": counts["opinions_solved"],
            "opinions_answered": counts["opinions_answered"],
            "consultations": counts["consultations"],
            "surveys_and_inspections": counts["surveys_and_inspections"],
            "policy_talks": counts["policy_talks"],
            **{key: rates[name].percent for key, name in RATE_OF_FIGURE.items()},
            **await registers.counted(self._reader, body, period),
            **await studies.counted(self._reader, body, period),
            **await five_ones.counted(self._reader, body, period),
            **await research.counted(self._reader, body, period),
        }
        return Counted(values, rates)

    async def times_in_states(self, body: KnownBody, period: Period) -> Sequence[TimeInState]:
        """How long what entered each state in the period stayed there; empty of a body whose spans are not kept."""
        return await spans.times_in_states(self._reader, body, period) if body.days_zone else ()

    async def raised_at_once(self, bodies: Sequence[KnownBody], period: Period) -> int:
        """What residents raised in all these bodies, counted in one go from the facts and not body by body."""
        issues = self._tables["issues"]
        anywhere = or_(*(and_(*within(issues, "submitted_at", body, period)) for body in bodies))
        return int(await self._reader.scalar(select(func.count()).select_from(issues).where(anywhere)))

    async def issues_by_month(self, body: KnownBody, period: Period) -> list[tuple[date, int]]:
        """How many issues were submitted in each month, from the first to the last that had any; at most ten years."""
        if days.are_kept(body, period):
            return _months(await days.by_day(self._reader, body, period))
        collected = Raised(body, period).collected
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
        if days.are_kept(body, period):
            told = await days.by_category(self._reader, body, period)
            counted = [(category or None, issues) for category, (issues, _) in told.items() if issues]
            return sorted(counted, key=lambda each: (-each[1], each[0] is not None, each[0] or ""))
        collected = Raised(body, period).collected
        number = func.count().label("number")
        rows = await self._reader.all(
            select(collected.c.category, number)
            .group_by(collected.c.category)
            .order_by(number.desc(), collected.c.category)
        )
        return [(row.category, row.number) for row in rows]

    async def issues_by_outcome(self, body: KnownBody, period: Period) -> dict[str | None, int]:
        """How the issues stood at the end of the period; None for those still open then."""
        if days.are_kept(body, period):
            told = (await days.told(self._reader, [body], period))[body.code]
            still_open = told.collected - sum(told.outcomes.values())
            stood: dict[str | None, int] = dict[str | None, int](told.outcomes.items())
            return stood | {None: still_open} if still_open else stood
        raised = Raised(body, period)
        collected, closed = raised.collected, raised.closed
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
            row.days_zone,
        )

    async def residents(self, body: KnownBody, period: Period) -> list[RaisedBy]:
        """How many issues there were and how many residents raised them, by category, the most residents first.

        An issue that was joined to another at the end of the period is no issue more, and its resident is one more.
        """
        if days.are_kept(body, period):
            told = await days.by_category(self._reader, body, period)
            counted = [RaisedBy(category or None, *numbers) for category, numbers in told.items()]
            return sorted(counted, key=lambda each: (-each.residents, each.category is not None, each.category or ""))
        found = Raised(body, period)
        raised, collected = found.all, found.collected
        issues, residents = func.count(collected.c.reference), func.count()
        rows = await self._reader.all(
            select(raised.c.category, issues.label("issues"), residents.label("residents"))
            .select_from(raised)
            .outerjoin(collected, collected.c.reference == raised.c.reference)
            .group_by(raised.c.category)
            .order_by(residents.desc(), raised.c.category)
        )
        return [RaisedBy(row.category, row.issues, row.residents) for row in rows]


def _months(by_day: Mapping[date, int]) -> list[tuple[date, int]]:
    if not by_day:
        return []
    months = Period(min(by_day), max(by_day)).months()[-MOST_MONTHS:]
    counted: Counter[date] = Counter()
    for on, number in by_day.items():
        counted[on.replace(day=1)] += number
    return [(month, counted[month]) for month in months]
