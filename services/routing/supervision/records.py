"""Supervisions in the database. One changes here and nowhere else, and each change is a step with what was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, and_, func, or_, select
from sqlalchemy.exc import IntegrityError

from services.routing.domain.supervision import PENDING, SUPERVISION, SupervisionMove, SupervisionState
from services.routing.queries import PAGE, iso, place_of
from services.routing.roster.reads import Reads
from services.routing.tables import SUPERVISION_STEPS as STEPS
from services.routing.tables import SUPERVISIONS
from shared.contracts.words import DeadlineKind
from shared.db.transaction import Transaction
from shared.errors import Conflict, NotFound, TooEarly
from shared.web.paging import encode_cursor


@dataclass(frozen=True, slots=True)
class SupervisionRecord:
    """A supervision as it stands here. ``is_ours``: this body presses ``other``; else the other way round."""

    supervision_id: str
    is_ours: bool
    other: str
    reference: str
    kind: DeadlineKind
    late_since: datetime
    state: SupervisionState
    opened_at: datetime
    answer_by: datetime
    is_overdue: bool = False
    owner: str | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Done:
    """What one of the two bodies did, and wrote. ``move`` None: it opened the supervision; ``by``: of this body."""

    move: SupervisionMove | None
    at: datetime
    body: str
    by: str | None
    text: str | None = None


@dataclass(frozen=True, slots=True)
class SupervisionPage:
    """Some supervisions, and the cursor of those after them."""

    items: Sequence[SupervisionRecord]
    next: str | None


COLUMNS = [SUPERVISIONS.c[field.name] for field in fields(SupervisionRecord)]
_DONE = [STEPS.c[field.name] for field in fields(Done)]


def record_of(row: Row[Any]) -> SupervisionRecord:
    """A row of the table as a record."""
    values = dict(row._mapping)
    return SupervisionRecord(**{**values, "state": SupervisionState(values["state"])})


async def find(reads: Reads, supervision_id: str) -> SupervisionRecord | None:
    """A supervision by its id, or None."""
    row = await reads.one(select(*COLUMNS).where(SUPERVISIONS.c.supervision_id == supervision_id))
    return record_of(row) if row else None


async def get(reads: Reads, supervision_id: str) -> SupervisionRecord:
    """The same. Raises NotFound."""
    found = await find(reads, supervision_id)
    if found is None:
        raise no_such_supervision()
    return found


def no_such_supervision() -> NotFound:
    """What is answered for an unknown supervision and for one that is not the reader's alike."""
    return NotFound("supervision-not-found", "There is no such supervision here.", field="supervision_id")


async def heard_of(tx: Transaction, supervision_id: str, other: str, *, is_ours: bool) -> SupervisionRecord:
    """The supervision that ``other`` speaks of. Raises TooEarly before it is known, NotFound for somebody else's."""
    record = await find(tx, supervision_id)
    if record is None:
        raise TooEarly(f"supervision {supervision_id} is not known yet")
    if record.other != other or record.is_ours is not is_ours:
        raise no_such_supervision()
    return record


async def of_issue(reads: Reads, reference: str) -> list[SupervisionRecord]:
    """All supervisions of a case that this body took part in, in order."""
    statement = select(*COLUMNS).where(SUPERVISIONS.c.reference == reference).order_by(SUPERVISIONS.c.opened_at)
    return [record_of(row) for row in await reads.all(statement)]


async def course_of(reads: Reads, supervision_id: str) -> list[Done]:
    """What happened, in order."""
    statement = select(*_DONE).where(STEPS.c.supervision_id == supervision_id).order_by(STEPS.c.number)
    return [_done_of(row) for row in await reads.all(statement)]


async def page(reads: Reads, *, is_ours: bool, state: SupervisionState | None, cursor: str | None) -> SupervisionPage:
    """Supervisions of one direction, the newest first. Raises DomainError on ``cursor``."""
    at, last = SUPERVISIONS.c.opened_at, SUPERVISIONS.c.supervision_id
    statement = select(*COLUMNS).where(SUPERVISIONS.c.is_ours == is_ours)
    if state is not None:
        statement = statement.where(SUPERVISIONS.c.state == state)
    if cursor:
        moment, seen = place_of(cursor)
        statement = statement.where(or_(at < moment, and_(at == moment, last < seen)))
    items = [record_of(row) for row in await reads.all(statement.order_by(at.desc(), last.desc()).limit(PAGE))]
    full = len(items) == PAGE
    return SupervisionPage(items, encode_cursor(iso(items[-1].opened_at), items[-1].supervision_id) if full else None)


async def add(tx: Transaction, record: SupervisionRecord, done: Done) -> None:
    """Write a new one. Raises Conflict where this body presses for the case already."""
    table = SUPERVISIONS.c
    pending = (table.other == record.other) & (table.reference == record.reference) & table.state.in_(PENDING)
    if record.is_ours and await tx.one(select(table.supervision_id).where(table.is_ours, pending).limit(1)):
        raise already_pressed_for()
    try:
        await tx.add(SUPERVISIONS, [{field.name: getattr(record, field.name) for field in fields(record)}])
    except IntegrityError as error:
        raise already_pressed_for() from error
    await _write_down(tx, record, done)


def already_pressed_for() -> Conflict:
    """The refusal to press for one case twice at a time."""
    return Conflict("already-supervised", "This case is under supervision already.", field="reference")


async def move(tx: Transaction, record: SupervisionRecord, done: Done, **values: Any) -> SupervisionRecord:
    """Apply what was ``done``, with other new ``values``.

    Raises IllegalMove, or Conflict where somebody else was quicker.
    """
    assert done.move is not None
    state = SUPERVISION.after(record.state, done.move)
    after = replace(record, state=state, version=record.version + 1, **values)
    await _save(tx, record, {"state": state, "version": after.version, **values})
    await _write_down(tx, after, done)
    return after


async def touch(tx: Transaction, record: SupervisionRecord, **values: Any) -> SupervisionRecord:
    """Give it new ``values`` in the state in which it is; not a step. Raises Conflict like :func:`move`."""
    await _save(tx, record, values)
    return replace(record, **values)


async def erase(tx: Transaction, reference: str) -> None:
    """Let go of everything that was written about a case."""
    of_issue = select(SUPERVISIONS.c.supervision_id).where(SUPERVISIONS.c.reference == reference)
    await tx.execute(STEPS.update().where(STEPS.c.supervision_id.in_(of_issue)).values(text=None))


async def late_ones(tx: Transaction, limit: int) -> list[SupervisionRecord]:
    """Those whose answer is overdue and of which nobody was told yet."""
    late = _waiting() & (SUPERVISIONS.c.answer_by <= tx.now)
    return [record_of(row) for row in await tx.all(select(*COLUMNS).where(late).limit(limit).with_for_update())]


async def next_due(reads: Reads) -> datetime | None:
    """When the next answer is due."""
    found: datetime | None = await reads.scalar(select(func.min(SUPERVISIONS.c.answer_by)).where(_waiting()))
    return found


def _waiting() -> Any:
    return (SUPERVISIONS.c.state == SupervisionState.OPEN) & SUPERVISIONS.c.is_overdue.is_(False)


async def _save(tx: Transaction, record: SupervisionRecord, values: dict[str, Any]) -> None:
    table = SUPERVISIONS.c
    of_version = (table.supervision_id == record.supervision_id) & (table.version == record.version)
    saved = await tx.execute(SUPERVISIONS.update().where(of_version).values(values))
    if saved.rowcount != 1:
        raise Conflict(
            "supervision-changed", "Somebody changed this supervision at the same moment. Please look again."
        )


async def _write_down(tx: Transaction, record: SupervisionRecord, done: Done) -> None:
    step = {field.name: getattr(done, field.name) for field in fields(done)}
    await tx.add(STEPS, [{"supervision_id": record.supervision_id, "number": record.version, **step}])


def _done_of(row: Row[Any]) -> Done:
    values = dict(row._mapping)
    return Done(**{**values, "move": SupervisionMove(values["move"]) if values["move"] else None})
