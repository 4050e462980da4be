"""From events to notices: who is told of what."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from services.notify.domain import Audience, Kind, State
from services.notify.tables import Notice, ReplyWay
from shared.contracts.inner import (
    BriefLate,
    BriefMoved,
    DeadlineEscalated,
    DeadlineEvent,
    DeadlineMissed,
    DeadlineWarned,
    HandoverLate,
    InnerEvent,
    IssueAccepted,
    IssueAssigned,
    IssueClosed,
    IssueJoined,
    IssueSplit,
    IssueSubmitted,
    MemberInvited,
    ProgressShared,
    ReferralMade,
    ReferralPressed,
    SupervisionLate,
    SupervisionMoved,
)
from shared.db.transaction import Transaction
from shared.errors import TooEarly
from shared.ids import derived_id
from shared.messaging.handlers import Received

_NOTICES = Notice.__table__  # type: ignore[attr-defined]
_REPLY_WAYS = ReplyWay.__table__  # type: ignore[attr-defined]

BY_MAIL = "email"


def _of_supervision(event: SupervisionMoved) -> Kind | None:
    """What the office is told: at the child that it is asked, at the parent that it is answered."""
    if event.is_ours:
        return Kind.SUPERVISION_ANSWERED if event.state == "answered" else None
    return Kind.SUPERVISION if event.state == "open" else None


def _of_brief(event: BriefMoved) -> Kind | None:
    """What the office is told: at the parent that there is one, at the child what the parent makes of it."""
    if not event.is_ours:
        return Kind.BRIEF_RECEIVED if event.state == "undecided" else None
    return Kind.BRIEF_BACK if event.state in SETTLED else None


SETTLED = ("adopted", "answered", "not-adopted")
"""How the parent may settle a brief."""

KINDS: Mapping[type[InnerEvent], Callable[[Any], Kind | None]] = {
    IssueSubmitted: lambda event: Kind.CONFIRMATION,
    # Who took it for a colleague needs no letter that asks for an answer.
    IssueAssigned: lambda event: Kind.ORDER if event.chosen_by != "colleague" else None,
    IssueAccepted: lambda event: Kind.TAKEN,
    IssueClosed: lambda event: Kind.ANSWER,
    IssueJoined: lambda event: Kind.JOINED if event.is_news else None,
    IssueSplit: lambda event: Kind.SPLIT,
    MemberInvited: lambda event: Kind.ASKED_IN,
    ReferralMade: lambda event: Kind.REFERRAL if event.referral_id else None,
    ReferralPressed: lambda event: Kind.REMINDER,
    # Residents who joined an issue are told what its first resident is told.
    ProgressShared: lambda event: Kind.TAKEN if event.step == "accepted" else Kind.ANSWER,
    DeadlineWarned: lambda event: Kind.DEADLINE_NEAR if event.member else None,
    DeadlineMissed: lambda event: Kind.DEADLINE_MISSED if event.member else None,
    DeadlineEscalated: lambda event: Kind.DEADLINE_TOLD if event.member else None,
    HandoverLate: lambda event: Kind.HANDOVER_LATE,
    SupervisionMoved: lambda event: Kind.SUPERVISED if event.member and event.state == "open" else None,
    SupervisionLate: lambda event: Kind.SUPERVISED_LATE if event.member else None,
    BriefMoved: lambda event: Kind.BRIEF_SETTLED if event.member and event.state in SETTLED else None,
    BriefLate: lambda event: None,
}
"""The events that somebody may be told of, and how."""

ALSO: Mapping[type[InnerEvent], Callable[[Any], Kind | None]] = {
    DeadlineEscalated: lambda event: Kind.DEADLINE_OFFICE,
    SupervisionMoved: _of_supervision,
    SupervisionLate: lambda event: Kind.SUPERVISION_LATE,
    BriefMoved: _of_brief,
    BriefLate: lambda event: Kind.BRIEF_LATE,
}
"""What the office is told of beside."""


async def queue_notices(tx: Transaction, received: Sequence[Received[Any]]) -> None:
    """Queue a notice for each event that somebody is told of: members of their orders, departments of what
    they are asked, residents of the rest.

    A resident is told by mail who left an address for it, and not otherwise. Raises TooEarly for an issue that was
    taken or closed before it was submitted.
    """
    submitted = [item.event for item in received if isinstance(item.event, IssueSubmitted)]
    if submitted:
        ways = [{"reference": event.reference, "reply_by": event.reply_by} for event in submitted]
        await tx.add_missing(_REPLY_WAYS, ways)
    by_mail = await _told_by_mail(tx, received)
    notices = [
        _notice(tx, kind, item)
        for item in received
        for kind in (_kind(item), _also(item))
        if kind and (kind.audience is not Audience.RESIDENT or item.event.reference in by_mail)
    ]
    if notices:
        await tx.add_missing(_NOTICES, notices)


async def _told_by_mail(tx: Transaction, received: Sequence[Received[Any]]) -> set[str]:
    """References whose residents are told by mail, of those that ``received`` tells residents something about."""
    references = {
        item.event.reference for item in received if (kind := _kind(item)) and kind.audience is Audience.RESIDENT
    }
    if not references:
        return set()
    rows = await tx.all(select(_REPLY_WAYS).where(_REPLY_WAYS.c.reference.in_(references)))
    if missing := references - {row.reference for row in rows}:
        raise TooEarly(f"{len(missing)} issues that nobody submitted yet")
    return {row.reference for row in rows if row.reply_by == BY_MAIL}


def _kind(received: Received[Any]) -> Kind | None:
    return KINDS[type(received.event)](received.event)


def _also(received: Received[Any]) -> Kind | None:
    also = ALSO.get(type(received.event))
    return also(received.event) if also else None


def _notice(tx: Transaction, kind: Kind, received: Received[Any]) -> dict[str, Any]:
    event = received.event
    return {
        "notice_id": derived_id(received.event_id, "notice", kind.value),
        "kind": kind.value,
        # A commitment may concern several issues; then the notice is known by the deadline alone.
        "reference": event.reference or event.deadline_id,
        "member": event.member if kind.audience is Audience.MEMBER else None,
        "facts": _facts(event),
        "state": (State.SKIPPED_PAPER if event.on_paper else State.QUEUED).value,
        "tries": 0,
        "due_at": tx.now,
        "queued_at": tx.now,
        "settled_at": tx.now if event.on_paper else None,
        "reason": None,
    }


def _facts(event: InnerEvent) -> Mapping[str, Any]:
    mentioned = {"community", "category", "answer_by", "occurred_at", "outcome", "planned", "joined_to"}
    mentioned |= {
        "department",
        "referral_id",
        "supervised",
        "supervision_id",
        "other",
        "handing_id",
        "brief_id",
        "state",
    }
    facts = event.model_dump(mode="json", include=mentioned)
    if isinstance(event, DeadlineEvent):
        facts |= event.model_dump(mode="json", include={"kind", "due_at", "member", "reference"})
    if isinstance(event, HandoverLate):
        facts |= event.model_dump(mode="json", include={"handover_id", "other", "is_ours", "missed", "due_at"})
    return facts
