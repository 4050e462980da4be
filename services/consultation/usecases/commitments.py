"""Commitments are followed until they are kept, or dropped with a reason (协商成果转化落实闭环)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.engine import Row

from services.consultation.domain import CommitmentMove, CommitmentState
from services.consultation.inputs import DroppingInput, KeepingInput
from services.consultation.outputs import State
from services.consultation.tables import CASES, COMMITMENTS, CONSULTATION_LINKS
from services.consultation.usecases.acting import Actor, Moment
from services.consultation.usecases.casefile import find_case
from services.consultation.usecases.moves import commitment_after
from shared.contracts import inner, report
from shared.db.transaction import Transaction
from shared.errors import NotFound
from shared.ids import derived_id


async def keep_commitment(tx: Transaction, actor: Actor, commitment_id: str, keeping: KeepingInput) -> State:
    """It was done as promised. Raises NotFound, Conflict ``commitment-settled``."""
    row = await _take(tx, actor, commitment_id)
    moment = actor.moment(tx.now, keeping.recorded_at)
    state = commitment_after(CommitmentState(row.state), CommitmentMove.KEEP)
    kept = report.CommitmentKept(occurred_at=moment.at, on_paper=moment.on_paper, commitment_id=commitment_id)
    tx.announce(kept, event_id=derived_id(commitment_id, "kept"))
    return await _settle(tx, row, state, moment, evidence=keeping.evidence)


async def drop_commitment(tx: Transaction, actor: Actor, commitment_id: str, dropping: DroppingInput) -> State:
    """It will not be done, and here is why. Raises NotFound, Conflict ``commitment-settled``."""
    row = await _take(tx, actor, commitment_id)
    moment = actor.moment(tx.now, dropping.recorded_at)
    state = commitment_after(CommitmentState(row.state), CommitmentMove.DROP)
    dropped = report.CommitmentDropped(occurred_at=moment.at, on_paper=moment.on_paper, commitment_id=commitment_id)
    tx.announce(dropped, event_id=derived_id(commitment_id, "dropped"))
    return await _settle(tx, row, state, moment, reason=dropping.reason)


def concerning(consultation_id: ColumnElement[str], member: str | None) -> ColumnElement[bool]:
    """The condition that ``member`` takes part in the consultation, or has one of its issues."""
    own_cases = select(CASES.c.reference).where(CASES.c.member == member)
    links = CONSULTATION_LINKS.c
    return consultation_id.in_(
        select(links.consultation_id).where(
            or_(
                (links.kind == "member") & (links.code == member),
                (links.kind == "issue") & links.code.in_(own_cases),
            )
        )
    )


async def _take(tx: Transaction, actor: Actor, commitment_id: str) -> Row[Any]:
    statement = select(COMMITMENTS).where(COMMITMENTS.c.commitment_id == commitment_id)
    if not actor.is_officer:
        statement = statement.where(concerning(COMMITMENTS.c.consultation_id, actor.member))
    row = await tx.one(statement.with_for_update())
    if row is None:
        raise NotFound("commitment-not-found", "There is no such commitment.")
    return row


async def _settle(tx: Transaction, row: Row[Any], state: CommitmentState, moment: Moment, **words: str | None) -> State:
    await tx.execute(
        COMMITMENTS.update()
        .where(COMMITMENTS.c.commitment_id == row.commitment_id)
        .values(state=state.value, settled_at=moment.at, **words)
    )
    references = await tx.all(
        select(CONSULTATION_LINKS.c.code)
        .where(CONSULTATION_LINKS.c.consultation_id == row.consultation_id, CONSULTATION_LINKS.c.kind == "issue")
        .order_by(CONSULTATION_LINKS.c.code)
    )
    for (reference,) in references:
        case = await find_case(tx, reference)
        if case is None:
            continue
        await case.enter(
            f"commitment-{state.value}", moment, audience="resident", details={"commitment_id": row.commitment_id}
        )
        tx.announce(
            inner.CommitmentSettled(
                occurred_at=moment.at,
                on_paper=moment.on_paper,
                reference=reference,
                version_of_issue=case.next_version(),
                commitment_id=row.commitment_id,
                kept=state is CommitmentState.KEPT,
            ),
            event_id=derived_id(row.commitment_id, "settled", reference),
        )
        await case.save()
    return State(id=row.commitment_id, state=state.value)
