"""Reading what a resident said: the right is checked and the reading is written down before anything is shown."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from services.intake.domain import State, may_read_words
from services.intake.tables import HELPERS, ISSUES, READS, REASONS, VAULT
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.errors import NotFound
from shared.messaging.arrivals import Arrivals

NOTIFY = "notify"
"""The one service that writes to residents."""

MOST_JOINED = 200
"""Of those who joined one issue, the words of so many, the first raised first, are shown with it."""

_PURPOSES = {
    "member": "casework",
    "clerk": "station-desk",
    "dispatcher": "dispatch",
    "officer": "oversight",
    "service": "reply",
}


@dataclass(frozen=True, slots=True)
class VaultReader:
    """Who wants to read. ``service`` is the service that asks in its own name, if one does."""

    subject: str
    role: str
    member: str | None = None
    stations: tuple[str, ...] = ()
    service: str | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """A reason that a resident gave for rating or reopening."""

    about: str
    words: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class JoinedWords:
    """What another resident said of the same matter; how to reach them is read with their own issue only."""

    reference: str
    words: str | None
    language: str
    erased: bool
    reasons: tuple[Given, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """What the vault holds of one issue; ``words`` and contact are None once ``erased``.

    ``joined`` are those who joined it, as far as the reader may read them; ``joined_to``: what it is joined to itself.
    """

    reference: str
    words: str | None
    language: str
    name: str | None
    phone: str | None
    email: str | None
    erased: bool
    reasons: tuple[Given, ...]
    joined: tuple[JoinedWords, ...] = ()
    joined_to: str | None = None


class Vault:
    """The vault. Every opening raises NotFound alike for an unknown issue and for one that is not the reader's."""

    def __init__(self, writer: Writer, reader: Reader, arrivals: Arrivals) -> None:
        self._writer = writer
        self._reader = reader
        self._arrivals = arrivals

    async def open(self, reader: VaultReader, reference: str) -> Opened:
        """Everything the vault holds of one issue, for somebody who has to do with it."""
        await self._wait_for_order(reader, reference)

        async def job(tx: Transaction) -> Opened:
            issue = await tx.one(select(ISSUES).where(ISSUES.c.reference == reference))
            if issue is None or not may_open(reader, issue, await holders_of(tx, issue)):
                raise not_found()
            opened = await self._opened(tx, reader, reference)
            return replace(opened, joined=await self._joined(tx, reader, issue), joined_to=issue.joined_to)

        return await self._writer.run(job)

    async def reply_address(self, reader: VaultReader, reference: str) -> Opened:
        """The same for the service that writes to residents, and nobody else."""

        async def job(tx: Transaction) -> Opened:
            if reader.service != NOTIFY:
                raise not_found()
            return await self._opened(tx, reader, reference)

        return await self._writer.run(job)

    async def _opened(self, tx: Transaction, reader: VaultReader, reference: str) -> Opened:
        sealed = await tx.one(select(VAULT).where(VAULT.c.reference == reference))
        if sealed is None:
            raise not_found()
        await tx.execute(READS.insert(), _reading(tx, reader, reference))
        return Opened(
            reference=reference,
            words=sealed.words,
            language=sealed.language,
            name=sealed.name,
            phone=sealed.phone,
            email=sealed.email,
            erased=sealed.erased_at is not None,
            reasons=(await _reasons(tx, [reference])).get(reference, ()),
        )

    async def _joined(self, tx: Transaction, reader: VaultReader, issue: Row[Any]) -> tuple[JoinedWords, ...]:
        """The words of those who joined ``issue``; each reading is written down like any other."""
        if reader.service is not None:
            return ()
        rows = await tx.all(
            select(ISSUES.c.reference, ISSUES.c.station, VAULT.c.words, VAULT.c.language, VAULT.c.erased_at)
            .join(VAULT, VAULT.c.reference == ISSUES.c.reference)
            .where(ISSUES.c.joined_to == issue.reference)
            .order_by(ISSUES.c.submitted_at, ISSUES.c.reference)
            .limit(MOST_JOINED)
        )
        theirs = [row for row in rows if may_open(reader, row, issue.member)]
        if not theirs:
            return ()
        await tx.execute(READS.insert(), [_reading(tx, reader, row.reference) for row in theirs])
        reasons = await _reasons(tx, [row.reference for row in theirs])
        return tuple(
            JoinedWords(
                row.reference, row.words, row.language, row.erased_at is not None, reasons.get(row.reference, ())
            )
            for row in theirs
        )

    async def _wait_for_order(self, reader: VaultReader, reference: str) -> None:
        """A member may open an order here before the news of it has come."""
        if reader.role != "member":
            return
        query = select(ISSUES).where(ISSUES.c.reference == reference)

        async def ready() -> bool:
            issue = await self._reader.one(query)
            if issue is None or State(issue.state) is State.WITHDRAWN:
                return True
            return may_open(reader, issue, await holders_of(self._reader, issue))

        await self._arrivals.wait_for(ready, bool)


async def holders_of(reads: Transaction | Reader, issue: Row[Any]) -> frozenset[str]:
    """The members who work on the matter, invited ones too: of a joined issue, those of the issue it is joined to."""
    carrier = issue.joined_to or issue.reference
    has_the_order = select(ISSUES.c.member).where(ISSUES.c.reference == carrier, ISSUES.c.member.is_not(None))
    invited = select(HELPERS.c.member).where(HELPERS.c.reference == carrier)
    return frozenset(row.member for row in await reads.all(has_the_order.union(invited)))


def may_open(reader: VaultReader, issue: Row[Any], holders: Collection[str]) -> bool:
    """Whether ``reader`` has to do with ``issue``, on which the members ``holders`` work."""
    if reader.role == "service":
        return reader.service == NOTIFY
    return may_read_words(
        reader.role, member=reader.member, stations=reader.stations, holders=holders, station=issue.station
    )


def _reading(tx: Transaction, reader: VaultReader, reference: str) -> dict[str, Any]:
    return {
        "reference": reference,
        "reader": reader.subject,
        "role": reader.role,
        "member": reader.member,
        "purpose": _PURPOSES[reader.role],
        "read_at": tx.now,
    }


async def _reasons(tx: Transaction, references: Sequence[str]) -> dict[str, tuple[Given, ...]]:
    found: dict[str, tuple[Given, ...]] = {}
    for row in await tx.all(select(REASONS).where(REASONS.c.reference.in_(references)).order_by(REASONS.c.id)):
        found[row.reference] = (*found.get(row.reference, ()), Given(row.about, row.words, row.given_at))
    return found


def not_found() -> NotFound:
    """The one refusal of an issue, unknown or somebody else's."""
    return NotFound("issue-not-found", "There is no such issue.")
