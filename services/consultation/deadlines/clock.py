"""The clock of the deadlines: warns, marks as missed and tells the office, each once, whatever stops in between.

What there is to do stands in the rows themselves, so a service that was killed goes on where it was, and of two
replicas whoever comes first does it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import Select, select

from services.consultation.deadlines import saying
from services.consultation.deadlines.calendar import WorkingTime, present, settle
from services.consultation.deadlines.keeping import adopt, write
from services.consultation.deadlines.reckoning import reckon
from services.consultation.deadlines.record import COLUMNS, Deadline, deadline_of
from services.consultation.domain.deadlines import DEADLINE, DeadlineMove, DeadlineState
from services.consultation.tables import BODY_CALENDAR, CASES, DEADLINES
from services.consultation.usecases.referrals import fall_due, referral_of
from shared.clock import Clock
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.tasks import stop

log = structlog.get_logger(__name__)

AT_ONCE = 100
"""Deadlines in one transaction."""
LOOK_AGAIN_SECONDS = 30.0
"""Deadlines begin all the time, and none of them ends sooner than this matters."""


async def reckon_again(tx: Transaction) -> int:
    """Reckon some deadlines anew that were reckoned by an older calendar; gives how many."""
    time = await present(tx)
    columns = DEADLINES.c
    outdated = (columns.state == DeadlineState.RUNNING.value) & (columns.edition < time.edition)
    found = await _taken(tx, select(*COLUMNS).where(outdated).limit(AT_ONCE))
    await write(tx, [_reckoned(each, time, tx.now) for each in found])
    return len(found)


async def act_on_due(tx: Transaction) -> int:
    """Do what the time has come for, of some deadlines; gives of how many."""
    columns = DEADLINES.c
    is_due = columns.next_at <= tx.now
    due = await tx.all(
        select(columns.deadline_id, columns.kind, columns.reference)
        .where(is_due)
        .order_by(columns.next_at)
        .limit(AT_ONCE)
    )
    await _lock_cases(tx, [row.reference for row in due if row.kind == "referral-reply"])
    chosen = columns.deadline_id.in_([row.deadline_id for row in due])
    found = await _taken(tx, select(*COLUMNS).where(chosen, is_due))
    await write(tx, [_acted_on(tx, each) for each in found])
    for each in found:
        if each.kind == "referral-reply" and each.state is DeadlineState.RUNNING and each.due_at <= tx.now:
            await fall_due(tx, referral_of(each.subject))
    return len(found)


def _reckoned(deadline: Deadline, time: WorkingTime, now: datetime) -> Deadline:
    ends = reckon(time.calendar, time.terms[deadline.kind], deadline.counted_from, deadline.length)
    again = replace(
        deadline, due_at=ends.due_at, warn_at=ends.warn_at, escalate_at=ends.escalate_at, edition=time.edition
    )
    if ends.due_at != deadline.due_at and ends.warn_at is not None and ends.warn_at > now:
        return replace(again, warned_at=None, turn=deadline.turn + 1)
    return again


def _acted_on(tx: Transaction, deadline: Deadline) -> Deadline:
    """What has become of it. Whoever slept past the end is not warned of it any more."""
    if deadline.state is DeadlineState.RUNNING and deadline.due_at > tx.now:
        deadline = replace(deadline, warned_at=tx.now)
        saying.warned(tx, deadline)
        return deadline
    if deadline.state is DeadlineState.RUNNING:
        state = DEADLINE.after(deadline.state, DeadlineMove.MISS)
        deadline = replace(deadline, state=state, missed_at=deadline.due_at)
        saying.missed(tx, deadline)
    if deadline.escalate_at <= tx.now:
        deadline = replace(deadline, escalated_at=tx.now)
        saying.escalated(tx, deadline)
    return deadline


async def _lock_cases(tx: Transaction, references: Sequence[str | None]) -> None:
    """Take cases before their deadlines, as every use case does, so that nobody waits for each other."""
    if references:
        cases = select(CASES.c.reference).where(CASES.c.reference.in_(references))
        await tx.all(cases.order_by(CASES.c.reference).with_for_update())


async def _taken(tx: Transaction, statement: Select[Any]) -> list[Deadline]:
    # Another replica that is at the same rows does them; on SQLite there is only one writer at a time anyway.
    rows = await tx.all(statement.with_for_update(skip_locked=True))
    return [deadline_of(row) for row in rows]


class DeadlineClock:
    """Sleeps until there is something to do with a deadline, and does it."""

    def __init__(self, reader: Reader, writer: Writer, clock: Clock, zone: str) -> None:
        self._reader = reader
        self._writer = writer
        self._clock = clock
        self._zone = zone
        self._changed = asyncio.Event()

    def wake(self) -> None:
        """Something changed that may bring the next moment forward."""
        self._changed.set()

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Watch the deadlines while inside."""
        await self._writer.run(self._begin)
        task = asyncio.create_task(self._watch(), name="deadlines")
        try:
            yield
        finally:
            await stop(task)

    async def _begin(self, tx: Transaction) -> None:
        if await settle(tx, self._zone):
            await adopt(tx)

    async def _watch(self) -> None:
        while True:
            self._changed.clear()
            try:
                pause = await self._catch_up()
            except Exception as error:  # the database is away; nothing is less late afterwards
                log.warning("deadlines-wait", error=repr(error))
                pause = LOOK_AGAIN_SECONDS
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), pause)

    async def _catch_up(self) -> float:
        """Do everything that is due now; gives the seconds until there may be more."""
        if await self._reader.scalar(_OUTDATED):
            while await self._writer.run(reckon_again):
                pass
        earliest: datetime | None = await self._reader.scalar(_EARLIEST)
        while earliest is not None and earliest <= self._clock.now():
            if not await self._writer.run(act_on_due):
                return LOOK_AGAIN_SECONDS  # another replica is at it
            earliest = await self._reader.scalar(_EARLIEST)
        if earliest is None:
            return LOOK_AGAIN_SECONDS
        return min(LOOK_AGAIN_SECONDS, (earliest - self._clock.now()).total_seconds())


_EARLIEST = select(DEADLINES.c.next_at).where(DEADLINES.c.next_at.is_not(None)).order_by(DEADLINES.c.next_at).limit(1)
_OUTDATED = (
    select(DEADLINES.c.deadline_id)
    .where(
        DEADLINES.c.state == DeadlineState.RUNNING.value,
        DEADLINES.c.edition < select(BODY_CALENDAR.c.edition).scalar_subquery(),
    )
    .limit(1)
)
