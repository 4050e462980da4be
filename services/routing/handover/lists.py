"""What the office and members read of handovers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from sqlalchemy import and_, or_, select

from services.routing.domain.handover import OPEN, WITH_RECEIVER, HandoverState
from services.routing.handover.records import COLUMNS, HANDOVERS, HandoverRecord, Step, record_of
from services.routing.queries import PAGE, iso, place_of
from shared.db.reader import Reader
from shared.web.paging import encode_cursor
from shared.workdays import WorkCalendar


@dataclass(frozen=True, slots=True)
class HandoverPage:
    """Some handovers, and the cursor of those after them."""

    items: Sequence[HandoverRecord]
    next: str | None


@dataclass(frozen=True, slots=True)
class Stay:
    """How long one of the two bodies, or one that it was handed on to, had the next step; ``until`` None: it still
    has."""

    body: str
    state: HandoverState
    since: datetime
    until: datetime | None
    working_days: int


@dataclass(frozen=True, slots=True)
class Shown:
    """A handover with its course. ``holder``: the body whose next step it is; None once nothing is to come."""

    record: HandoverRecord
    steps: Sequence[Step]
    stays: Sequence[Stay]
    holder: str | None


async def page(reader: Reader, *, is_ours: bool, state: HandoverState | None, cursor: str | None) -> HandoverPage:
    """Handovers of one direction, the newest first. Raises DomainError on ``cursor``."""
    at, last = HANDOVERS.c.offered_at, HANDOVERS.c.handover_id
    statement = select(*COLUMNS).where(HANDOVERS.c.is_ours == is_ours)
    if state is not None:
        statement = statement.where(HANDOVERS.c.state == state)
    if cursor:
        moment, seen = place_of(cursor)
        statement = statement.where(or_(at < moment, and_(at == moment, last < seen)))
    rows = await reader.all(statement.order_by(at.desc(), last.desc()).limit(PAGE))
    items = [record_of(row) for row in rows]
    full = len(items) == PAGE
    return HandoverPage(items, encode_cursor(iso(items[-1].offered_at), items[-1].handover_id) if full else None)


def shown(record: HandoverRecord, steps: Sequence[Step], body: str, calendar: WorkCalendar, now: datetime) -> Shown:
    """Who of the two had it how long, by ``calendar``'s working days."""
    sender, receiver = (body, record.other) if record.is_ours else (record.other, body)

    def stay(step: Step, until: datetime | None) -> Stay:
        days = calendar.working_days_between(step.at, until or now)
        body = step.holder or (receiver if step.state in WITH_RECEIVER else sender)
        return Stay(body, step.state, step.at, until, days)

    stays = [stay(step, after.at) for step, after in pairwise(steps)]
    if steps and record.state in OPEN:
        stays.append(stay(steps[-1], None))
    return Shown(record, steps, stays, stays[-1].body if record.state in OPEN and stays else None)
