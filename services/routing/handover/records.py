"""Handovers in the database. One changes here and nowhere else, and each change is a step that both bodies can tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, Table, func, or_, select
from sqlalchemy.exc import IntegrityError

from services.routing.domain.handover import HANDOVER, OPEN, HandoverMove, HandoverState
from services.routing.roster.reads import Reads
from services.routing.tables import Handover, HandoverStep
from shared.contracts.handover import Way
from shared.db.transaction import Transaction
from shared.errors import Conflict, NotFound, TooEarly

HANDOVERS: Table = Handover.__table__  # type: ignore[attr-defined]
STEPS: Table = HandoverStep.__table__  # type: ignore[attr-defined]

Missed = Literal["offer", "answer"]
"""Which of its two dates passed."""


@dataclass(frozen=True, slots=True)
class HandoverRecord:
    """A handover as it stands here. ``is_ours``: this body offered it to ``other``; else the other way round."""

    handover_id: str
    is_ours: bool
    way: Way
    other: str
    reference: str
    state: HandoverState
    text: str
    community: str
    category: str | None
    language: str
    submitted_at: datetime
    offered_at: datetime
    take_by: datetime
    answer_by: datetime
    owner: str | None = None
    reason: str | None = None
    proposed_owner: str | None = None
    answer: str | None = None
    outcome: str | None = None
    missed: Missed | None = None
    holder: str | None = None
    """The body that the one which took it has handed it on to; None while that has it itself."""
    holder_step: int = 0
    """The newest word about that, as the body that says it counts them."""
    version: int = 1


@dataclass(frozen=True, slots=True)
class Step:
    """The state that a handover reached at a moment, by which body, and by whom where it was this one.

    ``holder``: who has it from then on, where that is neither of the two bodies.
    """

    handover_id: str
    number: int
    state: HandoverState
    at: datetime
    body: str
    by: str | None
    holder: str | None = None


COLUMNS = [HANDOVERS.c[field.name] for field in fields(HandoverRecord)]


def record_of(row: Row[Any]) -> HandoverRecord:
    """A row of the table as a record."""
    values = dict(row._mapping)
    return HandoverRecord(**{**values, "state": HandoverState(values["state"])})


async def find(reads: Reads, handover_id: str) -> HandoverRecord | None:
    """A handover by its id, or None."""
    row = await reads.one(select(*COLUMNS).where(HANDOVERS.c.handover_id == handover_id))
    return record_of(row) if row else None


async def get(reads: Reads, handover_id: str) -> HandoverRecord:
    """The same. Raises NotFound."""
    found = await find(reads, handover_id)
    if found is None:
        raise no_such_handover()
    return found


def no_such_handover() -> NotFound:
    """What is answered for an unknown handover and for one that is not the reader's alike."""
    return NotFound("handover-not-found", "There is no such handover here.", field="handover_id")


async def of_issue(reads: Reads, reference: str) -> list[HandoverRecord]:
    """All handovers of an issue that this body took part in, in order."""
    statement = select(*COLUMNS).where(HANDOVERS.c.reference == reference).order_by(HANDOVERS.c.offered_at)
    return [record_of(row) for row in await reads.all(statement)]


async def steps_of(reads: Reads, handover_id: str) -> list[Step]:
    """What happened, in order."""
    rows = await reads.all(select(STEPS).where(STEPS.c.handover_id == handover_id).order_by(STEPS.c.number))
    return [Step(**{**row._mapping, "state": HandoverState(row.state)}) for row in rows]


async def count_of_ours(reads: Reads, reference: str) -> int:
    """How many steps all handovers of an issue that this body offered have taken."""
    statement = select(func.count()).select_from(STEPS.join(HANDOVERS, HANDOVERS.c.handover_id == STEPS.c.handover_id))
    return int(await reads.scalar(statement.where(HANDOVERS.c.reference == reference, HANDOVERS.c.is_ours)))


async def add(tx: Transaction, record: HandoverRecord, at: datetime, body: str) -> None:
    """Write a new one. Raises Conflict where the issue is with another body already."""
    if record.is_ours:
        ours = select(HANDOVERS.c.handover_id).where(HANDOVERS.c.reference == record.reference, HANDOVERS.c.is_ours)
        if await tx.one(ours.where(HANDOVERS.c.state.in_(OPEN)).limit(1)):
            raise already_open()
    try:
        await tx.add(HANDOVERS, [{field.name: getattr(record, field.name) for field in fields(record)}])
    except IntegrityError as error:
        raise already_open() from error
    await _step(tx, record, at, body, record.owner if record.is_ours else None)


def already_open() -> Conflict:
    """The refusal to offer an issue to two bodies."""
    return Conflict("already-handed-over", "This issue is with another body already.", field="reference")


async def move(
    tx: Transaction,
    record: HandoverRecord,
    made: HandoverMove,
    *,
    body: str,
    at: datetime,
    by: str | None,
    **values: Any,
) -> HandoverRecord:
    """Apply a move that ``body`` made, with other new ``values``; where it changes nothing, ``record`` as it is.

    Raises IllegalMove, or Conflict where somebody else was quicker.
    """
    state = HANDOVER.after(record.state, made)
    if state is record.state:
        return record
    values = {"holder": None, **values}
    after = replace(record, state=state, version=record.version + 1, **values)
    await _save(tx, record, {"state": state, "version": after.version, **values})
    await _step(tx, after, at, body, by)
    return after


async def hand_on(
    tx: Transaction, record: HandoverRecord, holder: str | None, step: int, at: datetime, body: str
) -> HandoverRecord:
    """``body``, which took it, said as its word number ``step`` that ``holder`` has it now, or it again itself (None).

    Raises Conflict like :func:`move`.
    """
    after = replace(record, holder=holder, holder_step=step, version=record.version + 1)
    await _save(tx, record, {"holder": holder, "holder_step": step, "version": after.version})
    await _step(tx, after, at, body, None)
    return after


async def taken_of(tx: Transaction, reference: str) -> HandoverRecord | None:
    """The handover by which this body works on an issue of another one, or None."""
    taken = (HANDOVERS.c.reference == reference) & ~HANDOVERS.c.is_ours & (HANDOVERS.c.state == HandoverState.ACCEPTED)
    row = await tx.one(select(*COLUMNS).where(taken).order_by(HANDOVERS.c.offered_at.desc()).limit(1))
    return record_of(row) if row else None


async def touch(tx: Transaction, record: HandoverRecord, **values: Any) -> HandoverRecord:
    """Give it new ``values`` in the state in which it is; not a step. Raises Conflict like :func:`move`."""
    await _save(tx, record, values)
    return replace(record, **values)


async def erase(tx: Transaction, reference: str) -> None:
    """Let go of everything that was written about an issue, on either side of it."""
    of_issue = HANDOVERS.c.reference == reference
    await tx.execute(HANDOVERS.update().where(of_issue).values(text="", reason=None, answer=None))


async def late_ones(tx: Transaction, limit: int) -> list[HandoverRecord]:
    """Those of which a date has passed that nobody was told of yet."""
    late = or_(*(state & (due <= tx.now) for state, due in _waiting()))
    return [record_of(row) for row in await tx.all(select(*COLUMNS).where(late).limit(limit).with_for_update())]


async def next_due(reads: Reads) -> datetime | None:
    """When the next date passes."""
    found: Sequence[datetime | None] = [await reads.scalar(select(func.min(due)).where(at)) for at, due in _waiting()]
    return min((each for each in found if each is not None), default=None)


def _waiting() -> tuple[tuple[Any, Any], ...]:
    table = HANDOVERS.c
    answering = (table.state == HandoverState.ACCEPTED) & (table.missed.is_(None) | (table.missed == "offer"))
    return (table.state == HandoverState.OFFERED, table.take_by), (answering, table.answer_by)


async def _save(tx: Transaction, record: HandoverRecord, values: dict[str, Any]) -> None:
    of_version = (HANDOVERS.c.handover_id == record.handover_id) & (HANDOVERS.c.version == record.version)
    done = await tx.execute(HANDOVERS.update().where(of_version).values(values))
    if done.rowcount != 1:
        raise Conflict("handover-changed", "Somebody changed this handover at the same moment. Please look again.")


async def _step(tx: Transaction, record: HandoverRecord, at: datetime, body: str, by: str | None) -> None:
    step = Step(record.handover_id, record.version, record.state, at, body, by, record.holder)
    await tx.add(STEPS, [{field.name: getattr(step, field.name) for field in fields(step)}])


async def heard_of(tx: Transaction, handover_id: str, other: str, *, is_ours: bool) -> HandoverRecord:
    """The handover that ``other`` speaks of. Raises TooEarly before it is known, NotFound for one of somebody else."""
    record = await find(tx, handover_id)
    if record is None:
        raise TooEarly(f"handover {handover_id} is not known yet")
    if record.other != other or record.is_ours is not is_ours:
        raise no_such_handover()
    return record
