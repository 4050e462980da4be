"""A deadline stands still, for a reason, and goes on again by as much working time as was left."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy import select

from services.consultation.deadlines import saying
from services.consultation.deadlines.calendar import present
from services.consultation.deadlines.keeping import write
from services.consultation.deadlines.reckoning import reckon
from services.consultation.deadlines.record import COLUMNS, Deadline, deadline_of
from services.consultation.domain.deadlines import DEADLINE, PAUSABLE, DeadlineMove, DeadlineState
from services.consultation.inputs import Input, Words
from services.consultation.outputs import State
from services.consultation.tables import DEADLINE_PAUSES, DEADLINES
from services.consultation.usecases.acting import Actor, Moment
from services.consultation.usecases.casefile import CaseFile, take_case
from shared.contracts.words import PauseReason
from shared.db.transaction import Transaction
from shared.errors import Conflict, DomainError, NotFound
from shared.states import IllegalMove


class PauseInput(Input):
    """Why a deadline stands still: a reason of the list, and in words for the staff of the case."""

    reason: PauseReason
    note: Annotated[Words | None, Field(description="Needed where the reason is ``other``")] = None


async def pause(tx: Transaction, actor: Actor, reference: str, deadline_id: str, asked: PauseInput) -> State:
    """Let a deadline stand still. Raises NotFound, Conflict where it is over or may not wait, DomainError."""
    if asked.reason == "other" and asked.note is None:
        raise DomainError("note-missing", "Say in words why the time stands still.", field="note")
    case = await take_case(tx, actor, reference)
    deadline = await _take(tx, reference, deadline_id)
    if deadline.kind not in PAUSABLE:
        raise Conflict("deadline-not-pausable", "A commitment keeps the date it was made for.")
    if deadline.state is DeadlineState.RUNNING and deadline.due_at <= tx.now:
        raise Conflict("deadline-over", "The time is over already.")
    stopped = await stand_still(tx, case, deadline, asked.reason, actor, note=asked.note)
    return State(id=deadline_id, state=stopped.state.value)


async def stand_still(
    tx: Transaction,
    case: CaseFile,
    deadline: Deadline,
    reason: PauseReason,
    actor: Actor | None,
    *,
    note: str | None = None,
    with_body: str | None = None,
) -> Deadline:
    """Let ``deadline`` stand still; ``actor`` None: because another body, ``with_body``, has the issue. Raises
    Conflict."""
    time = await present(tx)
    left = time.calendar.working_time_between(tx.now, deadline.due_at)
    stopped = replace(
        deadline, state=_after(deadline, DeadlineMove.PAUSE), left_microseconds=left // timedelta(microseconds=1)
    )
    await write(tx, [stopped])
    pause_row = {"deadline_id": deadline.deadline_id, "reason": reason, "paused_at": tx.now, "paused_by": _who(actor)}
    await tx.execute(DEADLINE_PAUSES.insert(), pause_row)
    more = {"reason": reason, **({"body": with_body} if with_body else {})}
    await _enter(case, actor, "deadline-paused", deadline, more, note)
    saying.paused(tx, stopped, reason)
    return stopped


async def resume(tx: Transaction, actor: Actor, reference: str, deadline_id: str) -> State:
    """Let a deadline go on: as much working time remains as when it was paused. Raises NotFound, Conflict."""
    case = await take_case(tx, actor, reference)
    running = await go_on(tx, case, await _take(tx, reference, deadline_id), actor)
    return State(id=deadline_id, state=running.state.value)


async def go_on(tx: Transaction, case: CaseFile, deadline: Deadline, actor: Actor | None) -> Deadline:
    """Let ``deadline`` go on; ``actor`` None: because this body has the issue again. Raises Conflict."""
    state = _after(deadline, DeadlineMove.RESUME)
    time = await present(tx)
    ends = reckon(time.calendar, time.terms[deadline.kind], tx.now, deadline.length)
    is_warned_of_again = ends.warn_at is not None and ends.warn_at > tx.now
    running = replace(
        deadline,
        state=state,
        counted_from=tx.now,
        due_at=ends.due_at,
        warn_at=ends.warn_at,
        escalate_at=ends.escalate_at,
        edition=time.edition,
        turn=deadline.turn + 1,
        warned_at=None if is_warned_of_again else deadline.warned_at,
    )
    await write(tx, [running])
    columns = DEADLINE_PAUSES.c
    open_pause = (columns.deadline_id == deadline.deadline_id) & columns.resumed_at.is_(None)
    await tx.execute(DEADLINE_PAUSES.update().where(open_pause).values(resumed_at=tx.now, resumed_by=_who(actor)))
    await _enter(case, actor, "deadline-resumed", running, {}, None)
    saying.resumed(tx, running)
    return running


async def _take(tx: Transaction, reference: str, deadline_id: str) -> Deadline:
    columns = DEADLINES.c
    statement = select(*COLUMNS).where(columns.deadline_id == deadline_id, columns.reference == reference)
    row = await tx.one(statement.with_for_update())
    if row is None:
        raise NotFound("deadline-not-found", "There is no such deadline.")
    return deadline_of(row)


def _after(deadline: Deadline, move: DeadlineMove) -> DeadlineState:
    try:
        return DEADLINE.after(deadline.state, move)
    except IllegalMove as error:
        if deadline.state is DeadlineState.PAUSED:
            raise Conflict("deadline-paused", "The time stands still already.") from error
        if deadline.state is DeadlineState.RUNNING:
            raise Conflict("deadline-running", "The time is running already.") from error
        raise Conflict("deadline-over", "The time is over already.") from error


async def _enter(
    case: CaseFile, actor: Actor | None, kind: str, deadline: Deadline, more: dict[str, str], note: str | None
) -> None:
    details = {"deadline": deadline.kind, "due_at": deadline.due_at.isoformat(), **more}
    member = actor.member if actor else None
    await case.enter(kind, Moment(case.tx.now, False), audience="staff", member=member, text=note, details=details)


def _who(actor: Actor | None) -> str | None:
    return None if actor is None else actor.member or actor.account
