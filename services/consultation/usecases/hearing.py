"""What the neighbours' events do to a case.

Events of one issue carry the count of their publisher: a late older one changes nothing, an early one waits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import select

from services.consultation.deadlines import keeping as deadlines
from services.consultation.deadlines.keeping import Owed
from services.consultation.domain import CaseMove, CaseState
from services.consultation.tables import CASES, ENTRIES, HEARD_ISSUES, PHOTOS, REFERRALS, SURVEYS
from services.consultation.usecases import joining
from services.consultation.usecases.acting import RESIDENT, Moment
from services.consultation.usecases.casefile import CaseFile, entry, find_case
from services.consultation.usecases.referrals import end_links_of_case
from shared.contracts import inner
from shared.db.transaction import Transaction
from shared.errors import TooEarly
from shared.messaging.handlers import Received

Publisher = Literal["routing", "intake"]

KNOWN_AT_FIRST: dict[Publisher, int] = {"routing": 0, "intake": 1}
"""Intake's first event of an issue, its submission, is not for us; it is told again when the issue is assigned."""


async def hear_assigned(tx: Transaction, received: Sequence[Received[inner.IssueAssigned]]) -> None:
    """A member was given the order. First assignments, which nearly all are, cost one statement per table."""
    references = {each.event.reference for each in received}
    heard = {
        row.reference
        for row in await tx.all(select(HEARD_ISSUES.c.reference).where(HEARD_ISSUES.c.reference.in_(references)))
    }
    first: list[inner.IssueAssigned] = []
    others: list[inner.IssueAssigned] = []
    for each in received:
        is_first = each.event.version_of_issue == 1 and each.event.reference not in heard
        (first if is_first else others).append(each.event)
    if first:
        await tx.add(HEARD_ISSUES, [_heard(event.reference) for event in first])
        await tx.add(CASES, [_case(event, CaseState.ASSIGNED) for event in first])
        await tx.add(ENTRIES, [_assignment(event) for event in first])
    for event in others:
        await _assign(tx, event)


async def hear_accepted(tx: Transaction, received: Received[inner.IssueAccepted]) -> None:
    """The member took the order: the work may begin."""
    event = received.event
    case = await _routed(tx, event)
    if case is not None:
        case.move(CaseMove.ACCEPT)
        case.member = event.member
        await case.enter("accepted", _moment(event), audience="resident", member=event.member)
        await case.save(accepted_at=event.occurred_at)
        contact = Owed("first-contact", event.reference, event.reference, event.member)
        answer = Owed("answer", event.reference, event.reference, event.member)
        if await deadlines.start(tx, _moment(event), contact, answer):
            # Taken over from a colleague, what is owed is owed by the same day.
            await deadlines.hand_over(tx, event.reference, event.member)


async def hear_declined(tx: Transaction, received: Received[inner.IssueDeclined]) -> None:
    """The member gave the order back."""
    await _returned(tx, received.event, CaseMove.DECLINE, "declined", received.event.member)


async def hear_timed_out(tx: Transaction, received: Received[inner.AssignmentTimedOut]) -> None:
    """The member did not answer in time."""
    await _returned(tx, received.event, CaseMove.TIME_OUT, "timed-out", received.event.member)


async def hear_returned(tx: Transaction, received: Received[inner.IssueReturned]) -> None:
    """The member, before or after taking the order, says that another body must have it."""
    event = received.event
    await _returned(
        tx, event, CaseMove.RETURN, "returned", event.member, details={"proposed_owner": event.proposed_owner}
    )


async def hear_unroutable(tx: Transaction, received: Received[inner.IssueUnroutable]) -> None:
    """It lies with the dispatcher: nothing for us but the count, so that the next assignment is in order."""
    await is_next(tx, received.event, "routing")


async def hear_withdrawn(tx: Transaction, received: Received[inner.IssueWithdrawn]) -> None:
    """The resident took the issue back, perhaps before anybody was given it."""
    event = received.event
    if not await is_next(tx, event, "intake"):
        return
    of_issue = HEARD_ISSUES.c.reference == event.reference
    await tx.execute(HEARD_ISSUES.update().where(of_issue).values(is_withdrawn=True, joined_to=None))
    case = await find_case(tx, event.reference)
    if case is not None:
        case.move(CaseMove.WITHDRAW)
        await case.enter("withdrawn", _moment(event), audience="resident", author=RESIDENT)
        await case.save(joined_to=None)
        await end_links_of_case(tx, event.reference)
        await deadlines.release(tx, _moment(event), *deadlines.OF_THE_CASE, reference=event.reference)


async def hear_reopened(tx: Transaction, received: Received[inner.IssueReopened]) -> None:
    """The resident says that it is not solved: the same member goes on, and the first answer stays on the thread."""
    event = received.event
    case = await find_case(tx, event.reference) if await is_next(tx, event, "intake") else None
    if case is not None:
        case.move(CaseMove.REOPEN)
        await case.enter("reopened", _moment(event), audience="resident", author=RESIDENT)
        nothing = dict.fromkeys(("outcome", "quality", "competent", "answer", "closed_at", "rating"))
        await case.save(**nothing, word="disputed")
        again = f"{event.reference}/{event.version_of_issue}"
        await deadlines.start(tx, _moment(event), Owed("answer", again, event.reference, case.member))


async def hear_feedback(tx: Transaction, received: Received[inner.FeedbackGiven]) -> None:
    """The resident rated the outcome."""
    event = received.event
    case = await find_case(tx, event.reference) if await is_next(tx, event, "intake") else None
    if case is not None:
        details = {"rating": event.rating}
        await case.enter("rated", _moment(event), audience="resident", author=RESIDENT, details=details)
        await case.save(rating=event.rating, **({"word": event.word} if event.word else {}))
    await joining.word_of_another(tx, event.joined_to, "rated", _moment(event), {"rating": event.rating})


async def hear_erased(tx: Transaction, received: Received[inner.RecordErased]) -> None:
    """The resident had the record erased: what was written about it goes too, the facts and their dates stay."""
    reference = received.event.reference
    await tx.execute(ENTRIES.update().where(ENTRIES.c.reference == reference).values(text=None))
    await tx.execute(SURVEYS.update().where(SURVEYS.c.reference == reference).values(findings=None))
    await tx.execute(CASES.update().where(CASES.c.reference == reference).values(answer=None))
    await tx.execute(REFERRALS.update().where(REFERRALS.c.reference == reference).values(request=None))
    await tx.execute(PHOTOS.delete().where(PHOTOS.c.reference == reference))
    case = await find_case(tx, reference)
    if case is not None:
        await case.enter("erased", _moment(received.event), audience="resident", author=RESIDENT)


async def is_next(tx: Transaction, event: inner.IssueEvent, publisher: Publisher) -> bool:
    """Whether the event is the next of its publisher, which is noted; False for a late one. Raises TooEarly."""
    row = await tx.one(select(HEARD_ISSUES).where(HEARD_ISSUES.c.reference == event.reference).with_for_update())
    column = f"{publisher}_version"
    known = row._mapping[column] if row else KNOWN_AT_FIRST[publisher]
    if event.version_of_issue <= known:
        return False
    if event.version_of_issue > known + 1:
        raise TooEarly(f"{event.reference}: {publisher} is known up to {known}, this is {event.version_of_issue}")
    values = _heard(event.reference, routing=0) | {column: event.version_of_issue}
    heard = tx.insert(HEARD_ISSUES).values(values)
    await tx.execute(heard.on_conflict_do_update(index_elements=["reference"], set_={column: event.version_of_issue}))
    return True


_OVER = (CaseState.CLOSED, CaseState.WITHDRAWN)


async def _routed(tx: Transaction, event: inner.IssueEvent) -> CaseFile | None:
    """The case that the next event of routing changes; None where it is late, or the case is over meanwhile."""
    if not await is_next(tx, event, "routing"):
        return None
    case = await find_case(tx, event.reference)
    return None if case is None or case.state in _OVER else case


async def _assign(tx: Transaction, event: inner.IssueAssigned) -> None:
    if not await is_next(tx, event, "routing"):
        return
    case = await find_case(tx, event.reference)
    if case is None:
        withdrawn = select(HEARD_ISSUES.c.is_withdrawn).where(HEARD_ISSUES.c.reference == event.reference)
        state = CaseState.WITHDRAWN if await tx.scalar(withdrawn) else CaseState.ASSIGNED
        joined_to = await joining.carrier_of(tx, event.reference)
        await tx.execute(CASES.insert(), _case(event, state) | {"joined_to": joined_to})
        await tx.execute(ENTRIES.insert(), _assignment(event))
    elif case.state is CaseState.CLOSED:
        # Closed while it was being handed over; should it be reopened, it is the new member's.
        case.member = event.member
        await case.save(station=event.station)
    elif case.state is not CaseState.WITHDRAWN:
        case.move(CaseMove.ASSIGN)
        case.member = event.member
        await tx.execute(ENTRIES.insert(), _assignment(event))
        await case.save(station=event.station, answer_by=event.answer_by, accepted_at=None)


async def _returned(
    tx: Transaction,
    event: inner.IssueEvent,
    move: CaseMove,
    kind: str,
    member: str,
    details: dict[str, Any] | None = None,
) -> None:
    case = await _routed(tx, event)
    if case is not None:
        case.move(move)
        await case.enter(kind, _moment(event), audience="staff", member=member, details=details)
        await case.save()
        await deadlines.hand_over(tx, event.reference, None)


def _moment(event: inner.InnerEvent) -> Moment:
    return Moment(event.occurred_at, event.on_paper)


def _heard(reference: str, routing: int = 1) -> dict[str, object]:
    return {
        "reference": reference,
        "routing_version": routing,
        "intake_version": KNOWN_AT_FIRST["intake"],
        "is_withdrawn": False,
    }


def _case(event: inner.IssueAssigned, state: CaseState) -> dict[str, object]:
    return {
        "reference": event.reference,
        "state": state.value,
        "member": event.member,
        "station": event.station,
        "community": event.community,
        "category": event.category,
        "channel": event.channel,
        "language": event.language,
        "submitted_at": event.submitted_at,
        "answer_by": event.answer_by,
        "step": 0,
        "version": 0,
    }


def _assignment(event: inner.IssueAssigned) -> dict[str, object]:
    details = {"attempt": event.attempt}
    return entry(event.reference, "assigned", _moment(event), audience="staff", member=event.member, details=details)
