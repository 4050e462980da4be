"""The ledger of what this service said: written in the transaction of the change, kept after it is published."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Row, Select, bindparam, select
from structlog.contextvars import get_contextvars

from shared.contracts.envelope import headers_of
from shared.contracts.subjects import subject_of
from shared.db.reader import Reader
from shared.db.transaction import Announcement, Transaction
from shared.messaging.chain import Place, Said, beginning, hash_of, rises
from shared.messaging.tables import MessagingTables


@dataclass(frozen=True, slots=True)
class Letter:
    """One event, ready for the wire."""

    event_id: str
    subject: str
    headers: dict[str, str]
    body: bytes


class OutboxTable:
    """Keeps announcements, and gives back those that were never published."""

    def __init__(
        self, tables: MessagingTables, *, body: str, service: str, hand_over: Callable[[Sequence[Letter]], None]
    ) -> None:
        self._tables = tables
        self._body = body
        self._service = service
        self._hand_over = hand_over
        self._moving = tables.ledger_head.update().values(
            position=bindparam("new_position"), hash=bindparam("new_hash")
        )

    async def keep(self, tx: Transaction, announcements: Sequence[Announcement]) -> Sequence[Letter]:
        """Write ``announcements`` down, and what rises into the chain; gives the letters that are new.

        One whose id is known already was said before and is not said again.
        """
        letters = [self._letter(announcement, tx) for announcement in announcements]
        rows = [
            {
                "event_id": letter.event_id,
                "subject": letter.subject,
                "headers": letter.headers,
                "body": letter.body.decode(),
                "created_at": tx.now,
            }
            for letter in letters
        ]
        new = await tx.add_missing_and_say(self._tables.outbox, rows, "event_id")
        # Said twice in one transaction is said once as well.
        fresh = [letter for letter in {each.event_id: each for each in letters}.values() if letter.event_id in new]
        rising = [letter for letter in fresh if rises(letter.subject)]
        if not rising:
            return fresh
        places = await self._chain(tx, rising)
        return [
            replace(letter, headers=letter.headers | places[letter.event_id].headers())
            if letter.event_id in places
            else letter
            for letter in fresh
        ]

    async def _chain(self, tx: Transaction, rising: Sequence[Letter]) -> dict[str, Place]:
        """Give ``rising`` their places. Three statements, however many they are."""
        head, ledger = self._tables.ledger_head, self._tables.ledger
        # One transaction writes at a time (shared.db.postgresql); locked all the same, since a place given twice is
        # for good.
        last = await tx.one(select(head.c.position, head.c.hash).with_for_update())
        position = last.position if last else 0
        previous = last.hash if last and position else beginning(self._body, self._service)
        places: dict[str, Place] = {}
        rows = []
        for letter in rising:
            at = letter.headers["ce-time"]
            position += 1
            place = Place(position, previous, hash_of(previous, said_in(letter)))
            places[letter.event_id] = place
            previous = place.hash
            rows.append(
                {
                    "position": position,
                    "event_id": letter.event_id,
                    "previous": place.previous,
                    "hash": place.hash,
                    "day": at[:10],
                }
            )
        await tx.add(ledger, rows)
        if last is None:
            await tx.add(head, [{"id": 1, "position": position, "hash": previous}])
        else:
            await tx.execute(self._moving, {"new_position": position, "new_hash": previous})
        return places

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


def said_in(letter: Letter) -> Said:
    """What the chain keeps of a letter."""
    return Said(letter.event_id, letter.subject, letter.headers["ce-time"], letter.body.decode())


def chained_letters(tables: MessagingTables) -> Select[Any]:
    """The outbox, beside each letter its place; those of what does not rise are null."""
    outbox, ledger = tables.outbox, tables.ledger
    return select(
        outbox.c.event_id,
        outbox.c.subject,
        outbox.c.headers,
        outbox.c.body,
        ledger.c.position,
        ledger.c.previous,
        ledger.c.hash,
    ).select_from(outbox.outerjoin(ledger, ledger.c.event_id == outbox.c.event_id))


def letter_of(row: Row[Any]) -> Letter:
    """A row of :func:`chained_letters`, ready for the wire."""
    headers = row.headers
    if row.position is not None:
        headers = headers | Place(row.position, row.previous, row.hash).headers()
    return Letter(row.event_id, row.subject, headers, row.body.encode())


async def unpublished(
    reader: Reader, tables: MessagingTables, limit: int, *, after: int = 0
) -> tuple[int, list[Letter]]:
    """The oldest letters that the server has not confirmed, in the order they were written, and the row of the last.

    Only those of rows ``after`` that one; 0 is before the first.
    """
    outbox = tables.outbox
    rows = await reader.all(
        chained_letters(tables)
        .add_columns(outbox.c.id)
        .where(outbox.c.published_at.is_(None), outbox.c.refused.is_(None), outbox.c.id > after)
        .order_by(outbox.c.id)
        .limit(limit)
    )
    return rows[-1].id if rows else after, [letter_of(row) for row in rows]
