"""Deadlines begin, are met and fall away with what is done in a case: small calls for its use cases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import ColumnElement, bindparam, select

from services.consultation.deadlines import saying
from services.consultation.deadlines.calendar import present
from services.consultation.deadlines.reckoning import Length, reckon
from services.consultation.deadlines.record import COLUMNS, Deadline, deadline_of
from services.consultation.domain.cases import CaseState
from services.consultation.domain.deadlines import DEADLINE, OWED, DeadlineMove, DeadlineState
from services.consultation.tables import CASES, DEADLINES
from services.consultation.usecases.acting import Moment
from shared.contracts.words import DeadlineKind
from shared.db.transaction import Transaction
from shared.ids import derived_id

OF_THE_CASE: tuple[DeadlineKind, ...] = ("first-contact", "answer", "referral-reply")
"""Kinds that whoever has the case sees to; a commitment is its owner's."""


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed: of ``kind`` for ``subject``, by ``due_on``, or within ``days`` working days, or the body's term."""

    kind: DeadlineKind
    subject: str
    """The id of the referral or the commitment; of the case, its reference and the turn."""
    reference: str | None
    member: str | None
    department: str | None = None
    due_on: date | None = None
    days: int | None = None


async def day_due(tx: Transaction, moment: Moment, kind: DeadlineKind, days: int | None) -> date:
    """The day on which something of ``kind`` is due that starts now: in ``days`` working days, or the body's term."""
    time = await present(tx)
    term = time.terms[kind]
    return time.calendar.day_of(reckon(time.calendar, term, moment.at, Length(days=days or term.days)).due_at)


async def start(tx: Transaction, moment: Moment, *owed: Owed) -> bool:
    """Let time run for what is ``owed`` from ``moment`` on; what runs already goes on as it is, and gives True.

    What a paper record tells of with its time over long ago was either done then or not: no clock starts for it.
    """
    time = await present(tx)
    rows = []
    for each in owed:
        term = time.terms[each.kind]
        length = Length(due_on=each.due_on) if each.due_on else Length(days=each.days or term.days)
        ends = reckon(time.calendar, term, moment.at, length)
        if moment.on_paper and ends.due_at <= tx.now:
            continue
        deadline = Deadline(
            deadline_id=deadline_id(each.kind, each.subject),
            kind=each.kind,
            subject=each.subject,
            state=DeadlineState.RUNNING,
            reference=each.reference,
            member=each.member,
            department=each.department,
            started_at=moment.at,
            counted_from=moment.at,
            days=length.days,
            due_on=length.due_on,
            left_microseconds=None,
            due_at=ends.due_at,
            warn_at=ends.warn_at,
            escalate_at=ends.escalate_at,
            edition=time.edition,
            turn=0,
            warned_at=None,
            missed_at=None,
            escalated_at=None,
            ended_at=None,
        )
        rows.append(deadline.row())
    return bool(rows) and len(await tx.add_missing_and_say(DEADLINES, rows, "deadline_id")) < len(rows)


async def adopt(tx: Transaction) -> None:
    """Let time run from now on for the answers of cases that were in progress before any deadline was kept."""
    columns = CASES.c
    in_progress = (columns.state == CaseState.IN_PROGRESS.value) & columns.joined_to.is_(None)
    rows = await tx.all(select(columns.reference, columns.member).where(in_progress))
    moment = Moment(tx.now, False)
    await start(tx, moment, *(Owed("answer", row.reference, row.reference, row.member) for row in rows))


async def meet(
    tx: Transaction,
    moment: Moment,
    *kinds: DeadlineKind,
    reference: str | None = None,
    department: str | None = None,
    subject: str | None = None,
) -> None:
    """What was owed was done at ``moment``: for the case ``reference``, by a department, or for one ``subject``."""
    met = []
    for each in await _owed(tx, kinds, reference, department, subject):
        in_time = each.state is DeadlineState.PAUSED or moment.at <= each.due_at
        state = DEADLINE.after(each.state, DeadlineMove.MEET if in_time else DeadlineMove.MEET_LATE)
        ended = replace(each, state=state, ended_at=moment.at)
        if not in_time and each.missed_at is None:
            # It was done before the clock came round to say that it was late.
            ended = replace(ended, missed_at=each.due_at)
            saying.missed(tx, ended)
        if ended.missed_at is not None:
            saying.settled(tx, ended, moment.at)
        met.append(ended)
    await write(tx, met)


async def release(
    tx: Transaction,
    moment: Moment,
    *kinds: DeadlineKind,
    reference: str | None = None,
    department: str | None = None,
    subject: str | None = None,
) -> None:
    """Nobody owes it any longer."""
    owed = await _owed(tx, kinds, reference, department, subject)
    for each in owed:
        if each.missed_at is not None:
            saying.settled(tx, each, moment.at)
    moves = [(each, DEADLINE.after(each.state, DeadlineMove.RELEASE)) for each in owed]
    await write(tx, [replace(each, state=state, ended_at=moment.at) for each, state in moves])


async def hand_over(tx: Transaction, reference: str, member: str | None) -> None:
    """Another member has the case, and is the one who is warned from now on; None while nobody has it.

    The time runs on: the resident waits, whoever it is for.
    """
    columns = DEADLINES.c
    of_case = (columns.reference == reference) & columns.kind.in_(OF_THE_CASE) & columns.state.in_(_states(OWED))
    await tx.execute(DEADLINES.update().where(of_case).values(member=member))


async def write(tx: Transaction, deadlines: Sequence[Deadline]) -> None:
    """Write back what changed, in one call."""
    if deadlines:
        await tx.execute(_UPDATE, [{f"new_{name}": value for name, value in each.row().items()} for each in deadlines])


def deadline_id(kind: DeadlineKind, subject: str) -> str:
    """The id of the deadline of that kind for ``subject``."""
    return derived_id("deadline", kind, subject)


_CHANGING = ("state", "member", "counted_from", "left_microseconds", "due_at", "warn_at", "escalate_at", "next_at")
_STAMPS = ("edition", "turn", "warned_at", "missed_at", "escalated_at", "ended_at")
_UPDATE = (
    DEADLINES.update()
    .where(DEADLINES.c.deadline_id == bindparam("new_deadline_id"))
    .values({name: bindparam(f"new_{name}") for name in (*_CHANGING, *_STAMPS)})
)


async def _owed(
    tx: Transaction, kinds: Iterable[DeadlineKind], reference: str | None, department: str | None, subject: str | None
) -> list[Deadline]:
    columns = DEADLINES.c
    of: ColumnElement[bool] = columns.reference == reference
    if department is not None:
        of = of & (columns.department == department)
    if subject is not None:
        of = columns.deadline_id.in_([deadline_id(kind, subject) for kind in kinds])
    statement = select(*COLUMNS).where(of, columns.kind.in_(kinds), columns.state.in_(_states(OWED)))
    # In one order everywhere, so that two transactions never wait for each other.
    return [deadline_of(row) for row in await tx.all(statement.order_by(columns.deadline_id).with_for_update())]


def _states(states: Iterable[DeadlineState]) -> list[str]:
    return [state.value for state in states]
