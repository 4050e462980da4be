"""The roster in the database: read whole, written change by change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select

from services.routing.roster.dated import (
    MEMBER_PARTS,
    STATION_PARTS,
    UNIT_PARTS,
    keep_members,
    keep_stations,
    keep_units,
    parts_of_members,
    parts_of_stations,
    posts_of_units,
)
from services.routing.roster.difference import Change
from services.routing.roster.document import Kind, Roster, fields_of
from services.routing.roster.parts import Part
from services.routing.roster.reads import Reads
from services.routing.tables import Community, Department, Member, RosterRevision, Station, Township, Unit
from shared.db.transaction import Transaction

ONLY_ROW = 1

_TABLES: Mapping[Kind, Table] = {
    "township": Township.__table__,  # type: ignore[attr-defined]
    "station": Station.__table__,  # type: ignore[attr-defined]
    "community": Community.__table__,  # type: ignore[attr-defined]
    "member": Member.__table__,  # type: ignore[attr-defined]
    "department": Department.__table__,  # type: ignore[attr-defined]
    "unit": Unit.__table__,  # type: ignore[attr-defined]
}
_OF_THE_BODY = {"composition", "readiness", "units_required", "units_required_below"}
_REVISION: Table = RosterRevision.__table__  # type: ignore[attr-defined]


async def revision_of(reads: Reads) -> int:
    """How often the roster changed; 0 before the first one."""
    return int(await reads.scalar(select(_REVISION.c.revision)) or 0)


Edition = tuple[int, datetime]
"""Tells one roster from any other, even from one of the same number that was never committed."""


async def edition_of(reads: Reads) -> Edition | None:
    """Which roster is the present one; None before the first."""
    row = await reads.one(select(_REVISION.c.revision, _REVISION.c.applied_at))
    return (row.revision, row.applied_at) if row else None


async def hold(tx: Transaction) -> None:
    """Let nobody else change the roster before ``tx`` ends: other replicas of the service wait here."""
    await tx.one(select(_REVISION.c.id).with_for_update())


async def load(reads: Reads, body: str) -> Roster | None:
    """The roster as it is now, or None before the first one."""
    whole = await reads.one(select(_REVISION))
    if whole is None:
        return None
    parts = {kind: await _active(reads, table) for kind, table in _TABLES.items()}
    hours = {row["code"]: row.pop("duty_hours") for row in parts["station"]}
    of_members, of_stations = await parts_of_members(reads), await parts_of_stations(reads, hours)
    of_units = await posts_of_units(reads)
    return Roster.model_validate(
        {
            "body": {"code": body, "tier": whole.tier, "parent": whole.parent, "time_zone": whole.time_zone},
            "townships": parts["township"],
            "stations": [row | of_stations.get(row["code"], {}) for row in parts["station"]],
            "communities": parts["community"],
            "members": [row | of_members.get(row["code"], {}) for row in parts["member"]],
            "departments": parts["department"],
            "units": [row | of_units.get(row["code"], {}) for row in parts["unit"]],
            "duty_days": {"days_of_month": whole.days_of_month, "hours": whole.hours},
            "composition": whole.composition,
            "readiness": whole.readiness,
            "units_required": whole.units_required,
            "units_required_below": whole.units_required_below,
        }
    )


async def _active(reads: Reads, table: Table) -> list[dict[str, Any]]:
    columns = [column for column in table.c if column.name != "active"]
    rows = await reads.all(select(*columns).where(table.c.active.is_(True)).order_by(table.c.code))
    return [dict(row._mapping) for row in rows]


async def write(tx: Transaction, roster: Roster, changes: Sequence[Change], revision: int, by: str) -> None:
    """Make the database say what ``roster`` says, given how it differs. Who left stays, inactive.

    ``by``: the login of whoever changes it.
    """
    entries = roster.entries()
    present: dict[Kind, list[dict[str, Any]]] = defaultdict(list)
    gone: dict[Kind, list[str]] = defaultdict(list)
    for change in changes:
        if change.change == "removed":
            gone[change.kind].append(change.code)
        else:
            fields = _columns(change.kind, entries[change.kind, change.code])
            present[change.kind].append({"code": change.code, "active": True, **fields})
    for kind, table in _TABLES.items():
        if gone[kind]:
            await tx.execute(table.update().where(table.c.code.in_(gone[kind])).values(active=False))
        if present[kind]:
            await _upsert(tx, table, "code", present[kind])
    changed = {kind: {row["code"] for row in rows} for kind, rows in present.items()}
    await keep_members(tx, [each for each in roster.members if each.code in changed.get("member", ())], by)
    await keep_stations(tx, [each for each in roster.stations if each.code in changed.get("station", ())], by)
    await keep_units(tx, [each for each in roster.units if each.code in changed.get("unit", ())], by)
    duty_days = roster.duty_days
    whole = {
        "id": ONLY_ROW,
        "revision": revision,
        **roster.body.model_dump(exclude={"code"}),
        "days_of_month": list(duty_days.days_of_month),
        "hours": duty_days.hours,
        **roster.model_dump(mode="json", include=_OF_THE_BODY),
        "applied_at": tx.now,
    }
    await _upsert(tx, _REVISION, "id", [whole])


def _columns(kind: Kind, entry: Part) -> dict[str, Any]:
    """What of an entry stands in its own row; its dated parts have tables of their own."""
    if kind == "unit":
        return entry.model_dump(exclude={"code", *UNIT_PARTS})
    fields = fields_of(entry)
    if kind == "member":
        return {name: value for name, value in fields.items() if name not in MEMBER_PARTS}
    if kind == "station":
        duty = fields["duty"] or {}
        own = {name: value for name, value in fields.items() if name not in STATION_PARTS}
        return own | {"duty_hours": duty.get("hours")}
    return dict(fields)


async def _upsert(tx: Transaction, table: Table, key: str, rows: Sequence[Mapping[str, Any]]) -> None:
    statement = tx.insert(table)
    replaced = {column.name: statement.excluded[column.name] for column in table.c if column.name != key}
    await tx.execute(statement.on_conflict_do_update(index_elements=[key], set_=replaced), rows)
