"""What routing tells of an order: each event follows from the order's version, so a repeat is the same event."""

from __future__ import annotations

from datetime import datetime

from services.routing.orders import OrderRecord
from shared.contracts import inner, report
from shared.contracts.event import Event
from shared.contracts.words import DeclineReason
from shared.db.transaction import Transaction
from shared.ids import derived_id


class Announcements:
    """Speaks for the routing service of one body."""

    def __init__(self, body: str) -> None:
        self._body = body

    def assigned(self, tx: Transaction, order: OrderRecord, at: datetime, on_paper: bool) -> None:
        """The order was given to its member."""
        assert order.member is not None and order.answer_by is not None
        event = inner.IssueAssigned(
            occurred_at=at,
            on_paper=on_paper,
            reference=order.reference,
            version_of_issue=order.version,
            member=order.member,
            station=order.station,
            attempt=order.attempt,
            answer_by=order.answer_by,
            community=order.community,
            category=order.category,
            channel="web" if order.handed_by else order.channel,
            language=order.language,
            submitted_at=order.submitted_at,
            chosen_by=order.why["chosen_by"] if order.why else None,
            handed_by=order.handed_by,
        )
        self._say(tx, order, event)
        self._say(
            tx,
            order,
            report.IssueAssigned(occurred_at=at, on_paper=on_paper, reference=order.reference, step=order.version),
        )

    def accepted(self, tx: Transaction, order: OrderRecord, at: datetime, on_paper: bool) -> None:
        """The member took it."""
        assert order.member is not None
        event = inner.IssueAccepted(
            occurred_at=at,
            on_paper=on_paper,
            reference=order.reference,
            version_of_issue=order.version,
            member=order.member,
        )
        self._say(tx, order, event)
        self._say(
            tx,
            order,
            report.IssueAccepted(occurred_at=at, on_paper=on_paper, reference=order.reference, step=order.version),
        )

    def declined(self, tx: Transaction, order: OrderRecord, member: str, reason: DeclineReason) -> None:
        """The member gave it back."""
        event = inner.IssueDeclined(
            occurred_at=tx.now,
            reference=order.reference,
            version_of_issue=order.version,
            member=member,
            reason_code=reason,
        )
        self._say(tx, order, event)

    def returned(self, tx: Transaction, order: OrderRecord, member: str, proposed_owner: str) -> None:
        """The member says that another body must have it."""
        event = inner.IssueReturned(
            occurred_at=tx.now,
            reference=order.reference,
            version_of_issue=order.version,
            member=member,
            proposed_owner=proposed_owner,
        )
        self._say(tx, order, event)

    def timed_out(self, tx: Transaction, order: OrderRecord, member: str) -> None:
        """The member did not answer."""
        event = inner.AssignmentTimedOut(
            occurred_at=tx.now, reference=order.reference, version_of_issue=order.version, member=member
        )
        self._say(tx, order, event)

    def unroutable(self, tx: Transaction, order: OrderRecord) -> None:
        """Nobody is left to ask."""
        event = inner.IssueUnroutable(occurred_at=tx.now, reference=order.reference, version_of_issue=order.version)
        self._say(tx, order, event)

    def _say(self, tx: Transaction, order: OrderRecord, event: Event) -> None:
        tx.announce(
            event,
            event_id=derived_id(self._body, event.plane, event.noun, event.verb, order.reference, order.version),
        )
