"""What a resident has sent is kept while they are asked whether it is the same as another issue nearby.

Whoever closes the page at that question has said what there was to say all the same: after a while it is raised as it
was written. A draft is in the vault like any words, and gone from there the moment it is raised, joined or discarded.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Row, delete, func, select

from services.intake.domain import Contact
from services.intake.places import Location
from services.intake.tables import DRAFTS, IDEMPOTENCY
from services.intake.usecases.submit import Draft, Receipt, Submissions
from shared.db.idempotency import Key
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.errors import NotFound

log = structlog.get_logger(__name__)

AT_ONCE = 50
"""Drafts raised in one transaction."""


@dataclass(frozen=True, slots=True)
class KeptKey:
    """The key of the form that a draft was sent with, so that it becomes one issue however often it is sent."""

    scope_hash: str
    fingerprint: str

    def check(self, remembered_fingerprint: str) -> None:
        """A draft is raised as it was kept, whatever was sent with its form before."""


class Drafts:
    """Drafts that wait for their resident's answer."""

    def __init__(self, writer: Writer, reader: Reader, submissions: Submissions, minutes: float) -> None:
        """``minutes``: how long they wait."""
        self._writer = writer
        self._reader = reader
        self._submissions = submissions
        self._wait = timedelta(minutes=minutes)

    async def keep(self, draft_id: str, draft: Draft) -> None:
        """Keep ``draft``, which has its form's key; sent again with other words, the newer ones are kept."""
        key = draft.key
        assert key is not None

        async def job(tx: Transaction) -> None:
            statement = tx.insert(DRAFTS).values(
                draft_id=draft_id,
                content=_content(draft, key),
                fingerprint=key.fingerprint,
                raise_at=tx.now + self._wait,
            )
            newer = {name: statement.excluded[name] for name in ("content", "fingerprint", "raise_at")}
            await tx.execute(statement.on_conflict_do_update(index_elements=["draft_id"], set_=newer))

        await self._writer.run(job)

    async def find(self, draft_id: str) -> Draft | None:
        """The draft, or None where it was raised, joined or discarded."""
        row = await self._reader.one(select(DRAFTS).where(DRAFTS.c.draft_id == draft_id))
        return None if row is None else _draft(row)

    async def answered(self, key: Key) -> Receipt | None:
        """The receipt of the issue that was raised with the same form."""
        of_form = IDEMPOTENCY.c.scope_hash == key.scope_hash
        body: Any = await self._reader.scalar(select(IDEMPOTENCY.c.body).where(of_form))
        return None if body is None else self._submissions.receipt(body["reference"])

    async def raise_it(self, draft_id: str, joins: str | None = None) -> Receipt:
        """Raise the draft, or join it to the issue of reference ``joins``. Raises NotFound, or DomainError on
        ``join`` where that one has ended meanwhile; the draft is then still there."""

        async def job(tx: Transaction) -> Receipt:
            row = await tx.one(select(DRAFTS).where(DRAFTS.c.draft_id == draft_id).with_for_update())
            if row is None:
                raise no_draft()
            (result,) = await self._submissions.register(tx, [replace(_draft(row), joins=joins)])
            if isinstance(result, Exception):
                raise result
            await _forget(tx, [draft_id])
            return result

        return await self._writer.run(job)

    async def discard(self, draft_id: str) -> None:
        """Forget the draft: its resident does not want to send it."""

        async def job(tx: Transaction) -> None:
            await _forget(tx, [draft_id])

        await self._writer.run(job)

    async def next_at(self, reader: Reader) -> datetime | None:
        """When the next draft is raised by itself."""
        found: datetime | None = await reader.scalar(select(func.min(DRAFTS.c.raise_at)))
        return found

    async def settle(self, tx: Transaction) -> int:
        """Raise what nobody came back to; how many there were. Raised and forgotten in one transaction."""
        due = select(DRAFTS).where(DRAFTS.c.raise_at < tx.now).order_by(DRAFTS.c.raise_at).limit(AT_ONCE)
        rows = await tx.all(due.with_for_update(skip_locked=True))
        if rows:
            results = await self._submissions.register(tx, [_draft(row) for row in rows])
            for result in results:
                if isinstance(result, Exception):
                    raise result  # a draft was whole when it was kept, so this is ours to mend, and it stays
            await _forget(tx, [row.draft_id for row in rows])
            log.info("drafts-raised", number=len(rows))
        return len(rows)


def no_draft() -> NotFound:
    """Where there is nothing to answer for."""
    return NotFound("no-such-draft", "This was sent already, or discarded.")


async def _forget(tx: Transaction, draft_ids: Sequence[str]) -> None:
    await tx.execute(delete(DRAFTS).where(DRAFTS.c.draft_id.in_(draft_ids)))


def _content(draft: Draft, key: Key) -> dict[str, Any]:
    return {
        "station": draft.location.station,
        "community": draft.location.community,
        "category": draft.category,
        "words": draft.words,
        "language": draft.language,
        "channel": draft.channel,
        "anonymous": draft.anonymous,
        "contact": asdict(draft.contact),
        "scope_hash": key.scope_hash,
    }


def _draft(row: Row[Any]) -> Draft:
    content = row.content
    return Draft(
        location=Location(content["station"], content["community"]),
        category=content["category"],
        words=content["words"],
        language=content["language"],
        channel=content["channel"],
        anonymous=content["anonymous"],
        contact=Contact(**content["contact"]),
        key=KeptKey(content["scope_hash"], row.fingerprint),
    )
