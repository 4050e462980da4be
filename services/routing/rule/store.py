"""Versions of the rule in the database: written once, never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Table, select

from services.routing.roster.reads import Reads
from services.routing.rule.document import RuleDocument
from services.routing.tables import DecisionRule
from shared.db.transaction import Transaction

RULES: Table = DecisionRule.__table__  # type: ignore[attr-defined]

Edition = tuple[int, datetime]
"""Tells one rule from any other, even from one of the same number that was never committed."""


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """A rule with its number, who made it and when; version 0 is the usual one, which nobody made."""

    version: int
    document: RuleDocument
    changed_at: datetime | None = None
    changed_by: str | None = None


async def edition_of(reads: Reads) -> Edition | None:
    """Which rule is the present one; None while the usual one holds."""
    newest = select(RULES.c.version, RULES.c.changed_at).order_by(RULES.c.version.desc()).limit(1)
    row = await reads.one(newest)
    return (row.version, row.changed_at) if row else None


async def load(reads: Reads, version: int) -> RuleVersion | None:
    """One version, or None."""
    row = await reads.one(select(RULES).where(RULES.c.version == version))
    return _version(row) if row else None


async def versions(reads: Reads, before: int | None, limit: int) -> Sequence[RuleVersion]:
    """Versions older than ``before``, or the newest; the newest first."""
    statement = select(RULES).order_by(RULES.c.version.desc()).limit(limit)
    if before is not None:
        statement = statement.where(RULES.c.version < before)
    return [_version(row) for row in await reads.all(statement)]


async def add(tx: Transaction, version: RuleVersion) -> bool:
    """Keep a new version; False where somebody else just made one of this number."""
    row = {
        "version": version.version,
        "document": version.document.model_dump(mode="json"),
        "changed_at": version.changed_at,
        "changed_by": version.changed_by,
    }
    done = await tx.execute(tx.insert(RULES).values(row).on_conflict_do_nothing())
    return done.rowcount == 1


def _version(row: Row[Any]) -> RuleVersion:
    return RuleVersion(row.version, RuleDocument.model_validate(row.document), row.changed_at, row.changed_by)
