"""What was answered to a request that may be sent again, kept in the same transaction as what it did."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Column, Integer, MetaData, String, Table, select

from shared.db.transaction import Transaction
from shared.db.types import Json, UTCDateTime
from shared.db.writer import Writer

Answer = tuple[int, Any]
"""An HTTP status and a JSON-ready body."""


class Key(Protocol):
    """One key of one sender (``shared.web.idempotency`` makes it from a request)."""

    @property
    def scope_hash(self) -> str: ...

    @property
    def fingerprint(self) -> str: ...

    def check(self, remembered_fingerprint: str) -> None:
        """Raises Conflict where the key was used for another request."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """An answer given before."""

    fingerprint: str
    status: int
    body: Any


def idempotency_table(metadata: MetaData) -> Table:
    """Add the table to a service's ``metadata``. It holds hashes and answers, never what was sent."""
    return Table(
        "idempotency",
        metadata,
        Column("scope_hash", String(64), primary_key=True),
        Column("fingerprint", String(64), nullable=False),
        Column("status", Integer, nullable=False),
        Column("body", Json),
        Column("answered_at", UTCDateTime, nullable=False),
    )


async def recall(tx: Transaction, table: Table, keys: Iterable[Key]) -> dict[str, Remembered]:
    """Answers given to these keys before, by ``scope_hash``; one statement however many keys."""
    wanted = [key.scope_hash for key in keys]
    if not wanted:
        return {}
    rows = await tx.all(select(table).where(table.c.scope_hash.in_(wanted)))
    return {row.scope_hash: Remembered(row.fingerprint, row.status, row.body) for row in rows}


async def remember(tx: Transaction, table: Table, answers: Sequence[tuple[Key, Answer]]) -> None:
    """Keep ``answers``. Raises IntegrityError where another replica answered the same key meanwhile."""
    if answers:
        await tx.add(
            table,
            [
                {
                    "scope_hash": key.scope_hash,
                    "fingerprint": key.fingerprint,
                    "status": status,
                    "body": body,
                    "answered_at": tx.now,
                }
                for key, (status, body) in answers
            ],
        )


async def once(
    writer: Writer, table: Table, key: Key | None, job: Callable[[Transaction], Awaitable[Answer]]
) -> Answer:
    """Run ``job`` in a transaction, or give its remembered answer where ``key`` was answered before.

    Raises Conflict (409) where the key came with another request.
    """

    async def keyed(tx: Transaction) -> Answer:
        assert key is not None
        known = (await recall(tx, table, [key])).get(key.scope_hash)
        if known is not None:
            key.check(known.fingerprint)
            return known.status, known.body
        answer = await job(tx)
        await remember(tx, table, [(key, answer)])
        return answer

    return await writer.run(job if key is None else keyed)
