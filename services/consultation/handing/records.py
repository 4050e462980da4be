"""Handings of briefs in the database. One changes here and nowhere else, and each change is a step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Executable, Row, func, select
from sqlalchemy.exc import IntegrityError

from services.consultation.domain.handings import HANDING, HandingMove, HandingState
from services.consultation.tables import BRIEF_HANDING_STEPS as STEPS
from services.consultation.tables import BRIEF_HANDINGS as HANDINGS
from services.consultation.tables import RECEIVED_NUMBERS
from shared.db.transaction import Transaction
from shared.errors import Conflict, NotFound, TooEarly


class Reads(Protocol):
    """Something that runs a SELECT: a transaction, or the reader."""

    async def all(self, statement: Executable) -> Sequence[Row[Any]]:
        """All rows."""

    async def one(self, statement: Executable) -> Row[Any] | None:
        """The only row."""


@dataclass(frozen=True, slots=True)
class HandingRecord:
    """A handing as it stands here: see :class:`services.consultation.rows.handings.BriefHanding`."""

    handing_id: str
    is_ours: bool
    other: str
    subject_id: str
    origin: str
    year: int
    number: int
    title: str
    text: str
    state: HandingState
    handed_at: datetime
    answer_by: datetime
    brief_id: str | None = None
    received_id: str | None = None
    is_overdue: bool = False
    owner: str | None = None
    received_year: int | None = None
    received_number: int | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class Done:
    """What one of the two bodies did, and wrote. ``move`` None: it was handed up; ``by``: an account of this body."""

    move: HandingMove | None
    at: datetime
    body: str
    by: str | None
    text: str | None = None


COLUMNS = [HANDINGS.c[field.name] for field in fields(HandingRecord)]
_DONE = [STEPS.c[field.name] for field in fields(Done)]


def record_of(row: Row[Any]) -> HandingRecord:
    """A row of the table as a record."""
    values = dict(row._mapping)
    return HandingRecord(**{**values, "state": HandingState(values["state"])})


async def get(reads: Reads, handing_id: str, *, is_ours: bool) -> HandingRecord:
    """One that this body handed up, or one that it received. Raises NotFound."""
    row = await reads.one(select(*COLUMNS).where(HANDINGS.c.handing_id == handing_id, HANDINGS.c.is_ours == is_ours))
    if row is None:
        raise no_such_handing()
    return record_of(row)


def no_such_handing() -> NotFound:
    """What is answered for an unknown one and for one that is not the reader's alike."""
    return NotFound("received-brief-not-found", "No such brief was received here.")


async def heard_of(tx: Transaction, handing_id: str, other: str, *, is_ours: bool) -> HandingRecord:
    """The handing that ``other`` speaks of. Raises TooEarly before it is known, NotFound for somebody else's."""
    row = await tx.one(select(*COLUMNS).where(HANDINGS.c.handing_id == handing_id).with_for_update())
    if row is None:
        raise TooEarly(f"the handing {handing_id} is not known yet")
    record = record_of(row)
    if record.other != other or record.is_ours is not is_ours:
        raise no_such_handing()
    return record


async def of_brief(reads: Reads, brief_id: str) -> list[HandingRecord]:
    """How often a brief of this body was handed up, in order."""
    return await _those(reads, HANDINGS.c.brief_id == brief_id)


async def of_received(reads: Reads, handing_id: str) -> list[HandingRecord]:
    """How often a received brief was handed on, in order."""
    return await _those(reads, HANDINGS.c.received_id == handing_id)


async def course_of(reads: Reads, handing_id: str) -> list[Done]:
    """What happened, in order."""
    statement = select(*_DONE).where(STEPS.c.handing_id == handing_id).order_by(STEPS.c.step)
    return [_done_of(row) for row in await reads.all(statement)]


async def add(tx: Transaction, record: HandingRecord, done: Done) -> None:
    """Write a new one. Raises Conflict where the brief is with the parent already."""
    try:
        await tx.add(HANDINGS, [{field.name: getattr(record, field.name) for field in fields(record)}])
    except IntegrityError as error:
        raise Conflict("brief-handed-up", "The brief is with the parent body.") from error
    await _write_down(tx, record, done)


async def move(tx: Transaction, record: HandingRecord, done: Done, **values: Any) -> HandingRecord:
    """Apply what was ``done``, with other new ``values``.

    Raises IllegalMove, or Conflict where somebody else was quicker.
    """
    assert done.move is not None
    state = HANDING.after(record.state, done.move)
    after = replace(record, state=state, version=record.version + 1, **values)
    await _save(tx, record, {"state": state.value, "version": after.version, **values})
    await _write_down(tx, after, done)
    return after


async def touch(tx: Transaction, record: HandingRecord, **values: Any) -> HandingRecord:
    """Give it new ``values`` in the state in which it is; not a step. Raises Conflict like :func:`move`."""
    await _save(tx, record, values)
    return replace(record, **values)


async def next_number(tx: Transaction, year: int) -> int:
    """The next number for a received brief, drawn like that of a brief of one's own (docs/decisions/0015)."""
    draw = tx.insert(RECEIVED_NUMBERS).values(year=year, last=1)
    following = draw.on_conflict_do_update(
        index_elements=["year"], set_={"last": RECEIVED_NUMBERS.c.last + 1}
    ).returning(RECEIVED_NUMBERS.c.last)
    return int(await tx.scalar(following))


async def late_ones(tx: Transaction, limit: int) -> list[HandingRecord]:
    """Those that are undecided past their date and of which nobody was told yet."""
    late = _waiting() & (HANDINGS.c.answer_by <= tx.now)
    return [record_of(row) for row in await tx.all(select(*COLUMNS).where(late).limit(limit).with_for_update())]


def next_due() -> Executable:
    """The query of when the next decision is due."""
    return select(func.min(HANDINGS.c.answer_by)).where(_waiting())


def _waiting() -> ColumnElement[bool]:
    return (HANDINGS.c.state == HandingState.UNDECIDED.value) & HANDINGS.c.is_overdue.is_(False)


async def _those(reads: Reads, wanted: ColumnElement[bool]) -> list[HandingRecord]:
    rows = await reads.all(select(*COLUMNS).where(wanted, HANDINGS.c.is_ours).order_by(HANDINGS.c.handed_at))
    return [record_of(row) for row in rows]


async def _save(tx: Transaction, record: HandingRecord, values: dict[str, Any]) -> None:
    of_version = (HANDINGS.c.handing_id == record.handing_id) & (HANDINGS.c.version == record.version)
    saved = await tx.execute(HANDINGS.update().where(of_version).values(values))
    if saved.rowcount != 1:
        raise Conflict("changed-meanwhile", "Somebody has changed this meanwhile: look again.")


async def _write_down(tx: Transaction, record: HandingRecord, done: Done) -> None:
    written = {field.name: getattr(done, field.name) for field in fields(done)}
    await tx.add(STEPS, [{"handing_id": record.handing_id, "step": record.version, **written}])


def _done_of(row: Row[Any]) -> Done:
    values = dict(row._mapping)
    return Done(**{**values, "move": HandingMove(values["move"]) if values["move"] else None})
