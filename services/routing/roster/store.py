"""The roster in the database: read whole, written change by change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Executable, Row, Table, select

from services.routing.roster.difference import Change
from services.routing.roster.document import Kind, Roster
from services.routing.tables import Community, Department, Member, RosterRevision, Station, Township
from shared.db.transaction import Transaction

ONLY_ROW = 1

_TABLES: Mapping[Kind, Table] = {
    "township": Township.__table__,  # type: ignore[attr-defined]
    "station": Station.__table__,  # type: ignore[attr-defined]
    "community": Community.__table__,  # type: ignore[attr-defined]
    "member": Member.__table__,  # type: ignore[attr-defined]
    "department": Department.__table__,  # type: ignore[attr-defined]
}
_REVISION: Table = RosterRevision.__table__  # type: ignore[attr-defined]


class Reads(Protocol):
    """Whatever reads: a transaction, or the reader."""

    async def all(self, statement: Executable) -> Sequence[Row[Any]]: ...
    async def one(self, statement: Executable) -> Row[Any] | None: ...
    async def scalar(self, statement: Executable) -> Any: ...


async def revision_of(reads: Reads) -> int:
    """How often the roster changed; 0 before the first one."""
    return int(await reads.scalar(select(_REVISION.c.revision)) or 0)


Edition = tuple[int, datetime]
"""Tells one roster from any other, even from one of the same number that was never committed."""


async def edition_of(reads: Reads) -> Edition | None:
    """Which roster is the present one; None before the first."""
    row = await reads.one(select(_REVISION.c.revision, _REVISION.c.applied_at))
    return (row.revision, row.applied_at) if row else None


async def load(reads: Reads, body: str) -> Roster | None:
    """The roster as it is now, or None before the first one."""
    whole = await reads.one(select(_REVISION))
    if whole is None:
        return None
    parts = {kind: await _active(reads, table) for kind, table in _TABLES.items()}
    return Roster.model_validate(
        {
            "body": {"code": body, "tier": whole.tier, "parent": whole.parent, "time_zone": whole.time_zone},
            "townships": [row["code"] for row in parts["township"]],
            "stations": parts["station"],
            "communities": parts["community"],
            "members": parts["member"],
            "departments": parts["department"],
            "duty_days": {"days_of_month": whole.days_of_month, "hours": whole.hours},
        }
    )


async def _active(reads: Reads, table: Table) -> list[dict[str, Any]]:
    columns = [column for column in table.c if column.name != "active"]
    rows = await reads.all(select(*columns).where(table.c.active.is_(True)).order_by(table.c.code))
    return [dict(row._mapping) for row in rows]


async def write(tx: Transaction, roster: Roster, changes: Sequence[Change], revision: int) -> None:
    """Make the database say what ``roster`` says, given how it differs. Who left stays, inactive."""
    entries = roster.entries()
    present: dict[Kind, list[dict[str, Any]]] = defaultdict(list)
    gone: dict[Kind, list[str]] = defaultdict(list)
    for change in changes:
        if change.change == "removed":
            gone[change.kind].append(change.code)
        else:
            fields = entries[change.kind, change.code]
            present[change.kind].append({"code": change.code, "active": True, **fields})
    for kind, table in _TABLES.items():
        if gone[kind]:
            await tx.execute(table.update().where(table.c.code.in_(gone[kind])).values(active=False))
        if present[kind]:
            await _upsert(tx, table, "code", present[kind])
    duty_days = roster.duty_days
    whole = {
        "id": ONLY_ROW,
        "revision": revision,
        **roster.body.model_dump(exclude={"code"}),
        "days_of_month": list(duty_days.days_of_month),
        "hours": duty_days.hours,
        "applied_at": tx.now,
    }
    await _upsert(tx, _REVISION, "id", [whole])


async def _upsert(tx: Transaction, table: Table, key: str, rows: Sequence[Mapping[str, Any]]) -> None:
    statement = tx.insert(table)
    replaced = {column.name: statement.excluded[column.name] for column in table.c if column.name != key}
    await tx.execute(statement.on_conflict_do_update(index_elements=[key], set_=replaced), rows)
