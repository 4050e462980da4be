"""The log of the roster's changes: who changed what, and when, from what to what."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Table

from services.routing.roster.difference import Change
from services.routing.tables import RosterChange
from shared.db.transaction import Transaction

CHANGES: Table = RosterChange.__table__  # type: ignore[attr-defined]


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
