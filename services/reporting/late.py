"""Which cases of the bodies below are late now: what was missed there, is still owed, and whose issue is not over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, and_, case, exists, func, or_, select

from services.reporting.domain import Step
from services.reporting.projection import live_projection
from services.reporting.ways import known_ways
from shared.db.reader import Reader
from shared.errors import DomainError
from shared.web.paging import decode_cursor, encode_cursor

PAGE = 50


@dataclass(frozen=True, slots=True)
class LateCase:
    """A case of ``body`` and what was not done in time there; ``since`` is when it was due.

    ``through`` are the bodies on the way down to it, the one directly below this one first and ``body`` last.
    """

    body: str
    reference: str
    deadline_id: str
    kind: str
    since: datetime
    category: str | None
    community: str | None
    through: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LatePage:
    """Some late cases, and the cursor of those after them."""

    items: Sequence[LateCase]
    next: str | None


class Late:
    """Reads the projection of the instance whose own body is ``own``, which is nobody's late child."""

    def __init__(self, reader: Reader, own: str) -> None:
        self._reader = reader
        self._own = own
        tables = live_projection().tables
        self._missed, self._settled = tables["missed_deadlines"], tables["settled_deadlines"]
        self._issues, self._steps = tables["issues"], tables["issue_steps"]

    async def page(
        self, *, body: str | None = None, kind: str | None = None, reference: str | None = None, cursor: str | None
    ) -> LatePage:
        """Late cases, the longest late first. Raises DomainError on ``cursor``."""
        missed = self._missed.c
        wanted = self._late()
        for column, value in ((missed.body, body), (missed.kind, kind), (missed.reference, reference)):
            if value is not None:
                wanted = wanted.where(column == value)
        if cursor:
            at, of, last = _place_of(cursor)
            behind = or_(missed.body > of, and_(missed.body == of, missed.deadline_id > last))
            wanted = wanted.where(or_(missed.missed_at > at, and_(missed.missed_at == at, behind)))
        in_order = wanted.order_by(missed.missed_at, missed.body, missed.deadline_id)
        rows = await self._reader.all(in_order.limit(PAGE + 1))
        # Oldest first, so that of a body that moved the present way is the one that stays.
        ways = {way.body: way.through for way in await known_ways(self._reader)}
        items = [_late_case(row, ways.get(row.body, (row.body,))) for row in rows[:PAGE]]
        if len(rows) <= PAGE:
            return LatePage(items, None)
        end = items[-1]
        return LatePage(items, encode_cursor(end.since.isoformat(), end.body, end.deadline_id))

    def _late(self) -> Select[Any]:
        missed, settled, issues = self._missed.c, self._settled.c, self._issues.c
        same_issue = (issues.body == missed.body) & (issues.reference == missed.reference)
        is_settled = exists().where(settled.body == missed.body, settled.deadline_id == missed.deadline_id)
        return (
            select(
                missed.body,
                missed.reference,
                missed.deadline_id,
                missed.kind,
                missed.missed_at,
                issues.category,
                issues.community,
            )
            .select_from(self._missed.outerjoin(self._issues, same_issue))
            .where(missed.body != self._own, missed.reference.is_not(None), ~is_settled)
            # A promise outlives the closing of its case. What else is owed ends with it, whether the body says so or is
            # of a release that does not.
            .where((missed.kind == "commitment") | ~self._is_over())
        )

    def _is_over(self) -> Any:
        """Closings and reopenings alternate, so counting them tells, in whatever order they came."""
        steps, missed = self._steps.c, self._missed.c
        weight = case(
            (steps.step == Step.CLOSED, 1),
            (steps.step == Step.REOPENED, -1),
            (steps.step == Step.WITHDRAWN, 1000),
            else_=0,
        )
        of_issue = (steps.body == missed.body) & (steps.reference == missed.reference)
        balance = select(func.sum(weight)).where(of_issue).correlate(self._missed).scalar_subquery()
        return func.coalesce(balance, 0) > 0


def _late_case(row: Any, through: tuple[str, ...]) -> LateCase:
    return LateCase(
        row.body, row.reference, row.deadline_id, row.kind, row.missed_at, row.category, row.community, through
    )


def _place_of(cursor: str) -> tuple[datetime, str, str]:
    at, body, last = decode_cursor(cursor, str, str, str)
    try:
        moment = datetime.fromisoformat(str(at)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise DomainError("cursor-not-valid", "This cursor was not given out here.", field="cursor") from error
    return moment, str(body), str(last)
