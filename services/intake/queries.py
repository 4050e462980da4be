"""What pages and the API read; nothing here changes anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, and_, func, or_, select

from services.intake.domain import SHARED_STEPS, Possible, State, Word
from services.intake.standing import said_word, standing_of
from services.intake.tables import GROUPINGS, HANDED_OVER, ISSUES, READS, RECEPTIONS, TIMELINE
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
class Joined:
    """The issue is worked on together with others': since when, and how many residents raised the matter in all."""

    at: datetime
    residents: int


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Another body has the issue, or is asked to take it."""

    body: str
    has_it: bool


@dataclass(frozen=True, slots=True)
class Tracked:
    """An issue as its resident follows it; one that is joined, by what becomes of the issue that it is joined to.

    ``work`` is the reference under which the work is done: for staff and for neighbours, not for other residents.
    ``state`` is where that work stands, ``own_state`` that of the issue itself, ``joined`` for instance.
    """

    reference: str
    work: str
    state: str
    own_state: str
    outcome: str | None
    rating: str | None
    word: str | None
    word_until: datetime | None
    joined: Joined | None
    residents: int
    submitted_at: datetime
    station: str | None
    community: str
    category: str | None
    language: str
    timeline: tuple[Line, ...]
    can: Possible
    erased: bool
    elsewhere: Elsewhere | None = None

    def with_body(self, own: str) -> str:
        """The body that has it now; ``own`` is this one."""
        return self.elsewhere.body if self.elsewhere is not None and self.elsewhere.has_it else own

    @property
    def offered_to(self) -> str | None:
        """The body that is asked to take it and has not said yet."""
        return self.elsewhere.body if self.elsewhere is not None and not self.elsewhere.has_it else None


async def track(reader: Reader, code: str, now: datetime) -> Tracked | None:
    """The issue that a tracking code leads to, or None. ``now`` decides what the resident may still do."""
    issue = await reader.one(select(ISSUES).where(ISSUES.c.tracking_hash == hash_of(code)))
    return None if issue is None else await _tracked(reader, issue, now)


async def course(reader: Reader, reference: str, now: datetime) -> Tracked | None:
    """The same for staff, who know the reference."""
    issue = await reader.one(select(ISSUES).where(ISSUES.c.reference == reference))
    return None if issue is None else await _tracked(reader, issue, now)


async def _tracked(reader: Reader, issue: Row[Any], now: datetime) -> Tracked:
    lead = None
    if issue.joined_to is not None:
        lead = await reader.one(select(ISSUES).where(ISSUES.c.reference == issue.joined_to))
    work = lead if lead is not None else issue
    rows = await reader.all(
        select(TIMELINE.c.reference, TIMELINE.c.at, TIMELINE.c.step, TIMELINE.c.code)
        .where(TIMELINE.c.reference.in_({issue.reference, work.reference}))
        .order_by(TIMELINE.c.at, TIMELINE.c.id)
    )
    own = [row for row in rows if row.reference == issue.reference]
    shown = [row for row in rows if row.reference == issue.reference or row.step in SHARED_STEPS]
    residents = 1 + (
        await reader.scalar(select(func.count()).select_from(ISSUES).where(ISSUES.c.joined_to == work.reference))
    )
    joined_at = max((row.at for row in own if row.step == "joined"), default=issue.submitted_at)
    return Tracked(
        reference=issue.reference,
        work=work.reference,
        state=work.state,
        own_state=issue.state,
        outcome=work.outcome,
        rating=issue.rating,
        word=said_word(Word(issue.word)),
        word_until=issue.word_until,
        joined=None if lead is None else Joined(joined_at, residents),
        residents=residents,
        submitted_at=issue.submitted_at,
        station=issue.station,
        community=issue.community,
        category=issue.category,
        language=issue.language,
        timeline=tuple(Line(row.at, row.step, row.code) for row in shown),
        can=standing_of(issue, lead, now).possible(),
        erased=any(row.step == "erased" for row in own),
        elsewhere=await _elsewhere(reader, work),
    )


async def _elsewhere(reader: Reader, work: Row[Any]) -> Elsewhere | None:
    """Which other body has the issue now, or is asked; None once it is over, or this body has it."""
    if work.state in (State.CLOSED, State.WITHDRAWN):
        return None
    row = await reader.one(select(HANDED_OVER).where(HANDED_OVER.c.reference == work.reference))
    if row is None or row.state not in ("offered", "accepted"):
        return None
    return Elsewhere(row.other, has_it=row.state == "accepted")


@dataclass(frozen=True, slots=True)
class GroupedBy:
    """Somebody joined or split an issue; ``reason`` is gone once the record is erased."""

    act: str
    joined_to: str
    by: str | None
    role: str | None
    reason: str | None
    at: datetime


async def groupings_of(reader: Reader, reference: str) -> list[GroupedBy]:
    """What was joined and split of one issue, the newest first; the last fifty."""
    statement = select(GROUPINGS).where(GROUPINGS.c.reference == reference).order_by(GROUPINGS.c.id.desc()).limit(PAGE)
    columns = ("act", "joined_to", "by", "role", "reason", "at")
    return [GroupedBy(**{name: getattr(row, name) for name in columns}) for row in await reader.all(statement)]


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
