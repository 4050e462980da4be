"""Referrals (转办): a department is asked, reminded (催办), pressed for its reply (督办), and answers (答复)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Row

from services.consultation.deadlines import keeping as deadlines
from services.consultation.deadlines.departments import days_to_reply
from services.consultation.deadlines.keeping import Owed
from services.consultation.domain import REFERRAL, CaseMove, ReferralMove, ReferralState
from services.consultation.inputs import ReferralInput, ReminderInput, ReplyInput, SupervisionInput
from services.consultation.outputs import ReferralMade, State
from services.consultation.reply_links import ReplyLinks, unknown_link
from services.consultation.tables import REFERRALS, REPLY_LINKS
from services.consultation.usecases.acting import Actor, Author, Moment
from services.consultation.usecases.casefile import CaseFile, find_case, take_case
from services.consultation.usecases.casework import may_address
from services.consultation.usecases.known import Named, require_known
from services.consultation.usecases.moves import referral_after
from shared.contracts import inner
from shared.db.transaction import Transaction
from shared.errors import Conflict, DomainError, Forbidden, NotFound
from shared.ids import derived_id, hash_of, new_id

_RENEWED = "/"
"""Parts a referral from the new day that supervision set, in the subject of its deadline."""
LINK_LIVES = timedelta(days=30)
"""How long a department may reply by a link: from the day the reply is due, or from the letter where none is set."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """A referral in hand, locked, with the case it belongs to."""

    case: CaseFile
    row: Row[Any]

    def after(self, move: ReferralMove) -> str:
        """The referral's state after ``move``. Raises Conflict."""
        return referral_after(ReferralState(self.row.state), move).value

    async def save(self, **changes: Any) -> None:
        """Write ``changes`` of columns."""
        mine = REFERRALS.c.referral_id == self.row.referral_id
        await self.case.tx.execute(REFERRALS.update().where(mine).values(changes))


class Referrals:
    """The verbs of a referral; letters to departments carry links that ``links`` signs."""

    def __init__(self, links: ReplyLinks) -> None:
        self._links = links

    async def refer(self, tx: Transaction, actor: Actor, reference: str, referral: ReferralInput) -> ReferralMade:
        """Refer the issue to a department. Raises NotFound, Conflict, DomainError on ``department`` or ``due_on``."""
        case = await take_case(tx, actor, reference)
        moment = actor.moment(tx.now, referral.recorded_at)
        case.move(CaseMove.WORK)
        await require_known(tx, Named(department=referral.department))
        _require_ahead(referral.due_on, moment)
        earlier = await _latest(tx, case.reference, referral.department)
        if earlier is not None and earlier.state != ReferralState.REPLIED:
            raise Conflict(
                "already-referred", "The department was asked already and has not replied.", field="department"
            )
        referral_id = new_id()
        days = await days_to_reply(tx, referral.department)
        due_on = referral.due_on
        if due_on is None and not moment.on_paper:
            due_on = await deadlines.day_due(tx, moment, "referral-reply", days)
        await tx.execute(
            REFERRALS.insert(),
            {
                "referral_id": referral_id,
                "reference": case.reference,
                "department": referral.department,
                "state": ReferralState.MADE.value,
                "request": referral.request,
                "due_on": due_on,
                "made_at": moment.at,
                "on_paper": moment.on_paper,
            },
        )
        due = {"due_on": due_on.isoformat()} if due_on else {}
        details = {"department": referral.department, "referral_id": referral_id, **due}
        await case.enter("referral", moment, audience="resident", member=actor.member or case.member, details=details)
        await case.note(referral.note, moment, actor.member)
        if not moment.on_paper:
            await self._give_link(tx, referral_id, due_on)
        tx.announce(
            inner.ReferralMade(
                occurred_at=moment.at,
                on_paper=moment.on_paper,
                reference=case.reference,
                version_of_issue=case.next_version(),
                department=referral.department,
                referral_id=referral_id,
                due_on=due_on,
            ),
            event_id=derived_id(referral_id, "made"),
        )
        await case.save()
        await deadlines.start(tx, moment, _owed(case, referral_id, referral.department, referral.due_on, days))
        return ReferralMade(id=referral_id, department=referral.department, due_on=due_on)

    async def remind(
        self, tx: Transaction, actor: Actor, reference: str, department: str, reminder: ReminderInput
    ) -> State:
        """Ask the department again. Raises NotFound, Conflict where it has replied."""
        asked = await _take(tx, actor, reference, department)
        moment = actor.moment(tx.now, reminder.recorded_at)
        asked.case.move(CaseMove.PRESS)
        state = asked.after(ReferralMove.REMIND)
        await asked.save(state=state, reminded_at=moment.at)
        return await self._pressed(asked, "reminder", state, moment, actor, reminder.text, asked.row.due_on)

    async def supervise(
        self, tx: Transaction, actor: Actor, reference: str, department: str, supervision: SupervisionInput
    ) -> State:
        """The body presses for the reply; only its officers do.

        Raises NotFound, Forbidden, DomainError on ``due_on``; Conflict where it has replied, or was neither reminded
        nor is late.
        """
        if not actor.is_officer:
            raise Forbidden("supervision-needs-officer", "Only an officer of the body supervises a department.")
        asked = await _take(tx, actor, reference, department)
        moment = actor.moment(tx.now, supervision.recorded_at)
        asked.case.move(CaseMove.PRESS)
        state = asked.after(ReferralMove.SUPERVISE)
        _require_ahead(supervision.due_on, moment)
        due_on = supervision.due_on or asked.row.due_on
        await asked.save(state=state, supervised_at=moment.at, due_on=due_on)
        if supervision.due_on is not None:
            department_only = {"reference": asked.case.reference, "department": department}
            await deadlines.release(tx, moment, "referral-reply", **department_only)
            renewed = f"{asked.row.referral_id}{_RENEWED}{supervision.due_on}"
            await deadlines.start(tx, moment, _owed(asked.case, renewed, department, supervision.due_on))
        return await self._pressed(asked, "supervision", state, moment, actor, supervision.text, due_on)

    async def hear_reply(
        self, tx: Transaction, actor: Actor, reference: str, department: str, reply: ReplyInput
    ) -> State:
        """Write down what the department replied. Raises NotFound where it was never asked, Conflict where it has."""
        asked = await _take(tx, actor, reference, department)
        may_address(actor, reply.audience)
        return await _replied(asked, actor.moment(tx.now, reply.recorded_at), actor.author, reply)

    async def reply_by_link(self, tx: Transaction, token: str, reply: ReplyInput) -> State:
        """The department itself replies, once. Raises NotFound for no link of ours, Conflict for one used or over."""
        found = _by_token(self._links, token)
        link = await tx.one(found)
        asked = await _asked(tx, link.referral_id) if link is not None else None
        if asked is None:
            raise unknown_link()
        # Read again now that the case is locked: the same link may have been used in between.
        require_good(await tx.one(found), asked.row.state, tx.now)
        author = Author("department", asked.row.department)
        return await _replied(asked, Moment(tx.now, False), author, ReplyInput(text=reply.text))

    async def revoke_links(self, tx: Transaction, actor: Actor, reference: str, department: str) -> State:
        """No link given out so far is good any more. Raises NotFound, Conflict where it was replied to."""
        asked = await _take(tx, actor, reference, department)
        asked.after(ReferralMove.REPLY)
        await _end_links(tx, asked.row.referral_id, revoked_at=tx.now)
        moment = actor.moment(tx.now, None)
        await asked.case.enter("link-revoked", moment, audience="staff", details=_named(asked.row))
        return State(id=asked.row.referral_id, state=asked.row.state)

    async def _pressed(
        self,
        asked: _Asked,
        kind: str,
        state: str,
        moment: Moment,
        actor: Actor,
        text: str | None,
        due_on: date | None,
    ) -> State:
        case, row = asked.case, asked.row
        due = {"due_on": due_on.isoformat()} if due_on else {}
        entry_id = await case.enter(kind, moment, audience="staff", text=text, details={**_named(row), **due})
        if not moment.on_paper:
            await self._give_link(case.tx, row.referral_id, due_on)
        case.tx.announce(
            inner.ReferralPressed(
                occurred_at=moment.at,
                on_paper=moment.on_paper,
                reference=case.reference,
                department=row.department,
                referral_id=row.referral_id,
                supervised=kind == "supervision",
                due_on=due_on,
            ),
            event_id=derived_id(entry_id, "pressed"),
        )
        return State(id=row.referral_id, state=state)

    async def _give_link(self, tx: Transaction, referral_id: str, due_on: date | None) -> None:
        """A link for the letter that follows; earlier ones stay good, since any of the letters may be at hand."""
        begins = tx.now
        if due_on is not None:
            begins = max(begins, datetime.combine(due_on, begins.timetz()))
        link_id, expires_at = new_id(), (begins + LINK_LIVES).replace(microsecond=0)
        await tx.execute(
            REPLY_LINKS.insert(),
            {
                "link_id": link_id,
                "referral_id": referral_id,
                "token_hash": hash_of(self._links.token(link_id, expires_at)),
                "made_at": tx.now,
                "expires_at": expires_at,
            },
        )


def referral_of(subject: str) -> str:
    """The id of the referral that a deadline's ``subject`` is about."""
    return subject.partition(_RENEWED)[0]


def _owed(case: CaseFile, subject: str, department: str, due_on: date | None, days: int | None = None) -> Owed:
    who = (case.reference, case.member, department)
    return Owed("referral-reply", subject, *who, due_on=due_on, days=days)


async def fall_due(tx: Transaction, referral_id: str) -> bool:
    """The day by which a reply was asked for is over; False where the department replied, or there is none such."""
    asked = await _asked(tx, referral_id)
    if asked is None or not REFERRAL.allows(ReferralState(asked.row.state), ReferralMove.FALL_DUE):
        return False
    await asked.save(state=asked.after(ReferralMove.FALL_DUE))
    await asked.case.enter("overdue", Moment(tx.now, False), audience="staff", details=_named(asked.row))
    return True


async def end_links_of_case(tx: Transaction, reference: str) -> None:
    """The resident took the issue back: departments that were asked need not reply, and cannot by their links."""
    mine = REPLY_LINKS.c.referral_id.in_(select(REFERRALS.c.referral_id).where(REFERRALS.c.reference == reference))
    still_good = mine & REPLY_LINKS.c.used_at.is_(None) & REPLY_LINKS.c.revoked_at.is_(None)
    await tx.execute(REPLY_LINKS.update().where(still_good).values(revoked_at=tx.now))


def require_good(link: Any, referral_state: str, now: datetime) -> None:
    """Raises Conflict that says why a link opens nothing any more."""
    if link.used_at is not None or referral_state == ReferralState.REPLIED:
        raise Conflict("reply-link-used", "This link has been used: the reply has arrived, and thank you for it.")
    if link.revoked_at is not None:
        raise Conflict("reply-link-revoked", "This link was withdrawn by the body that sent it. Please ask there.")
    if link.expires_at <= now:
        raise Conflict("reply-link-expired", "This link is too old. Please ask the body that sent it for a new one.")


def _by_token(links: ReplyLinks, token: str) -> Any:
    """The link of a token, if it was signed here and its hash is on record. Raises NotFound."""
    mine = (REPLY_LINKS.c.link_id == links.link_of(token)) & (REPLY_LINKS.c.token_hash == hash_of(token))
    return select(REPLY_LINKS).where(mine)


def _require_ahead(due_on: date | None, moment: Moment) -> None:
    # One day's grace: a date has no zone, and here none is known.
    if due_on is not None and due_on < moment.at.date() and not moment.on_paper:
        raise DomainError("due-in-past", "This day is over already.", field="due_on")


def _named(row: Row[Any]) -> dict[str, str]:
    return {"department": row.department, "referral_id": row.referral_id}


async def _asked(tx: Transaction, referral_id: str) -> _Asked | None:
    """A referral by its id. The case is locked before the referral is read, as everywhere, so that nobody waits
    for each other."""
    found = select(REFERRALS).where(REFERRALS.c.referral_id == referral_id)
    row = await tx.one(found)
    case = await find_case(tx, row.reference) if row is not None else None
    row = await tx.one(found)
    return _Asked(case, row) if case is not None and row is not None else None


async def _take(tx: Transaction, actor: Actor, reference: str, department: str) -> _Asked:
    """The referral of the case to the department. Raises NotFound."""
    case = await take_case(tx, actor, reference)
    row = await _latest(tx, case.reference, department)
    if row is None:
        raise NotFound("referral-not-found", "The department was not asked about this issue.")
    return _Asked(case, row)


async def _latest(tx: Transaction, reference: str, department: str) -> Row[Any] | None:
    """The referral of the issue to the department: the one awaited, at most one at a time, before replied ones."""
    return await tx.one(
        select(REFERRALS)
        .where(REFERRALS.c.reference == reference, REFERRALS.c.department == department)
        .order_by((REFERRALS.c.state == ReferralState.REPLIED.value), REFERRALS.c.made_at.desc())
        .limit(1)
    )


async def _replied(asked: _Asked, moment: Moment, author: Author, reply: ReplyInput) -> State:
    case, row, tx = asked.case, asked.row, asked.case.tx
    case.move(CaseMove.HEAR_REPLY)
    state = asked.after(ReferralMove.REPLY)
    await asked.save(state=state, replied_at=moment.at)
    await _end_links(tx, row.referral_id, used_at=tx.now)
    await deadlines.meet(tx, moment, "referral-reply", reference=case.reference, department=row.department)
    case.author = author
    await case.record("reply", moment, member=None, text=reply.text, audience=reply.audience, details=_named(row))
    tx.announce(
        inner.ReferralReplied(
            occurred_at=moment.at,
            on_paper=moment.on_paper,
            reference=case.reference,
            version_of_issue=case.next_version(),
            department=row.department,
            referral_id=row.referral_id,
        ),
        event_id=derived_id(row.referral_id, "replied"),
    )
    await case.save()
    return State(id=row.referral_id, state=state)


async def _end_links(tx: Transaction, referral_id: str, **values: datetime) -> None:
    links = REPLY_LINKS.c
    still_good = (links.referral_id == referral_id) & links.used_at.is_(None) & links.revoked_at.is_(None)
    await tx.execute(REPLY_LINKS.update().where(still_good).values(values))
