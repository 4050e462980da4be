"""What pages and the API read; nothing here changes anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, and_, or_, select

from services.intake.domain import Possible, State, possible
from services.intake.tables import ISSUES, READS, RECEPTIONS, TIMELINE
from shared.db.reader import Reader
from shared.ids import hash_of

PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """A dated line of an issue's public course."""

    at: datetime
    step: str
    code: str | None


@dataclass(frozen=True, slots=True)
class Tracked:
    """An issue as its resident follows it."""

    reference: str
    state: str
    outcome: str | None
    rating: str | None
    submitted_at: datetime
    station: str | None
    community: str
    category: str | None
    language: str
    timeline: tuple[Line, ...]
    can: Possible
    erased: bool


async def track(reader: Reader, code: str) -> Tracked | None:
    """The issue that a tracking code leads to, or None."""
    issue = await reader.one(select(ISSUES).where(ISSUES.c.tracking_hash == hash_of(code)))
    return None if issue is None else await _tracked(reader, issue)


async def course(reader: Reader, reference: str) -> Tracked | None:
    """The same for staff, who know the reference."""
    issue = await reader.one(select(ISSUES).where(ISSUES.c.reference == reference))
    return None if issue is None else await _tracked(reader, issue)


async def _tracked(reader: Reader, issue: Row[Any]) -> Tracked:
    rows = await reader.all(
        select(TIMELINE.c.at, TIMELINE.c.step, TIMELINE.c.code)
        .where(TIMELINE.c.reference == issue.reference)
        .order_by(TIMELINE.c.at, TIMELINE.c.id)
    )
    lines = tuple(Line(row.at, row.step, row.code) for row in rows)
    return Tracked(
        reference=issue.reference,
        state=issue.state,
        outcome=issue.outcome,
        rating=issue.rating,
        submitted_at=issue.submitted_at,
        station=issue.station,
        community=issue.community,
        category=issue.category,
        language=issue.language,
        timeline=lines,
        can=possible(State(issue.state), rated=issue.rating is not None),
        erased=any(line.step == "erased" for line in lines),
    )


@dataclass(frozen=True, slots=True)
class ReceptionLine:
    """One resident received, and the issue that came of it, if one did."""

    id: str
    held_at: datetime
    station: str | None
    community: str
    channel: str
    language: str
    reference: str | None
    state: str | None


async def receptions_on(
    reader: Reader,
    day: date,
    zone: str,
    stations: Sequence[str],
    before: tuple[datetime, str] | None = None,
) -> list[ReceptionLine]:
    """The receptions of one local ``day``, newest first, of ``stations`` or of all where none is named.

    ``before``: time and id of the last one seen.
    """
    begins = datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)
    ends = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)).astimezone(UTC)
    statement = (
        select(RECEPTIONS, ISSUES.c.reference, ISSUES.c.state)
        .join(ISSUES, ISSUES.c.reception_id == RECEPTIONS.c.id, isouter=True)
        .where(RECEPTIONS.c.held_at >= begins, RECEPTIONS.c.held_at < ends)
        .order_by(RECEPTIONS.c.held_at.desc(), RECEPTIONS.c.id.desc())
        .limit(PAGE)
    )
    if stations:
        statement = statement.where(RECEPTIONS.c.station.in_(stations))
    if before is not None:
        at, last = before
        older = and_(RECEPTIONS.c.held_at == at, RECEPTIONS.c.id < last)
        statement = statement.where(or_(RECEPTIONS.c.held_at < at, older))
    columns = ("id", "held_at", "station", "community", "channel", "language", "reference", "state")
    return [ReceptionLine(**{name: getattr(row, name) for name in columns}) for row in await reader.all(statement)]


@dataclass(frozen=True, slots=True)
class Reading:
    """Somebody read what a resident said."""

    id: int
    reader: str
    role: str
    member: str | None
    purpose: str
    read_at: datetime


async def readings_of(reader: Reader, reference: str, before: int | None = None) -> list[Reading]:
    """Who read the words of one issue, newest first, those before ``before`` only."""
    statement = select(READS).where(READS.c.reference == reference).order_by(READS.c.id.desc()).limit(PAGE)
    if before is not None:
        statement = statement.where(READS.c.id < before)
    columns = ("id", "reader", "role", "member", "purpose", "read_at")
    return [Reading(**{name: getattr(row, name) for name in columns}) for row in await reader.all(statement)]
