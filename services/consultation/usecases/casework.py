"""What the members of a case do about it: speak with the resident, look on site, write down, ask a colleague in."""

from __future__ import annotations

from sqlalchemy import select

from services.consultation.deadlines import keeping as deadlines
from services.consultation.domain import CaseMove
from services.consultation.inputs import Audience, ContactInput, InvitationInput, NoteInput, VisitInput
from services.consultation.outputs import Made
from services.consultation.tables import CASE_MEMBERS
from services.consultation.usecases.acting import Actor
from services.consultation.usecases.casefile import CaseFile, take_case
from services.consultation.usecases.known import Named, require_known
from shared.contracts import inner
from shared.db.transaction import Transaction
from shared.errors import Conflict, Forbidden
from shared.ids import derived_id

MOST_MEMBERS = 20
"""Members invited to one case: more of them are a consultation."""


async def make_contact(tx: Transaction, actor: Actor, reference: str, contact: ContactInput) -> Made:
    """The resident was spoken with. Raises NotFound, Conflict ``not-accepted-yet``, DomainError on ``member``."""
    case = await take_case(tx, actor, reference)
    moment = actor.moment(tx.now, contact.recorded_at)
    member = actor.in_the_name_of(contact.member, case.member)
    may_address(actor, contact.audience)
    case.move(CaseMove.WORK)
    await require_known(tx, Named(member=contact.member))
    details = {"means": contact.means}
    contact_id = await case.record(
        "contact", moment, member=member, text=contact.text, audience=contact.audience, details=details
    )
    await deadlines.meet(tx, moment, "first-contact", reference=case.reference)
    return Made(id=contact_id)


async def make_visit(tx: Transaction, actor: Actor, reference: str, visit: VisitInput) -> Made:
    """The member looked on site. Raises NotFound, Conflict ``not-accepted-yet``, DomainError on ``member``."""
    case = await take_case(tx, actor, reference)
    moment = actor.moment(tx.now, visit.recorded_at)
    member = actor.in_the_name_of(visit.member, case.member)
    may_address(actor, visit.audience)
    case.move(CaseMove.WORK)
    await require_known(tx, Named(member=visit.member))
    visit_id = await case.record("visit", moment, member=member, text=visit.note, audience=visit.audience)
    await deadlines.meet(tx, moment, "first-contact", reference=case.reference)
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
    """Something to remember, or to let the resident know. Raises NotFound, Conflict, Forbidden on ``audience``."""
    case = await take_case(tx, actor, reference)
    may_address(actor, note.audience)
    case.move(CaseMove.NOTE)
    moment = actor.moment(tx.now, None)
    return Made(id=await case.enter("note", moment, audience=note.audience, member=actor.member, text=note.text))


async def invite_member(tx: Transaction, actor: Actor, reference: str, invitation: InvitationInput) -> Made:
    """A further member works on the case from now on, and need not accept it first.

    Raises NotFound; Conflict where that member is on the case already; DomainError on ``member``.
    """
    case = await take_case(tx, actor, reference)
    case.move(CaseMove.WORK)
    await require_known(tx, Named(member=invitation.member))
    joined = await _joined(case)
    if invitation.member == case.member or invitation.member in joined:
        raise Conflict("already-on-case", "This member works on the case already.", field="member")
    if len(joined) >= MOST_MEMBERS:
        raise Conflict(
            "too-many-members", "A case has at most {most} further members.", field="member", most=MOST_MEMBERS
        )
    moment = actor.moment(tx.now, None)
    invited = {
        "reference": case.reference,
        "member": invitation.member,
        "invited_at": moment.at,
        "invited_by": actor.account,
    }
    await tx.execute(CASE_MEMBERS.insert(), invited)
    entry_id = await case.enter("invited", moment, audience="staff", member=invitation.member)
    tx.announce(
        inner.MemberInvited(occurred_at=moment.at, reference=case.reference, member=invitation.member),
        event_id=derived_id(entry_id, "invited"),
    )
    await case.save()
    return Made(id=entry_id)


def may_address(actor: Actor, audience: Audience) -> None:
    """Raises Forbidden where a member would write what only the office may read, the member not among them."""
    if audience == "office" and not actor.sees_all:
        raise Forbidden("office-only", "Only staff of the body write what only staff may read.", field="audience")


async def _joined(case: CaseFile) -> set[str]:
    members = select(CASE_MEMBERS.c.member).where(CASE_MEMBERS.c.reference == case.reference)
    return {row.member for row in await case.tx.all(members)}
