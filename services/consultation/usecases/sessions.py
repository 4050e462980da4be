"""Consultations as they take place: held, contributed to in writing, minuted, closed with what was agreed."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Row

from services.consultation.consulting import AgreementInput, ContributionInput, HoldingInput, MinutesInput
from services.consultation.domain import ConsultationMove, ConsultationState, may_write
from services.consultation.five_ones.marking import something_counts
from services.consultation.outputs import Made, State
from services.consultation.registers import ConsultationClosed
from services.consultation.tables import CONTRIBUTIONS
from services.consultation.usecases.acting import Actor, Moment
from services.consultation.usecases.commitments import Commitments
from services.consultation.usecases.consultations import require_surveys
from services.consultation.usecases.consulted import Links, cases_of, change, on_thread, take
from services.consultation.usecases.moves import consultation_after
from shared.contracts import inner, report
from shared.db.transaction import Transaction
from shared.errors import Conflict, DomainError, Forbidden
from shared.ids import derived_id, new_id


class Sessions:
    """The verbs of a consultation from its day on, at a body whose days begin in ``zone`` (IANA name)."""

    def __init__(self, zone: str, commitments: Commitments) -> None:
        self._zone = zone
        self._commitments = commitments

    async def contribute(
        self, tx: Transaction, actor: Actor, consultation_id: str, contribution: ContributionInput
    ) -> Made:
        """Take part in writing. Raises NotFound, Forbidden for who was not invited, Conflict ``contributions-closed``.

        An officer enters what came on paper in the name of the ``member``, who must be one of those invited.
        """
        row, links = await take(tx, actor, consultation_id)
        moment = actor.moment(tx.now, contribution.recorded_at)
        member = actor.in_the_name_of(contribution.member, otherwise="")
        if not member:
            raise DomainError("member-missing", "Say which member wrote this.", field="member")
        if member not in links.members:
            raise Forbidden("not-invited", "Only members who are invited take part in writing.", field="member")
        state = ConsultationState(row.state)
        consultation_after(state, ConsultationMove.CONTRIBUTE)
        if not may_write(state, row.contributions_until, moment.at):
            raise Conflict("contributions-closed", "The time for contributions in writing is over.", field="text")
        written = {
            "contribution_id": new_id(),
            "consultation_id": consultation_id,
            "member": member,
            "text": contribution.text,
            "written_at": moment.at,
            "on_paper": moment.on_paper,
        }
        await tx.execute(CONTRIBUTIONS.insert(), written)
        return Made(id=str(written["contribution_id"]))

    async def hold(self, tx: Transaction, actor: Actor, consultation_id: str, holding: HoldingInput) -> State:
        """It took place. Raises NotFound, Conflict, and DomainError on ``surveys`` for a day before them."""
        row, links = await take(tx, actor, consultation_id)
        moment = actor.moment(tx.now, holding.recorded_at)
        state = consultation_after(ConsultationState(row.state), ConsultationMove.HOLD)
        if links.surveys or row.relaxation_id is None:
            await require_surveys(tx, links.surveys, moment.at, self._zone)
        residents = row.residents if holding.residents is None else holding.residents
        await tx.execute(change(consultation_id, state=state.value, held_at=moment.at, residents=residents))
        for case in await cases_of(tx, actor, links.issues):
            await on_thread(case, "consultation-held", moment, consultation_id)
            version = case.next_version()
            tx.announce(
                inner.ConsultationHeld(
                    occurred_at=moment.at,
                    on_paper=moment.on_paper,
                    reference=case.reference,
                    version_of_issue=version,
                    consultation_id=consultation_id,
                ),
                event_id=derived_id(consultation_id, "held", case.reference),
            )
            await case.save()
        of_it = CONTRIBUTIONS.c.consultation_id == consultation_id
        writers = await tx.scalar(select(func.count(CONTRIBUTIONS.c.member.distinct())).where(of_it))
        await something_counts(tx, moment.at)
        held = _held(row, links, moment, residents=residents, contributions=int(writers))
        tx.announce(held, event_id=derived_id(consultation_id, "held"))
        return State(id=consultation_id, state=state.value)

    async def minute(self, tx: Transaction, actor: Actor, consultation_id: str, minutes: MinutesInput) -> State:
        """Write down what was said; the last version stands once it is closed. Raises NotFound, Conflict."""
        row, _ = await take(tx, actor, consultation_id)
        state = consultation_after(ConsultationState(row.state), ConsultationMove.MINUTE)
        await tx.execute(change(consultation_id, state=state.value, minutes=minutes.minutes))
        return State(id=consultation_id, state=state.value)

    async def close(
        self, tx: Transaction, actor: Actor, consultation_id: str, agreement: AgreementInput
    ) -> ConsultationClosed:
        """Close with what was agreed. The commitments live on until kept or dropped.

        Raises NotFound, Conflict, and DomainError on ``agreed`` where nothing came of it (a paper record may be bare),
        or with the field of a commitment that cannot be.
        """
        row, links = await take(tx, actor, consultation_id)
        moment = actor.moment(tx.now, agreement.recorded_at)
        state = consultation_after(ConsultationState(row.state), ConsultationMove.CLOSE)
        if not (agreement.agreed or agreement.commitments or moment.on_paper):
            raise DomainError("outcome-missing", "A consultation is closed with what was agreed.", field="agreed")
        minutes = agreement.minutes or row.minutes
        closed = {"closed_at": moment.at, "agreed": agreement.agreed, "minutes": minutes}
        await tx.execute(change(consultation_id, state=state.value, **closed))
        cases = await cases_of(tx, actor, links.issues)
        made = await self._commitments.undertake(
            tx, agreement.commitments, moment, cases=cases, consultation_id=consultation_id
        )
        for case in cases:
            await case.save()
        return ConsultationClosed(id=consultation_id, commitments=made)


def _held(
    row: Row[Any], links: Links, moment: Moment, *, residents: int, contributions: int
) -> report.ConsultationHeld:
    return report.ConsultationHeld(
        occurred_at=moment.at,
        on_paper=moment.on_paper,
        consultation_id=row.consultation_id,
        station=row.station,
        place=row.place,
        gathering=row.gathering,
        setting=row.setting,
        members=len(links.members),
        residents=residents,
        departments=len(links.departments),
        issues=len(links.issues),
        surveys=len(links.surveys),
        contributions=contributions,
    )
