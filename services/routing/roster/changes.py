"""The log of the roster's changes: who changed what, and when, from what to what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select

from services.routing.roster.difference import Change
from services.routing.roster.document import Kind
from services.routing.roster.reads import Reads
from services.routing.tables import RosterChange
from shared.db.transaction import Transaction
from shared.web.paging import decode_cursor, encode_cursor

CHANGES: Table = RosterChange.__table__  # type: ignore[attr-defined]
PAGE = 50


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """One change as it was written down; ``fields`` gives each as ``{"before": ..., "after": ...}``."""

    id: int
    revision: int
    changed_at: datetime
    changed_by: str
    by_file: bool
    kind: Kind
    code: str
    change: str
    fields: dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class ChangePage:
    """Some changes, the newest first, and the cursor of the older ones."""

    items: Sequence[RecordedChange]
    next: str | None


async def record(tx: Transaction, changes: Sequence[Change], revision: int, by: str, *, by_file: bool) -> None:
    """Write down ``changes`` in the transaction that makes them; ``by_file``: they came with an import."""
    rows = [
        {
            "revision": revision,
            "changed_at": tx.now,
            "changed_by": by,
            "by_file": by_file,
            "kind": change.kind,
            "code": change.code,
            "change": change.change,
            "fields": change.fields,
        }
        for change in changes
    ]
    await tx.execute(CHANGES.insert(), rows)


async def recorded(
    reads: Reads, *, kind: Kind | None = None, code: str | None = None, cursor: str | None = None, limit: int = PAGE
) -> ChangePage:
    """Changes of the whole roster, or of one kind, or of one entry; the newest first."""
    statement = select(*(CHANGES.c[name] for name in RecordedChange.__dataclass_fields__))
    if kind is not None:
        statement = statement.where(CHANGES.c.kind == kind)
    if code is not None:
        statement = statement.where(CHANGES.c.code == code)
    if cursor:
        statement = statement.where(CHANGES.c.id < decode_cursor(cursor, int)[0])
    rows = await reads.all(statement.order_by(CHANGES.c.id.desc()).limit(limit + 1))
    items = [RecordedChange(**row._mapping) for row in rows[:limit]]
    return ChangePage(items, encode_cursor(items[-1].id) if len(rows) > limit else None)
