"""A resident raises an issue: the hot path, so a group of submissions costs one statement per table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from services.intake.domain import Contact, State, Step, Word
from services.intake.places import Location
from services.intake.standing import can_be_joined
from services.intake.tables import GROUPINGS, IDEMPOTENCY, ISSUES, RECEPTIONS, TIMELINE, VAULT
from services.intake.usecases import together
from shared.contracts import inner, report
from shared.contracts.words import Channel
from shared.db.idempotency import Key, Remembered, recall, remember
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.errors import DomainError
from shared.ids import derived_id, hash_of, new_id, new_reference, tracking_code

CREATED = 201


@dataclass(frozen=True, slots=True)
class Draft:
    """An issue about to be raised, its place and category known to exist."""

    location: Location
    category: str | None
    words: str
    language: str
    channel: Channel
    anonymous: bool
    contact: Contact
    reception_id: str | None = None
    """The reception it came of; None where raising it is the reception."""
    recorded_by: str | None = None
    recorded_at: datetime | None = None
    """The date of the paper record it is entered from; None for now."""
    key: Key | None = None
    joins: str | None = None
    """The reference of the issue that its resident found to be the same and joins."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the resident takes home."""

    reference: str
    tracking_code: str


def check_contact(anonymous: bool, contact: Contact | None, *, field: str = "contact") -> Contact:
    """The contact to keep. Raises DomainError on ``field``."""
    if contact is None:
        return Contact()
    if anonymous:
        raise DomainError("contact-while-anonymous", "An anonymous issue is kept without any contact.", field=field)
    if contact.reply_by == "none":
        raise DomainError(
            "contact-incomplete", "Give a phone number or an e-mail address, or no contact at all.", field=field
        )
    return contact


@dataclass(slots=True)
class _Group:
    """The rows of all issues of one transaction, by table."""

    issues: list[dict[str, Any]] = field(default_factory=list)
    vault: list[dict[str, Any]] = field(default_factory=list)
    receptions: list[dict[str, Any]] = field(default_factory=list)
    timeline: list[dict[str, Any]] = field(default_factory=list)
    groupings: list[dict[str, Any]] = field(default_factory=list)
    answers: list[tuple[Key, tuple[int, Any]]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Known:
    """What the drafts of one transaction name that must be there already."""

    answers: dict[str, Remembered]
    receptions: set[str]
    leads: dict[str, Row[Any]]


class Submissions:
    """Raising issues."""

    def __init__(self, writer: Writer, vault_secret: bytes) -> None:
        self._writer = writer
        self._secret = vault_secret

    async def submit(self, draft: Draft) -> Receipt:
        """Raise one issue. Raises DomainError for an unknown reception, Conflict for a key of another request."""
        return await self._writer.run_batched(self.register, draft)

    def receipt(self, reference: str) -> Receipt:
        """The receipt of ``reference``; the code is derived each time, because no table holds it."""
        return Receipt(reference, tracking_code(self._secret, reference))

    async def register(self, tx: Transaction, drafts: Sequence[Draft]) -> list[Receipt | Exception]:
        """Raise ``drafts`` together; a refused one has its exception in its place."""
        answers = await recall(tx, IDEMPOTENCY, [draft.key for draft in drafts if draft.key is not None])
        known = _Known(answers, await _known_receptions(tx, drafts), await _leads(tx, drafts))
        group = _Group()
        results: list[Receipt | Exception] = []
        for draft in drafts:
            try:
                results.append(self._raise(tx, draft, known, group))
            except DomainError as refusal:
                results.append(refusal)
        await _write(tx, group)
        return results

    def _raise(self, tx: Transaction, draft: Draft, known: _Known, group: _Group) -> Receipt:
        if draft.key is not None and (before := known.answers.get(draft.key.scope_hash)):
            draft.key.check(before.fingerprint)
            return self.receipt(before.body["reference"])
        if draft.reception_id is not None and draft.reception_id not in known.receptions:
            raise DomainError("unknown-reception", "There is no such reception.", field="reception")
        lead = None
        if draft.joins is not None:
            lead = known.leads.get(draft.joins)
            if lead is None or not can_be_joined(lead, tx.now):
                raise ended()
        receipt = self.receipt(new_reference())
        if draft.key is not None:
            # The same key may come twice in one group; and the answer kept is without the code.
            body = {"reference": receipt.reference}
            known.answers[draft.key.scope_hash] = Remembered(draft.key.fingerprint, CREATED, body)
            group.answers.append((draft.key, (CREATED, body)))
        _add(tx, group, draft, receipt, lead)
        return receipt


def ended() -> DomainError:
    """The refusal to join what has ended."""
    return DomainError("issue-has-ended", "That issue has ended, so it cannot be joined any more.", field="join")


def _add(tx: Transaction, group: _Group, draft: Draft, receipt: Receipt, lead: Row[Any] | None) -> None:
    at = draft.recorded_at or tx.now
    on_paper = draft.recorded_at is not None
    reception_id = draft.reception_id
    if reception_id is None:
        reception_id = new_id()
        reception = reception_row(
            reception_id, draft.location, draft.channel, draft.language, at, draft.recorded_by, on_paper
        )
        group.receptions.append(reception)
    group.issues.append(
        {
            "reference": receipt.reference,
            "tracking_hash": hash_of(receipt.tracking_code),
            "reception_id": reception_id,
            "station": draft.location.station,
            "community": draft.location.community,
            "category": draft.category,
            "channel": draft.channel,
            "language": draft.language,
            "anonymous": draft.anonymous,
            "state": (State.SUBMITTED if lead is None else State.JOINED).value,
            "version": 1 if lead is None else 2,
            "routing_version": 0,
            "case_version": 0,
            "member": None,
            "outcome": None,
            "rating": None,
            "submitted_at": at,
            "closed_at": None,
            "on_paper": on_paper,
            "joined_to": None if lead is None else lead.reference,
            "state_before": None if lead is None else State.SUBMITTED.value,
            "word": Word.AWAITED.value,
            "word_until": None if lead is None else lead.word_until,
        }
    )
    group.vault.append(
        {
            "reference": receipt.reference,
            "words": draft.words,
            "language": draft.language,
            "name": draft.contact.name,
            "phone": draft.contact.phone,
            "email": draft.contact.email,
            "erased_at": None,
        }
    )
    group.timeline.append({"reference": receipt.reference, "at": at, "step": Step.SUBMITTED.value, "code": None})
    # A reception that was more than this issue was told of by itself.
    told_here = reception_id if draft.reception_id is None else None
    _announce_issue(tx, draft, receipt.reference, at, told_here, lead)
    if lead is not None:
        chosen = together.Act(is_news=False)
        group.timeline.append({"reference": receipt.reference, "at": at, "step": Step.JOINED.value, "code": None})
        group.groupings.append(together.record(tx, receipt.reference, lead.reference, "joined", chosen))
        together.announce_join(tx, receipt.reference, 2, lead, is_news=False)


def _announce_issue(
    tx: Transaction, draft: Draft, reference: str, at: datetime, reception_id: str | None, lead: Row[Any] | None
) -> None:
    where, on_paper = draft.location, draft.recorded_at is not None
    tx.announce(
        inner.IssueSubmitted(
            occurred_at=at,
            on_paper=on_paper,
            reference=reference,
            version_of_issue=1,
            station=where.station,
            community=where.community,
            category=draft.category,
            channel=draft.channel,
            language=draft.language,
            anonymous=draft.anonymous,
            reply_by=draft.contact.reply_by,
            joined_to=None if lead is None else lead.reference,
        ),
        event_id=derived_id("intake", reference, 1, "inner"),
    )
    tx.announce(
        report.IssueSubmitted(
            occurred_at=at,
            on_paper=on_paper,
            reference=reference,
            step=1,
            station=where.station,
            community=where.community,
            category=draft.category,
            channel=draft.channel,
            reception_id=reception_id,
        ),
        event_id=derived_id("intake", reference, 1, "report"),
    )


def reception_row(
    reception_id: str,
    location: Location,
    channel: Channel,
    language: str,
    at: datetime,
    recorded_by: str | None,
    on_paper: bool,
) -> dict[str, Any]:
    """A row of ``receptions``."""
    return {
        "id": reception_id,
        "station": location.station,
        "community": location.community,
        "channel": channel,
        "language": language,
        "held_at": at,
        "recorded_by": recorded_by,
        "on_paper": on_paper,
    }


def announce_reception(tx: Transaction, row: dict[str, Any]) -> None:
    """Tell the body's reporting that a resident was received."""
    tx.announce(
        report.ReceptionHeld(
            occurred_at=row["held_at"],
            on_paper=row["on_paper"],
            reception_id=row["id"],
            station=row["station"],
            community=row["community"],
            channel=row["channel"],
        ),
        event_id=derived_id("intake", row["id"], "held"),
    )


async def _known_receptions(tx: Transaction, drafts: Sequence[Draft]) -> set[str]:
    named = {draft.reception_id for draft in drafts if draft.reception_id is not None}
    if not named:
        return set()
    return {row.id for row in await tx.all(select(RECEPTIONS.c.id).where(RECEPTIONS.c.id.in_(named)))}


async def _leads(tx: Transaction, drafts: Sequence[Draft]) -> dict[str, Row[Any]]:
    """The issues that are joined, by the reference named; what one of them is itself joined to stands for it."""
    named = {draft.joins for draft in drafts if draft.joins is not None}
    if not named:
        return {}
    return await together.carriers(tx, named)


async def _write(tx: Transaction, group: _Group) -> None:
    tables = (
        (ISSUES, group.issues),
        (VAULT, group.vault),
        (RECEPTIONS, group.receptions),
        (TIMELINE, group.timeline),
        (GROUPINGS, group.groupings),
    )
    for table, rows in tables:
        if rows:
            await tx.add(table, rows)
    await remember(tx, IDEMPOTENCY, group.answers)
