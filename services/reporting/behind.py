"""The references behind a figure: the very facts that it counts, a page at a time, in the own body alone.

Each issue is judged by itself while the list is read, so that the first page of a year is as quick as that of a day.
The conditions are those that ``services.reporting.counting.issues`` counts by; a test holds them together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, case, func, literal, null, or_, select, true

from services.reporting.behind_registers import REGISTERS
from services.reporting.bodies import KnownBody
from services.reporting.counting.issues import WITHDRAWN
from services.reporting.counting.within import known, within
from services.reporting.domain import PLANNED, Period, Step
from services.reporting.figures import Figure
from services.reporting.projection import live_projection
from services.reporting.schema import KNOWN_AT
from shared.db.reader import Reader
from shared.errors import DomainError, Forbidden, NotFound
from shared.web.paging import decode_cursor, encode_cursor

PAGE = 50


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact that a figure counts; ``known_at`` is None of one that an earlier release kept."""

    reference: str
    at: datetime
    known_at: datetime | None
    community: str | None
    category: str | None


@dataclass(frozen=True, slots=True)
class FactPage:
    """Some facts, the oldest first, and the cursor of those after them."""

    items: Sequence[Fact]
    next: str | None


class Behind:
    """Reads the projection of the instance whose own body is ``own``."""

    def __init__(self, reader: Reader, own: str) -> None:
        self._reader = reader
        self._own = own

    async def page(
        self, figure: Figure, body: KnownBody, period: Period, cursor: str | None, known_after: date | None = None
    ) -> FactPage:
        """Facts that ``figure`` counts of the own body; with ``known_after`` those that became known after that day.

        Raises Forbidden on ``body`` for another body's, NotFound on ``figure`` for one that counts no single facts,
        DomainError on ``cursor``.
        """
        if body.code != self._own:
            raise Forbidden("not-own-body", "References are shown in the body that they are of.", field="body")
        facts = _SOURCES.get(figure.key)
        if facts is None:
            raise NotFound("no-references", "This figure counts the roster, and no single facts.", field="figure")
        wanted = facts(body, period).subquery()
        later = true() if known_after is None else wanted.c.known_at >= _end_of(known_after, body.time_zone)
        in_order = select(wanted).where(later).order_by(wanted.c.at, wanted.c.reference).limit(PAGE + 1)
        if cursor:
            at, last = _place_of(cursor)
            in_order = in_order.where(or_(wanted.c.at > at, and_(wanted.c.at == at, wanted.c.reference > last)))
        rows = await self._reader.all(in_order)
        items = [Fact(row.reference, row.at, row.known_at, row.community, row.category) for row in rows[:PAGE]]
        end = items[-1] if len(rows) > PAGE else None
        return FactPage(items, encode_cursor(end.at.isoformat(), end.reference) if end else None)


def _end_of(day: date, zone: str) -> datetime:
    return Period(day, day).ends_at(zone)


def _place_of(cursor: str) -> tuple[datetime, str]:
    at, last = decode_cursor(cursor, str, str)
    try:
        moment = datetime.fromisoformat(str(at)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise DomainError("cursor-not-valid", "This cursor was not given out here.", field="cursor") from error
    return moment, str(last)


Source = Callable[[KnownBody, Period], Select[Any]]


def _rows(name: str, key: str, when: str, **equal: str) -> Source:
    def rows(body: KnownBody, period: Period) -> Select[Any]:
        table = live_projection().tables[name]
        alike = [table.c[column] == value for column, value in equal.items()]
        return _columns(table, key, when).where(*within(table, when, body, period), *alike)

    return rows


def _columns(table: Any, key: str, when: str) -> Select[Any]:
    optional = [table.c[name] if name in table.c else null().label(name) for name in ("community", "category")]
    return select(table.c[key].label("reference"), table.c[when].label("at"), table.c[KNOWN_AT], *optional)


class _Issue:
    """Conditions on an issue, each a look at its own steps."""

    def __init__(self, body: KnownBody, period: Period) -> None:
        tables = live_projection().tables
        self.issues, self._steps = tables["issues"], tables["issue_steps"]
        self._period, self._body = period, body

    def not_joined(self) -> ColumnElement[bool]:
        joining, splitting = self._highest(Step.JOINED), self._highest(Step.SPLIT)
        return func.coalesce(self._of_steps(joining - splitting), 0) <= 0

    def is_withdrawn(self) -> ColumnElement[bool]:
        withdrawals = self._of_steps(func.count(case((self._steps.c.step == Step.WITHDRAWN, 1))))
        return (withdrawals > 0) | self.stands_closed(WITHDRAWN)

    def stands_closed(self, *outcomes: str) -> ColumnElement[bool]:
        turn = case((self._steps.c.step == Step.CLOSED, 1), (self._steps.c.step == Step.REOPENED, -1), else_=0)
        return (self._of_steps(func.sum(turn)) > 0) & self._last_says(Step.CLOSED, by_the_end=True).in_(outcomes)

    def is_taken_up(self) -> ColumnElement[bool]:
        taken_up = self._steps.c.step.in_([Step.ACCEPTED, Step.CLOSED])
        return self._of_steps(func.count(case((taken_up, 1)))) > 0

    def is_rated(self, rating: str) -> ColumnElement[bool]:
        return self._last_says(Step.RATED, by_the_end=False) == literal(rating)

    def _highest(self, step: Step) -> ColumnElement[int]:
        return func.max(case((self._steps.c.step == step, self._steps.c.number), else_=0))

    def _of_steps(self, counted: ColumnElement[Any]) -> ScalarSelect[Any]:
        before_the_end = self._steps.c.occurred_at < self._period.ends_at(self._body.time_zone)
        return select(counted).where(*self._same(), before_the_end).correlate(self.issues).scalar_subquery()

    def _last_says(self, step: Step, *, by_the_end: bool) -> ScalarSelect[Any]:
        steps = self._steps
        last = select(steps.c.says).where(*self._same(), steps.c.step == step)
        if by_the_end:
            last = last.where(steps.c.occurred_at < self._period.ends_at(self._body.time_zone))
        return last.order_by(steps.c.number.desc()).limit(1).correlate(self.issues).scalar_subquery()

    def _same(self) -> tuple[ColumnElement[bool], ...]:
        steps, issues = self._steps.c, self.issues.c
        known_by_then = known(self._steps, self._body, self._period)
        return steps.body == issues.body, steps.reference == issues.reference, known_by_then


def _issues(*conditions: Callable[[_Issue], ColumnElement[bool]]) -> Source:
    def rows(body: KnownBody, period: Period) -> Select[Any]:
        issue = _Issue(body, period)
        counted = within(issue.issues, "submitted_at", body, period)
        judged = [condition(issue) for condition in conditions]
        return _columns(issue.issues, "reference", "submitted_at").where(*counted, *judged)

    return rows


def _closed_as(*outcomes: str) -> Source:
    def neither(issue: _Issue) -> ColumnElement[bool]:
        return ~issue.is_withdrawn()

    return _issues(_Issue.not_joined, neither, lambda issue: issue.stands_closed(*outcomes))


_SOURCES: Mapping[str, Source] = {
    "residents_received": _rows("receptions", "reception_id", "held_at"),
    "opinions_collected": _issues(_Issue.not_joined),
    "opinions_solved": _closed_as("solved"),
    "opinions_answered": _closed_as("answered", PLANNED),
    "response_percent": _issues(_Issue.not_joined, lambda issue: ~issue.is_withdrawn(), _Issue.is_taken_up),
    "solution_percent": _closed_as("solved"),
    "satisfaction_percent": _issues(lambda issue: issue.is_rated("satisfied")),
    "consultations": _rows("consultations", "consultation_id", "held_at"),
    "surveys_and_inspections": _rows("surveys", "survey_id", "made_at"),
    "policy_talks": _rows("activities", "activity_id", "held_at", kind="talk"),
    **REGISTERS,
}
"""Of a rate, those that its percentage counts."""

WITH_REFERENCES = frozenset(_SOURCES)
"""The figures that have single facts behind them."""
