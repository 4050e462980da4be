"""A case is closed with an outcome, what the resident is told, and a grade."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from services.consultation.deadlines import keeping as deadlines
from services.consultation.domain import (
    UNANSWERED,
    CaseMove,
    CommitmentState,
    Outcome,
    Quality,
    admits,
    default_quality,
)
from services.consultation.inputs import ClosingInput
from services.consultation.outputs import CaseClosed
from services.consultation.tables import COMMITMENT_ISSUES, COMMITMENTS, REFERRALS
from services.consultation.usecases.acting import Actor, Moment
from services.consultation.usecases.casefile import CaseFile, take_case
from services.consultation.usecases.known import Named, require_known
from shared.contracts import inner, report
from shared.contracts import words as said
from shared.db.transaction import Transaction
from shared.errors import DomainError
from shared.ids import derived_id

WORDS: dict[Outcome, said.Outcome] = {
    Outcome.SOLVED: "solved",
    Outcome.ANSWERED: "answered",
    # Beside it the event says ``planned``, so that who knows no plans counts an answer, as before.
    Outcome.PLANNED: "answered",
    Outcome.REFERRED_UP: "referred-up",
    Outcome.NOT_OURS: "not-ours",
}


async def close_case(tx: Transaction, actor: Actor, reference: str, closing: ClosingInput) -> CaseClosed:
    """Close with an outcome and what the resident is told; a referral still unanswered is marked, not in the way.

    Raises NotFound; Conflict, also where the case was changed since it was read; DomainError on ``answer`` or
    ``competent`` where they are missing (a paper record may be bare), on ``outcome`` for a plan that no open
    commitment stands for, on ``quality`` for a grade that the outcome does not admit.
    """
    case = await take_case(tx, actor, reference)
    moment = actor.moment(tx.now, closing.recorded_at)
    member = actor.in_the_name_of(closing.member, case.member)
    outcome = Outcome(closing.outcome)
    quality = _graded(outcome, closing.quality)
    _require_told(outcome, closing, moment)
    case.expect(closing.version)
    case.move(CaseMove.CLOSE)
    await require_known(tx, Named(member=closing.member))
    if outcome is Outcome.PLANNED:
        await _require_commitment(case)
    await case.enter(
        "closed",
        moment,
        audience="resident",
        member=member,
        text=closing.answer,
        details=await _details(case, outcome, quality),
    )
    _announce(tx, case, moment, member, outcome, quality)
    await deadlines.meet(tx, moment, "first-contact", "answer", reference=case.reference)
    await case.save(
        outcome=outcome.value,
        quality=quality,
        competent=closing.competent if outcome is Outcome.NOT_OURS else None,
        answer=closing.answer,
        closed_at=moment.at,
        word=None,
    )
    return CaseClosed(
        reference=case.reference,
        state=case.state.value,
        outcome=outcome.value,
        quality=quality,
        closed_at=moment.at,
    )


def _graded(outcome: Outcome, given: said.Quality | None) -> said.Quality | None:
    if given is None:
        quality = default_quality(outcome)
        return quality.value if quality else None
    if not admits(outcome, Quality(given)):
        raise DomainError("quality-not-of-outcome", "This outcome does not admit this grade.", field="quality")
    return given


def _require_told(outcome: Outcome, closing: ClosingInput, moment: Moment) -> None:
    if moment.on_paper:
        return
    if closing.answer is None:
        raise DomainError("answer-missing", "The resident needs an answer before the case is closed.", field="answer")
    if outcome is Outcome.NOT_OURS and closing.competent is None:
        raise DomainError(
            "competent-missing", "Say who is competent: the resident needs to know where to go.", field="competent"
        )


async def _require_commitment(case: CaseFile) -> None:
    promised = (
        select(COMMITMENTS.c.commitment_id)
        .join(COMMITMENT_ISSUES, COMMITMENT_ISSUES.c.commitment_id == COMMITMENTS.c.commitment_id)
        .where(COMMITMENT_ISSUES.c.reference == case.reference, COMMITMENTS.c.state == CommitmentState.OPEN.value)
        .limit(1)
    )
    if await case.tx.scalar(promised) is None:
        raise DomainError(
            "commitment-missing",
            "A plan needs its commitment: write down who does what by when before the case is closed as planned.",
            field="outcome",
        )


async def _details(case: CaseFile, outcome: Outcome, quality: said.Quality | None) -> dict[str, Any]:
    unanswered = await case.tx.scalar(
        select(func.count()).where(REFERRALS.c.reference == case.reference, REFERRALS.c.state.in_(UNANSWERED))
    )
    return {"outcome": outcome.value, "quality": quality, "unanswered_referrals": int(unanswered)}


def _announce(
    tx: Transaction, case: CaseFile, moment: Moment, member: str, outcome: Outcome, quality: said.Quality | None
) -> None:
    version = case.next_version()
    tx.announce(
        inner.IssueClosed(
            occurred_at=moment.at,
            on_paper=moment.on_paper,
            reference=case.reference,
            version_of_issue=version,
            outcome=WORDS[outcome],
            member=member,
            planned=outcome is Outcome.PLANNED,
            quality=quality,
        ),
        event_id=derived_id(case.reference, "closed", version),
    )
    tx.announce(
        report.IssueClosed(
            occurred_at=moment.at,
            on_paper=moment.on_paper,
            reference=case.reference,
            step=version,
            outcome=WORDS[outcome],
            planned=outcome is Outcome.PLANNED,
            quality=quality,
        ),
        event_id=derived_id(case.reference, "closed", version, "report"),
    )
