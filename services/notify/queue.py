"""From events to notices: who is told of what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from services.notify.domain import Kind, State
from services.notify.tables import Notice, ReplyWay
from shared.contracts.inner import IssueAccepted, IssueAssigned, IssueClosed, IssueEvent, IssueSubmitted
from shared.db.transaction import Transaction
from shared.errors import TooEarly
from shared.ids import derived_id
from shared.messaging.handlers import Received

_NOTICES = Notice.__table__  # type: ignore[attr-defined]
_REPLY_WAYS = ReplyWay.__table__  # type: ignore[attr-defined]

BY_MAIL = "email"


async def confirm(tx: Transaction, received: Sequence[Received[IssueSubmitted]]) -> None:
    """A resident who left an e-mail address is told that the issue has arrived, and where to follow it."""
    ways = [{"reference": item.event.reference, "reply_by": item.event.reply_by} for item in received]
    await tx.execute(tx.insert(_REPLY_WAYS).on_conflict_do_nothing(), ways)
    await _queue(tx, Kind.CONFIRMATION, [item for item in received if item.event.reply_by == BY_MAIL])


async def order(tx: Transaction, received: Sequence[Received[IssueAssigned]]) -> None:
    """The member is told that an issue waits, and until when."""
    await _queue(tx, Kind.ORDER, received)


async def taken(tx: Transaction, received: Sequence[Received[IssueAccepted]]) -> None:
    """The resident is told that a member has taken it. Raises TooEarly."""
    await _queue(tx, Kind.TAKEN, await _told_by_mail(tx, received))


async def answer(tx: Transaction, received: Sequence[Received[IssueClosed]]) -> None:
    """The resident is told the answer. Raises TooEarly."""
    await _queue(tx, Kind.ANSWER, await _told_by_mail(tx, received))


async def _told_by_mail(tx: Transaction, received: Sequence[Received[Any]]) -> list[Received[Any]]:
    references = {item.event.reference for item in received}
    rows = await tx.all(select(_REPLY_WAYS).where(_REPLY_WAYS.c.reference.in_(references)))
    ways = {row.reference: row.reply_by for row in rows}
    if missing := references - ways.keys():
        raise TooEarly(f"{len(missing)} issues that nobody submitted yet")
    return [item for item in received if ways[item.event.reference] == BY_MAIL]


async def _queue(tx: Transaction, kind: Kind, received: Sequence[Received[Any]]) -> None:
    if received:
        await tx.execute(tx.insert(_NOTICES).on_conflict_do_nothing(), [_notice(tx, kind, item) for item in received])


def _notice(tx: Transaction, kind: Kind, received: Received[Any]) -> dict[str, Any]:
    event: IssueEvent = received.event
    return {
        "notice_id": derived_id(received.event_id, "notice", kind.value),
        "kind": kind.value,
        "reference": event.reference,
        "member": event.member if isinstance(event, IssueAssigned) else None,
        "facts": _facts(event),
        "state": (State.SKIPPED_PAPER if event.on_paper else State.QUEUED).value,
        "tries": 0,
        "due_at": tx.now,
        "queued_at": tx.now,
        "settled_at": tx.now if event.on_paper else None,
        "reason": None,
    }


def _facts(event: IssueEvent) -> Mapping[str, Any]:
    mentioned = {"community", "category", "answer_by", "occurred_at", "outcome"}
    return event.model_dump(mode="json", include=mentioned)
