"""What a member does about one issue."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select
from sqlalchemy.engine import Row

from services.consultation.domain import CaseMove, ReferralMove, ReferralState
from services.consultation.inputs import ClosingInput, NoteInput, ReferralInput, ReplyInput, VisitInput
from services.consultation.outputs import CaseClosed, Made, ReferralMade, State
from services.consultation.tables import REFERRALS
from services.consultation.usecases.acting import Actor
from services.consultation.usecases.casefile import take_case
from services.consultation.usecases.known import Named, require_known
from services.consultation.usecases.moves import referral_after
from shared.contracts import inner, report
from shared.db.transaction import Transaction
from shared.errors import Conflict, DomainError, NotFound
from shared.ids import derived_id, new_id


async def make_visit(tx: Transaction, actor: Actor, reference: str, visit: VisitInput) -> Made:
    """The member looked on site. Raises NotFound, Conflict ``not-accepted-yet``, DomainError on ``member``."""
    case = await take_case(tx, actor, reference)
    moment = actor.moment(tx.now, visit.recorded_at)
    member = actor.in_the_name_of(visit.member, case.member)
    case.move(CaseMove.WORK)
    await require_known(tx, Named(member=visit.member))
    visit_id = await case.enter("visit", moment, audience="resident", member=member)
    await case.note(visit.note, moment, member)
    tx.announce(
        inner.VisitMade(
            occurred_at=moment.at,
            on_paper=moment.on_paper,
            reference=case.reference,
            version_of_issue=case.next_version(),
        ),
        event_id=derived_id(visit_id, "made"),
    )
    await case.save()
    return Made(id=visit_id)


async def add_note(tx: Transaction, actor: Actor, reference: str, note: NoteInput) -> Made:
    """Something to remember, for staff only. Raises NotFound, Conflict."""
    case = await take_case(tx, actor, reference)
    case.move(CaseMove.NOTE)
    moment = actor.moment(tx.now, None)
    return Made(id=await case.enter("note", moment, audience="staff", member=actor.member, text=note.text))


async def refer(tx: Transaction, actor: Actor, reference: str, referral: ReferralInput) -> ReferralMade:
    """Refer the issue to a department. Raises NotFound, Conflict, DomainError on ``department`` or ``due_on``."""
    case = await take_case(tx, actor, reference)
    moment = actor.moment(tx.now, referral.recorded_at)
    case.move(CaseMove.WORK)
    await require_known(tx, Named(department=referral.department))
    earlier = await _referral(tx, case.reference, referral.department)
    if earlier is not None and earlier.state == ReferralState.OPEN:
        raise Conflict("already-referred", "The department was asked already and has not replied.", field="department")
    referral_id = new_id()
    await tx.execute(
        REFERRALS.insert(),
        {
            "referral_id": referral_id,
            "reference": case.reference,
            "department": referral.department,
            "state": ReferralState.OPEN.value,
            "due_on": referral.due_on,
            "made_at": moment.at,
            "on_paper": moment.on_paper,
        },
    )
    due = {"due_on": referral.due_on.isoformat()} if referral.due_on else {}
    await case.enter(
        "referral", moment, audience="resident", member=case.member, details={"department": referral.department, **due}
    )
    await case.note(referral.note, moment, actor.member)
    tx.announce(
        inner.ReferralMade(
            occurred_at=moment.at,
            on_paper=moment.on_paper,
            reference=case.reference,
            version_of_issue=case.next_version(),
            department=referral.department,
        ),
        event_id=derived_id(referral_id, "made"),
    )
    await case.save()
    return ReferralMade(id=referral_id, department=referral.department, due_on=referral.due_on)


async def hear_reply(tx: Transaction, actor: Actor, reference: str, department: str, reply: ReplyInput) -> State:
    """The department replied. Raises NotFound where it was never asked, Conflict where it has replied before."""
    case = await take_case(tx, actor, reference)
    moment = actor.moment(tx.now, reply.recorded_at)
    case.move(CaseMove.HEAR_REPLY)
    referral = await _referral(tx, case.reference, department)
    if referral is None:
        raise NotFound("referral-not-found", "The department was not asked about this issue.")
    state = referral_after(ReferralState(referral.state), ReferralMove.REPLY)
    await tx.execute(
        REFERRALS.update()
        .where(REFERRALS.c.referral_id == referral.referral_id)
        .values(state=state.value, replied_at=moment.at)
    )
    await case.enter("reply", moment, audience="resident", details={"department": department})
    await case.note(reply.text, moment, actor.member)
    tx.announce(
        inner.ReferralReplied(
            occurred_at=moment.at,
            on_paper=moment.on_paper,
            reference=case.reference,
            version_of_issue=case.next_version(),
            department=department,
        ),
        event_id=derived_id(referral.referral_id, "replied"),
    )
    await case.save()
    return State(id=referral.referral_id, state=state.value)


async def close_case(tx: Transaction, actor: Actor, reference: str, closing: ClosingInput) -> CaseClosed:
    """Close with an outcome and what the resident is told; a referral still unanswered is marked, not in the way.

    Raises NotFound, Conflict, and DomainError on ``answer`` where there is none and no paper record stands for it.
    """
    case = await take_case(tx, actor, reference)
    moment = actor.moment(tx.now, closing.recorded_at)
    member = actor.in_the_name_of(closing.member, case.member)
    if closing.answer is None and not moment.on_paper:
        raise DomainError("answer-missing", "The resident needs an answer before the case is closed.", field="answer")
    case.move(CaseMove.CLOSE)
    await require_known(tx, Named(member=closing.member))
    unanswered = await tx.scalar(
        select(func.count()).where(
            REFERRALS.c.reference == case.reference, REFERRALS.c.state == ReferralState.OPEN.value
        )
    )
    details = {"outcome": closing.outcome, "unanswered_referrals": int(unanswered)}
    await case.enter("closed", moment, audience="resident", member=member, text=closing.answer, details=details)
    version = case.next_version()
    tx.announce(
        inner.IssueClosed(
            occurred_at=moment.at,
            on_paper=moment.on_paper,
            reference=case.reference,
            version_of_issue=version,
            outcome=closing.outcome,
            member=member,
        ),
        event_id=derived_id(case.reference, "closed", version),
    )
    tx.announce(
        report.IssueClosed(
            occurred_at=moment.at,
            on_paper=moment.on_paper,
            reference=case.reference,
            step=version,
            outcome=closing.outcome,
        ),
        event_id=derived_id(case.reference, "closed", version, "report"),
    )
    await case.save(outcome=closing.outcome, answer=closing.answer, closed_at=moment.at)
    return CaseClosed(reference=case.reference, state=case.state.value, outcome=closing.outcome, closed_at=moment.at)


async def _referral(tx: Transaction, reference: str, department: str) -> Row[Any] | None:
    """The referral of the issue to the department: the open one, of which there is at most one, before replied ones."""
    return await tx.one(
        select(REFERRALS)
        .where(REFERRALS.c.reference == reference, REFERRALS.c.department == department)
        .order_by((REFERRALS.c.state != ReferralState.OPEN.value), REFERRALS.c.made_at.desc())
        .limit(1)
    )
