"""The body that is asked: takes an issue of another body or returns it, works on it, and answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

from services.routing import orders
from services.routing.domain.handover import CHOSEN, HandoverMove, HandoverState
from services.routing.domain.order import OrderState
from services.routing.handover import records
from services.routing.handover.parties import Correspondence, Neighbours
from services.routing.handover.records import HandoverRecord
from shared.contracts import handover as said
from shared.contracts import inner
from shared.contracts.words import Outcome
from shared.db.transaction import Transaction
from shared.errors import Conflict, DomainError
from shared.ids import derived_id
from shared.messaging.handlers import Received

E = TypeVar("E", bound=said.HandoverEvent)

FIRST_OF_INTAKE = 1
"""Intake counts the submission of an issue as its first change; of one that was taken, routing speaks in its stead."""


@dataclass(frozen=True, slots=True)
class GivenBack:
    """Why it is not for this body, and whose it is instead, if that is known."""

    reason: str
    proposed_owner: str | None
    by: str


class Taking:
    """What other bodies hand to one body."""

    def __init__(self, neighbours: Neighbours, correspondence: Correspondence) -> None:
        self._neighbours = neighbours
        self._correspondence = correspondence

    async def accept(self, tx: Transaction, handover_id: str, by: str) -> HandoverRecord:
        """Take it: it becomes an order here, which the rule gives to a member as it does any other.

        Raises NotFound, and Conflict where it is not offered any more or its date has passed, or where the body has
        an issue of its own under this reference.
        """
        record = await self._offered(tx, handover_id, HandoverMove.ACCEPT)
        order = await orders.find(tx, record.reference)
        if order is not None and (order.handed_by != record.other or order.state is not OrderState.CLOSED):
            raise Conflict("reference-taken", "This body has an issue under this reference already: return it instead.")
        record = await self._made(tx, record, HandoverMove.ACCEPT, by, owner=by)
        self._correspondence.tell(tx, record, said.IssueAccepted)
        taken = inner.HandoverTaken(occurred_at=tx.now, reference=record.reference, handed_by=record.other)
        tx.announce(taken, event_id=derived_id(self._neighbours.body, "handover-taken", handover_id))
        if order is None:
            tx.announce(_submitted(tx, record), event_id=derived_id(self._neighbours.body, "handed", handover_id))
        else:
            again = inner.IssueReopened(
                occurred_at=tx.now, reference=record.reference, version_of_issue=order.intake_version + 1
            )
            tx.announce(again, event_id=derived_id(self._neighbours.body, "handed", handover_id))
        return record

    async def give_back(self, tx: Transaction, handover_id: str, given: GivenBack) -> HandoverRecord:
        """Return it. Raises NotFound, Conflict; DomainError on ``proposed_owner`` where this body is proposed."""
        if given.proposed_owner == self._neighbours.body:
            raise DomainError("own-body", "This is the body that has it now.", field="proposed_owner")
        record = await self._offered(tx, handover_id, HandoverMove.RETURN)
        record = await self._made(
            tx, record, HandoverMove.RETURN, given.by, reason=given.reason, proposed_owner=given.proposed_owner
        )
        self._correspondence.tell(
            tx, record, said.IssueReturned, text=given.reason, proposed_owner=given.proposed_owner
        )
        return record

    async def answer(
        self, tx: Transaction, handover_id: str, text: str, outcome: Outcome, by: str, member: str | None
    ) -> HandoverRecord:
        """Say what came of it. ``member``: who answers, where it is not the office.

        Raises NotFound, also for a member who does not have the order; Conflict where it is not being worked on.
        """
        record = await self._theirs(tx, handover_id)
        if member is not None:
            order = await orders.find(tx, record.reference)
            if order is None or order.member != member:
                raise records.no_such_handover()
        _expect(record, HandoverMove.ANSWER)
        record = await self._made(tx, record, HandoverMove.ANSWER, by, answer=text, outcome=outcome)
        self._correspondence.tell(tx, record, said.IssueAnswered, text=text, outcome=outcome)
        return record

    async def offered(self, tx: Transaction, received: Received[said.IssueOffered]) -> None:
        """Another body asks. Raises DomainError for what is not meant for this one."""
        event, other = received.event, self._neighbours.speaker(received.address)
        if event.to != self._neighbours.body:
            raise DomainError("not-for-us", "This event is for another body.")
        record = HandoverRecord(
            handover_id=event.handover_id,
            is_ours=False,
            way=event.way,
            other=other,
            reference=event.reference,
            state=HandoverState.OFFERED,
            text=event.text,
            community=event.community,
            category=event.category,
            language=event.language,
            submitted_at=event.submitted_at,
            offered_at=event.occurred_at,
            take_by=event.take_by,
            answer_by=event.answer_by,
        )
        await records.add(tx, record, event.occurred_at, other)

    async def withdrawn(self, tx: Transaction, received: Received[said.IssueWithdrawn]) -> None:
        """The other body takes it back; what was being done for it here ends."""
        before, after = await self._heard(tx, received, HandoverMove.WITHDRAW)
        if before.state is HandoverState.ACCEPTED and after.state is HandoverState.WITHDRAWN:
            order = await orders.find(tx, after.reference)
            known = order.intake_version if order else FIRST_OF_INTAKE
            event = inner.IssueWithdrawn(occurred_at=tx.now, reference=after.reference, version_of_issue=known + 1)
            tx.announce(event, event_id=derived_id(self._neighbours.body, "handed-withdrawn", after.handover_id))

    async def expired(self, tx: Transaction, received: Received[said.OfferExpired]) -> None:
        """The other body waits no longer; this one's own clock says the same, or has said it."""
        before, after = await self._heard(tx, received, HandoverMove.EXPIRE, missed="offer")
        if after is not before:
            self._correspondence.late(tx, after, "offer")

    async def closed(self, tx: Transaction, received: Received[said.HandoverClosed]) -> None:
        """The other body has told its resident."""
        await self._heard(tx, received, HandoverMove.CLOSE)

    async def expire(self, tx: Transaction, record: HandoverRecord) -> None:
        """The date of an offer to this body passed; it needs no word from the other one to know."""
        await records.move(
            tx, record, HandoverMove.EXPIRE, body=record.other, at=record.take_by, by=None, missed="offer"
        )

    async def _heard(
        self, tx: Transaction, received: Received[E], made: HandoverMove, **values: object
    ) -> tuple[HandoverRecord, HandoverRecord]:
        other = self._neighbours.speaker(received.address)
        event = received.event
        before = await records.heard_of(tx, event.handover_id, other, is_ours=False)
        return before, await records.move(tx, before, made, body=other, at=event.occurred_at, by=None, **values)

    async def _theirs(self, tx: Transaction, handover_id: str) -> HandoverRecord:
        record = await records.get(tx, handover_id)
        if record.is_ours:
            raise records.no_such_handover()
        return record

    async def _offered(self, tx: Transaction, handover_id: str, made: HandoverMove) -> HandoverRecord:
        record = await self._theirs(tx, handover_id)
        _expect(record, made)
        if tx.now > record.take_by:
            raise Conflict("offer-expired", "The time for this offer is over.")
        return record

    async def _made(
        self, tx: Transaction, record: HandoverRecord, made: HandoverMove, by: str, **values: object
    ) -> HandoverRecord:
        return await records.move(tx, record, made, body=self._neighbours.body, at=tx.now, by=by, **values)


def _expect(record: HandoverRecord, made: HandoverMove) -> None:
    if record.state is not CHOSEN[made]:
        raise Conflict("handover-state", "This handover no longer allows that.")


def _submitted(tx: Transaction, record: HandoverRecord) -> inner.IssueSubmitted:
    """The order's beginning here: of nobody whom this body could reach, from a place of the other body."""
    return inner.IssueSubmitted(
        occurred_at=tx.now,
        reference=record.reference,
        version_of_issue=FIRST_OF_INTAKE,
        station=None,
        community=record.community,
        category=record.category,
        channel="web",
        language=record.language,
        anonymous=True,
        reply_by="none",
        handed_by=record.other,
    )
