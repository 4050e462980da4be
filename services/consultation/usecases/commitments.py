"""Commitments are followed until they are kept, or dropped with a reason (协商成果转化落实闭环).

They outlive the consultation they were made in, and the case.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.engine import Row

from services.consultation.consulting import (
    CommitmentInput,
    DroppingInput,
    KeepingInput,
    OwnCommitmentInput,
    ProgressInput,
)
from services.consultation.deadlines import keeping as deadlines
from services.consultation.deadlines.keeping import Owed
from services.consultation.domain import CaseMove, CommitmentMove, CommitmentState
from services.consultation.outputs import Made, State
from services.consultation.registers import CommitmentMade
from services.consultation.tables import COMMITMENT_ISSUES, COMMITMENTS, PROGRESS
from services.consultation.usecases.acting import Actor, Moment
from services.consultation.usecases.casefile import CaseFile, take_case, worked_on_by
from services.consultation.usecases.consulted import cases_of, concerning
from services.consultation.usecases.known import Named, require_known
from services.consultation.usecases.moves import commitment_after
from shared.clock import local_date
from shared.contracts import inner, report
from shared.db.transaction import Transaction
from shared.errors import DomainError, NotFound
from shared.ids import derived_id, new_id


class Commitments:
    """The verbs of a commitment at a body whose days begin in ``zone`` (IANA name)."""

    def __init__(self, zone: str) -> None:
        self._zone = zone

    async def undertake(
        self,
        tx: Transaction,
        given: Sequence[CommitmentInput],
        moment: Moment,
        *,
        cases: Sequence[CaseFile],
        consultation_id: str,
    ) -> list[CommitmentMade]:
        """Make the commitments of a consultation for the issues it was about; the caller saves the ``cases``.

        Raises DomainError with the field of a commitment (``commitments[1].due_on``) that cannot be.
        """
        made = [
            CommitmentMade(
                id=derived_id(consultation_id, "commitment", place), by=_owner(each, place), due_on=each.due_on
            )
            for place, each in enumerate(given)
        ]
        for place, (each, commitment) in enumerate(zip(given, made, strict=True)):
            await self._make(tx, each, commitment, moment, cases, consultation_id, f"commitments[{place}].")
            tx.announce(
                report.CommitmentMade(
                    occurred_at=moment.at,
                    on_paper=moment.on_paper,
                    commitment_id=commitment.id,
                    consultation_id=consultation_id,
                    due_on=commitment.due_on,
                ),
                event_id=derived_id(commitment.id, "made"),
            )
        return made

    async def promise(self, tx: Transaction, actor: Actor, reference: str, given: OwnCommitmentInput) -> CommitmentMade:
        """Make a commitment for a case at once, without a consultation.

        Raises NotFound, Conflict where the case is not in progress, DomainError with the field that cannot be.
        """
        case = await take_case(tx, actor, reference)
        moment = actor.moment(tx.now, given.recorded_at)
        case.move(CaseMove.WORK)
        commitment = CommitmentMade(id=new_id(), by=_owner(given), due_on=given.due_on)
        await self._make(tx, given, commitment, moment, [case], None, "")
        tx.announce(
            report.CommitmentMadeV2(
                occurred_at=moment.at,
                on_paper=moment.on_paper,
                commitment_id=commitment.id,
                consultation_id=None,
                due_on=commitment.due_on,
            ),
            event_id=derived_id(commitment.id, "made"),
        )
        await case.save()
        return commitment

    async def report(self, tx: Transaction, actor: Actor, commitment_id: str, progress: ProgressInput) -> Made:
        """Say how far it has come. Raises NotFound, Conflict ``commitment-settled``."""
        row = await _take(tx, actor, commitment_id)
        moment = actor.moment(tx.now, progress.recorded_at)
        commitment_after(CommitmentState(row.state), CommitmentMove.REPORT)
        progress_id = new_id()
        await tx.execute(
            PROGRESS.insert(),
            {
                "progress_id": progress_id,
                "commitment_id": commitment_id,
                "at": moment.at,
                "by": actor.author.code or "",
                "audience": progress.audience,
                "text": progress.text,
                "on_paper": moment.on_paper,
            },
        )
        return Made(id=progress_id)

    async def keep(self, tx: Transaction, actor: Actor, commitment_id: str, keeping: KeepingInput) -> State:
        """It was done as promised. Raises NotFound, Conflict ``commitment-settled``."""
        row = await _take(tx, actor, commitment_id)
        moment = actor.moment(tx.now, keeping.recorded_at)
        state = commitment_after(CommitmentState(row.state), CommitmentMove.KEEP)
        kept = report.CommitmentKept(occurred_at=moment.at, on_paper=moment.on_paper, commitment_id=commitment_id)
        tx.announce(kept, event_id=derived_id(commitment_id, "kept"))
        return await _settle(tx, actor, row, state, moment, evidence=keeping.evidence)

    async def drop(self, tx: Transaction, actor: Actor, commitment_id: str, dropping: DroppingInput) -> State:
        """It will not be done, and here is why. Raises NotFound, Conflict ``commitment-settled``."""
        row = await _take(tx, actor, commitment_id)
        moment = actor.moment(tx.now, dropping.recorded_at)
        state = commitment_after(CommitmentState(row.state), CommitmentMove.DROP)
        dropped = report.CommitmentDropped(occurred_at=moment.at, on_paper=moment.on_paper, commitment_id=commitment_id)
        tx.announce(dropped, event_id=derived_id(commitment_id, "dropped"))
        return await _settle(tx, actor, row, state, moment, reason=dropping.reason)

    async def _make(
        self,
        tx: Transaction,
        given: CommitmentInput,
        commitment: CommitmentMade,
        moment: Moment,
        cases: Sequence[CaseFile],
        consultation_id: str | None,
        place: str,
    ) -> None:
        if given.due_on < local_date(moment.at, self._zone):
            raise DomainError(
                "due-before-made", "The day must not lie before the commitment itself.", field=f"{place}due_on"
            )
        await _require_owner(tx, given, place)
        await tx.execute(
            COMMITMENTS.insert(),
            {
                "commitment_id": commitment.id,
                "consultation_id": consultation_id,
                "state": CommitmentState.OPEN.value,
                "by": commitment.by,
                "member": given.member,
                "department": given.department,
                "what": given.what,
                "due_on": given.due_on,
                "made_at": moment.at,
                "on_paper": moment.on_paper,
            },
        )
        await deadlines.start(tx, moment, _promised(commitment, given, cases))
        if cases:
            links = [{"commitment_id": commitment.id, "reference": case.reference} for case in cases]
            await tx.execute(COMMITMENT_ISSUES.insert(), links)
        for case in cases:
            await case.enter("commitment-made", moment, audience="resident", details={"commitment_id": commitment.id})
            tx.announce(
                inner.CommitmentMade(
                    occurred_at=moment.at,
                    on_paper=moment.on_paper,
                    reference=case.reference,
                    version_of_issue=case.next_version(),
                    commitment_id=commitment.id,
                ),
                event_id=derived_id(commitment.id, "made", case.reference),
            )


def _promised(commitment: CommitmentMade, given: CommitmentInput, cases: Sequence[CaseFile]) -> Owed:
    """What is owed by it: seen to by its owner, or by the member of the case where that is somebody else."""
    case = cases[0] if len(cases) == 1 else None
    return Owed(
        "commitment",
        commitment.id,
        case.reference if case else None,
        given.member or (case.member if case else None),
        department=given.department,
        due_on=commitment.due_on,
    )


def following(member: str | None) -> ColumnElement[bool]:
    """The condition that a commitment is ``member``'s own, or of a consultation or case that concerns ``member``."""
    columns = COMMITMENTS.c
    of_issues = select(COMMITMENT_ISSUES.c.commitment_id).where(worked_on_by(COMMITMENT_ISSUES.c.reference, member))
    return or_(
        columns.member == member,
        concerning(columns.consultation_id, member),
        columns.commitment_id.in_(of_issues),
    )


def _owner(given: CommitmentInput, place: int | None = None) -> str:
    """Who undertakes it, as it is read. Raises DomainError on ``by`` where nobody is named."""
    owner = given.by or given.member or given.department
    if owner is None:
        field = "by" if place is None else f"commitments[{place}].by"
        raise DomainError("owner-missing", "Say who undertakes it.", field=field)
    return owner


async def _require_owner(tx: Transaction, given: CommitmentInput, place: str) -> None:
    try:
        await require_known(tx, Named(member=given.member, department=given.department))
    except DomainError as refusal:
        refusal.field = f"{place}{refusal.field}"
        raise


async def _take(tx: Transaction, actor: Actor, commitment_id: str) -> Row[Any]:
    statement = select(COMMITMENTS).where(COMMITMENTS.c.commitment_id == commitment_id)
    if not actor.is_officer:
        statement = statement.where(following(actor.member))
    row = await tx.one(statement.with_for_update())
    if row is None:
        raise NotFound("commitment-not-found", "There is no such commitment.")
    return row


async def _settle(
    tx: Transaction, actor: Actor, row: Row[Any], state: CommitmentState, moment: Moment, **words: str | None
) -> State:
    await tx.execute(
        COMMITMENTS.update()
        .where(COMMITMENTS.c.commitment_id == row.commitment_id)
        .values(state=state.value, settled_at=moment.at, **words)
    )
    ended = deadlines.meet if state is CommitmentState.KEPT else deadlines.release
    await ended(tx, moment, "commitment", subject=row.commitment_id)
    of_it = COMMITMENT_ISSUES.c.commitment_id == row.commitment_id
    references = [each[0] for each in await tx.all(select(COMMITMENT_ISSUES.c.reference).where(of_it))]
    for case in await cases_of(tx, actor, references):
        await case.enter(
            f"commitment-{state.value}", moment, audience="resident", details={"commitment_id": row.commitment_id}
        )
        tx.announce(
            inner.CommitmentSettled(
                occurred_at=moment.at,
                on_paper=moment.on_paper,
                reference=case.reference,
                version_of_issue=case.next_version(),
                commitment_id=row.commitment_id,
                kept=state is CommitmentState.KEPT,
            ),
            event_id=derived_id(row.commitment_id, "settled", case.reference),
        )
        await case.save()
    return State(id=row.commitment_id, state=state.value)
