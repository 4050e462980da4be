"""What is told of a deadline. Ids follow from the deadline and its turn, so a repeat is the same event."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from services.consultation.deadlines.record import Deadline
from shared.contracts import inner, report
from shared.contracts.words import PauseReason
from shared.db.transaction import Transaction
from shared.ids import derived_id


def warned(tx: Transaction, deadline: Deadline) -> None:
    """It is not far off."""
    _say(tx, deadline, inner.DeadlineWarned(**_facts(deadline, tx.now)))


def missed(tx: Transaction, deadline: Deadline) -> None:
    """It passed: the body is told, and those above it."""
    assert deadline.missed_at is not None
    _say(tx, deadline, inner.DeadlineMissed(**_facts(deadline, deadline.missed_at)))
    tx.announce(
        report.DeadlineMissed(
            occurred_at=deadline.missed_at,
            deadline_id=deadline.deadline_id,
            kind=deadline.kind,
            reference=deadline.reference,
        ),
        event_id=derived_id(deadline.deadline_id, "missed", "report"),
    )


def settled(tx: Transaction, deadline: Deadline, at: datetime) -> None:
    """What was missed is no longer owed, done or not: those above it are told, who may be asking why it is late."""
    tx.announce(
        report.DeadlineSettled(occurred_at=at, deadline_id=deadline.deadline_id),
        event_id=derived_id(deadline.deadline_id, "settled", "report"),
    )


def escalated(tx: Transaction, deadline: Deadline) -> None:
    """The office is told."""
    _say(tx, deadline, inner.DeadlineEscalated(**_facts(deadline, tx.now)))


def paused(tx: Transaction, deadline: Deadline, why: PauseReason) -> None:
    """Its time stands still."""
    _say(tx, deadline, inner.DeadlinePaused(**_facts(deadline, tx.now), why=why))


def resumed(tx: Transaction, deadline: Deadline) -> None:
    """Its time goes on, to a new end."""
    _say(tx, deadline, inner.DeadlineResumed(**_facts(deadline, tx.now)))


def _say(tx: Transaction, deadline: Deadline, event: inner.DeadlineEvent) -> None:
    tx.announce(event, event_id=derived_id(deadline.deadline_id, event.verb, deadline.turn))


def _facts(deadline: Deadline, at: datetime) -> dict[str, Any]:
    return {
        "occurred_at": at,
        "deadline_id": deadline.deadline_id,
        "kind": deadline.kind,
        "due_at": deadline.due_at,
        "reference": deadline.reference,
        "member": deadline.member,
        "department": deadline.department,
        "commitment_id": deadline.subject if deadline.kind == "commitment" else None,
    }
