"""Looking for what residents wrote: for officers, with a reason, and every issue that is shown counts as read.

The search is on record before anything is shown: who, when, why and how many issues, but not what was looked for, which
may be somebody's name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, and_, or_, select

from services.intake.tables import ISSUES, READS, SEARCHES, VAULT
from services.intake.usecases.vault import VaultReader
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.errors import DomainError, Forbidden
from shared.web.paging import decode_cursor, encode_cursor

PURPOSE = "search"
SHOWN = 20
"""Issues to a page: few, for each of them is a reading."""
AROUND = 40
"""Characters shown before and after what was found."""


@dataclass(frozen=True, slots=True)
class Hit:
    """An issue whose words hold what was looked for, and the words around it."""

    reference: str
    submitted_at: datetime
    community: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class Hits:
    """Some issues, the newest first, and the cursor of those after them."""

    items: Sequence[Hit]
    next: str | None


class WordSearch:
    """Searches the vault of one body."""

    def __init__(self, writer: Writer, reader: Reader) -> None:
        self._writer = writer
        self._reader = reader

    async def find(self, reader: VaultReader, text: str, reason: str, cursor: str | None) -> Hits:
        """Issues whose words hold ``text``, in capitals or not. Raises Forbidden, or DomainError on ``cursor``."""
        if reader.role != "officer":
            raise Forbidden("not-allowed", "Your role does not do this.")
        # Looked for beside the writer, which nobody should wait for; read, and written down, in one transaction.
        rows = await self._reader.all(_holding(text, cursor))
        shown = [row.reference for row in rows[:SHOWN]]

        async def job(tx: Transaction) -> list[Hit]:
            search = {"searched_at": tx.now, "reader": reader.subject, "reason": reason, "shown": len(shown)}
            await tx.execute(SEARCHES.insert(), [search])
            if not shown:
                return []
            read = {"reader": reader.subject, "role": reader.role, "member": reader.member, "purpose": PURPOSE}
            await tx.execute(READS.insert(), [{**read, "reference": each, "read_at": tx.now} for each in shown])
            found = {row.reference: row for row in await tx.all(_words_of(shown))}
            return [_hit(found[each], text) for each in shown]

        items = await self._writer.run(job)
        if len(rows) <= SHOWN:
            return Hits(items, None)
        last = rows[SHOWN - 1]
        return Hits(items, encode_cursor(last.submitted_at.astimezone(UTC).isoformat(), last.reference))


def _holding(text: str, cursor: str | None) -> Select[Any]:
    at, reference = ISSUES.c.submitted_at, ISSUES.c.reference
    found = select(reference, at).join(VAULT, VAULT.c.reference == reference)
    found = found.where(VAULT.c.words.icontains(text, autoescape=True))
    if cursor:
        moment, last = _place_of(cursor)
        found = found.where(or_(at < moment, and_(at == moment, reference < last)))
    return found.order_by(at.desc(), reference.desc()).limit(SHOWN + 1)


def _words_of(references: Sequence[str]) -> Select[Any]:
    columns = (ISSUES.c.reference, ISSUES.c.submitted_at, ISSUES.c.community, VAULT.c.words)
    joined = select(*columns).join(VAULT, VAULT.c.reference == ISSUES.c.reference)
    return joined.where(ISSUES.c.reference.in_(references))


def _hit(row: Any, text: str) -> Hit:
    words = row.words or ""  # erased between the two looks
    at = max(words.lower().find(text.lower()), 0)
    begins, ends = max(at - AROUND, 0), at + len(text) + AROUND
    excerpt = ("…" if begins else "") + words[begins:ends] + ("…" if ends < len(words) else "")
    return Hit(row.reference, row.submitted_at, row.community, excerpt)


def _place_of(cursor: str) -> tuple[datetime, str]:
    at, reference = decode_cursor(cursor, str, str)
    try:
        return datetime.fromisoformat(str(at)).astimezone(UTC), str(reference)
    except (ValueError, OverflowError) as error:
        raise DomainError("cursor-not-valid", "This cursor was not given out here.", field="cursor") from error
