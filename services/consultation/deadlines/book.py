"""What people look up of deadlines: those of a case, those that are late."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Literal

from pydantic import BaseModel
from sqlalchemy import ColumnElement, and_, func, or_, select

from services.consultation.deadlines.calendar import CalendarBook, WorkingTime
from services.consultation.deadlines.record import COLUMNS, Deadline, deadline_of
from services.consultation.domain.deadlines import OWED, PAUSABLE, DeadlineState
from services.consultation.tables import DEADLINE_PAUSES, DEADLINES
from services.consultation.usecases.acting import Actor
from shared.clock import Clock
from shared.contracts.words import DeadlineKind, PauseReason
from shared.db.reader import Reader
from shared.errors import DomainError
from shared.web.paging import Page, decode_cursor, encode_cursor

PAGE = 50
MOST_OF_A_CASE = 100

Which = Literal["late", "soon", "paused"]
"""Missed and still owed; running, the next end first; standing still."""


class DeadlineLine(BaseModel):
    """A deadline as it stands. ``working_days_left`` counts to the day it is due, negative once that is past."""

    id: str
    kind: DeadlineKind
    state: DeadlineState
    reference: str | None
    member: str | None
    department: str | None
    commitment_id: str | None
    started_at: datetime
    due_at: datetime
    is_late: bool
    may_pause: bool
    working_days_left: int | None
    warned_at: datetime | None
    missed_at: datetime | None
    escalated_at: datetime | None
    ended_at: datetime | None
    paused_since: datetime | None = None
    paused_for: PauseReason | None = None


class DeadlineBook:
    """Looks deadlines up, for those who may see what they belong to."""

    def __init__(self, reader: Reader, clock: Clock) -> None:
        self._reader = reader
        self._clock = clock
        self._calendars = CalendarBook()

    async def of_case(self, reference: str) -> list[DeadlineLine]:
        """All deadlines of a case, the first due first."""
        columns = DEADLINES.c
        statement = select(*COLUMNS).where(columns.reference == reference).order_by(columns.due_at, columns.deadline_id)
        rows = await self._reader.all(statement.limit(MOST_OF_A_CASE))
        return await self._lines([deadline_of(row) for row in rows])

    async def next_of_cases(self, references: Sequence[str]) -> dict[str, DeadlineLine]:
        """Of each of these cases what is owed first, where anything is."""
        columns = DEADLINES.c
        owed = columns.reference.in_(references) & columns.state.in_([state.value for state in OWED])
        # Sorted here: asked for in order, SQLite would walk through all that is owed.
        found = sorted(map(deadline_of, await self._reader.all(select(*COLUMNS).where(owed))), key=_last_first)
        first = {each.reference: each for each in found}
        return {line.reference: line for line in await self._lines(first.values()) if line.reference}

    async def page(
        self, actor: Actor, which: Which, kind: DeadlineKind | None = None, cursor: str | None = None
    ) -> Page[DeadlineLine]:
        """A member's own or, for staff, all: the longest due first. Raises DomainError on ``cursor``."""
        columns = DEADLINES.c
        statement = select(*COLUMNS).where(self._in(which))
        if not actor.sees_all:
            statement = statement.where(columns.member == actor.member)
        if kind is not None:
            statement = statement.where(columns.kind == kind)
        if cursor:
            at, last = _place(cursor)
            statement = statement.where(
                or_(columns.due_at > at, and_(columns.due_at == at, columns.deadline_id > last))
            )
        rows = await self._reader.all(statement.order_by(columns.due_at, columns.deadline_id).limit(PAGE + 1))
        shown = [deadline_of(row) for row in rows[:PAGE]]
        following = encode_cursor(shown[-1].due_at.isoformat(), shown[-1].deadline_id) if len(rows) > PAGE else None
        return Page(items=await self._lines(shown), next=following)

    async def counts(self) -> dict[Which, int]:
        """How many of the whole body there are of each."""
        which: tuple[Which, ...] = ("late", "soon", "paused")
        return {
            each: int(await self._reader.scalar(select(func.count()).select_from(DEADLINES).where(self._in(each))))
            for each in which
        }

    def _in(self, which: Which) -> ColumnElement[bool]:
        state = {"late": DeadlineState.MISSED, "soon": DeadlineState.RUNNING, "paused": DeadlineState.PAUSED}[which]
        return DEADLINES.c.state == state.value

    async def _lines(self, deadlines: Iterable[Deadline]) -> list[DeadlineLine]:
        found = list(deadlines)
        if not found:
            return []
        time = await self._calendars.present(self._reader)
        standing = [each.deadline_id for each in found if each.state is DeadlineState.PAUSED]
        pauses = DEADLINE_PAUSES.c
        open_ones = select(pauses.deadline_id, pauses.reason, pauses.paused_at).where(
            pauses.deadline_id.in_(standing), pauses.resumed_at.is_(None)
        )
        paused = {row.deadline_id: row for row in await self._reader.all(open_ones)} if standing else {}
        lines = []
        for each in found:
            line = _line(each, time, self._clock.now())
            if (pause := paused.get(each.deadline_id)) is not None:
                line = line.model_copy(update={"paused_since": pause.paused_at, "paused_for": pause.reason})
            lines.append(line)
        return lines


def _last_first(deadline: Deadline) -> float:
    return -deadline.due_at.timestamp()


def _line(deadline: Deadline, time: WorkingTime, now: datetime) -> DeadlineLine:
    is_running = deadline.state is DeadlineState.RUNNING
    counts = is_running or deadline.state is DeadlineState.MISSED
    return DeadlineLine(
        id=deadline.deadline_id,
        kind=deadline.kind,
        state=deadline.state,
        reference=deadline.reference,
        member=deadline.member,
        department=deadline.department,
        commitment_id=deadline.subject if deadline.kind == "commitment" else None,
        started_at=deadline.started_at,
        due_at=deadline.due_at,
        # The clock comes round in a moment; the page need not wait for it.
        is_late=deadline.state is DeadlineState.MISSED or (is_running and deadline.due_at <= now),
        may_pause=is_running and deadline.due_at > now and deadline.kind in PAUSABLE,
        working_days_left=time.calendar.working_days_between(now, deadline.due_at) if counts else None,
        warned_at=deadline.warned_at,
        missed_at=deadline.missed_at,
        escalated_at=deadline.escalated_at,
        ended_at=deadline.ended_at,
    )


def _place(cursor: str) -> tuple[datetime, str]:
    at, last = decode_cursor(cursor, str, str)
    try:
        return datetime.fromisoformat(str(at)).astimezone(UTC), str(last)
    except (ValueError, OverflowError) as error:
        raise DomainError("cursor-not-valid", "This cursor was not given out here.", field="cursor") from error
