"""Reading what a resident said: the right is checked and the reading is written down before anything is shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from services.intake.domain import State, may_read_words
from services.intake.tables import ISSUES, READS, REASONS, VAULT
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.errors import NotFound
from shared.messaging.arrivals import Arrivals

NOTIFY = "notify"
"""The one service that writes to residents."""

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
class Opened:
    """What the vault holds of one issue; ``words`` and contact are None once ``erased``."""

    reference: str
    words: str | None
    language: str
    name: str | None
    phone: str | None
    email: str | None
    erased: bool
    reasons: tuple[Given, ...]


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
            if issue is None or not _may_open(reader, issue):
                raise not_found()
            return await self._opened(tx, reader, reference)

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
        await tx.execute(
            READS.insert(),
            {
                "reference": reference,
                "reader": reader.subject,
                "role": reader.role,
                "member": reader.member,
                "purpose": _PURPOSES[reader.role],
                "read_at": tx.now,
            },
        )
        reasons = await tx.all(select(REASONS).where(REASONS.c.reference == reference).order_by(REASONS.c.id))
        return Opened(
            reference=reference,
            words=sealed.words,
            language=sealed.language,
            name=sealed.name,
            phone=sealed.phone,
            email=sealed.email,
            erased=sealed.erased_at is not None,
            reasons=tuple(Given(row.about, row.words, row.given_at) for row in reasons),
        )

    async def _wait_for_order(self, reader: VaultReader, reference: str) -> None:
        """A member may open an order here before the news of it has come."""
        if reader.role != "member":
            return
        query = select(ISSUES).where(ISSUES.c.reference == reference)

        def ready(issue: Row[Any] | None) -> bool:
            return issue is None or State(issue.state) is State.WITHDRAWN or _may_open(reader, issue)

        await self._arrivals.wait_for(lambda: self._reader.one(query), ready)


def _may_open(reader: VaultReader, issue: Row[Any]) -> bool:
    if reader.role == "service":
        return reader.service == NOTIFY
    return may_read_words(
        reader.role, member=reader.member, stations=reader.stations, holder=issue.member, station=issue.station
    )


def not_found() -> NotFound:
    """The one refusal of an issue, unknown or somebody else's."""
    return NotFound("issue-not-found", "There is no such issue.")
