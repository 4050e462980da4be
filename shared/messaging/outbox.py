"""The ledger of what this service said: written in the transaction of the change, kept after it is published."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Table, select
from structlog.contextvars import get_contextvars

from shared.contracts.envelope import headers_of
from shared.contracts.subjects import subject_of
from shared.db.reader import Reader
from shared.db.transaction import Announcement, Transaction


@dataclass(frozen=True, slots=True)
class Letter:
    """One event, ready for the wire."""

    event_id: str
    subject: str
    headers: dict[str, str]
    body: bytes


class OutboxTable:
    """Keeps announcements, and gives back those that were never published."""

    def __init__(self, table: Table, *, body: str, service: str, hand_over: Callable[[Sequence[Letter]], None]) -> None:
        self._table = table
        self._body = body
        self._service = service
        self._hand_over = hand_over

    async def keep(self, tx: Transaction, announcements: Sequence[Announcement]) -> Sequence[Letter]:
        """Write ``announcements`` down. One whose id is known already was said before and is not said again."""
        letters = [self._letter(announcement, tx) for announcement in announcements]
        await tx.add_missing(
            self._table,
            [
                {
                    "event_id": letter.event_id,
                    "subject": letter.subject,
                    "headers": letter.headers,
                    "body": letter.body.decode(),
                    "created_at": tx.now,
                }
                for letter in letters
            ],
        )
        return letters

    def hand_over(self, kept: Sequence[Letter]) -> None:
        """Pass what is durable on to the relay."""
        self._hand_over(kept)

    def _letter(self, announcement: Announcement, tx: Transaction) -> Letter:
        event = announcement.event
        headers = headers_of(announcement.event_id, self._body, self._service, type(event), tx.now)
        trace = get_contextvars().get("traceparent")
        if trace:
            headers["traceparent"] = str(trace)
        subject = subject_of(self._body, type(event), announcement.to_child)
        return Letter(announcement.event_id, subject, headers, event.model_dump_json().encode())


async def unpublished(reader: Reader, table: Table, limit: int) -> list[Letter]:
    """The oldest letters that the server has not confirmed, in the order they were written."""
    rows = await reader.all(
        select(table.c.event_id, table.c.subject, table.c.headers, table.c.body)
        .where(table.c.published_at.is_(None), table.c.refused.is_(None))
        .order_by(table.c.id)
        .limit(limit)
    )
    return [Letter(row.event_id, row.subject, row.headers, row.body.encode()) for row in rows]
