"""The dated parts of members, stations and units in tables of their own: each row says who recorded it, and when."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, and_, bindparam, select

from services.routing.roster.document import MemberEntry, StationEntry, member_in_order, station_in_order
from services.routing.roster.reads import Reads
from services.routing.roster.units import UnitEntry, unit_in_order
from services.routing.tables import (
    MemberLeave,
    MemberTerm,
    StationDutyException,
    StationDutyRule,
    StationItem,
    StationPart,
    UnitPost,
)
from shared.db.transaction import Transaction

_TERMS: Table = MemberTerm.__table__  # type: ignore[attr-defined]
_LEAVES: Table = MemberLeave.__table__  # type: ignore[attr-defined]
_PARTS: Table = StationPart.__table__  # type: ignore[attr-defined]
_ITEMS: Table = StationItem.__table__  # type: ignore[attr-defined]
_RULES: Table = StationDutyRule.__table__  # type: ignore[attr-defined]
_EXCEPTIONS: Table = StationDutyException.__table__  # type: ignore[attr-defined]
_POSTS: Table = UnitPost.__table__  # type: ignore[attr-defined]

OF_MEMBERS = (_TERMS, _LEAVES)
OF_STATIONS = (_PARTS, _ITEMS, _RULES, _EXCEPTIONS)
MEMBER_PARTS = frozenset({"terms", "leave"})
STATION_PARTS = frozenset({"composition", "readiness", "duty"})
UNIT_PARTS = frozenset({"posts"})
_RECORD = ("recorded_at", "recorded_by")

Fields = Mapping[str, Any]


async def parts_of_members(reads: Reads) -> dict[str, dict[str, Any]]:
    """Terms and leave by member, the earliest first; one query for each."""
    terms, leaves = [await _by_owner(reads, table) for table in OF_MEMBERS]
    return {code: {"terms": terms[code], "leave": leaves[code]} for code in terms.keys() | leaves.keys()}


async def parts_of_stations(reads: Reads, hours: Mapping[str, str | None]) -> dict[str, dict[str, Any]]:
    """Composition, readiness and own duty days by station; ``hours`` are those of its duty days."""
    parts, items, rules, exceptions = [await _by_owner(reads, table) for table in OF_STATIONS]
    found: dict[str, dict[str, Any]] = defaultdict(dict)
    for code in parts.keys() | items.keys():
        found[code] |= {"composition": parts[code], "readiness": items[code]}
    for code, own in list(rules.items()):
        found[code]["duty"] = {
            "rules": [row["rule"] for row in own],
            "hours": hours.get(code),
            "extra": [row["day"] for row in exceptions[code] if row["is_extra"]],
            "cancelled": [row["day"] for row in exceptions[code] if not row["is_extra"]],
        }
    return found


async def posts_of_units(reads: Reads) -> dict[str, dict[str, Any]]:
    """Posts by unit, in order of their codes."""
    return {code: {"posts": posts} for code, posts in (await _by_owner(reads, _POSTS)).items()}


async def keep_members(tx: Transaction, members: Sequence[MemberEntry], by: str) -> None:
    """Make the rows of these members say what the entries say; rows that say so already stay as they are."""
    rows = [row for member in members for row in _rows_of_member(member_in_order(member))]
    await _keep(tx, OF_MEMBERS, [member.code for member in members], rows, by)


async def keep_stations(tx: Transaction, stations: Sequence[StationEntry], by: str) -> None:
    """The same for stations."""
    rows = [row for station in stations for row in _rows_of_station(station_in_order(station))]
    await _keep(tx, OF_STATIONS, [station.code for station in stations], rows, by)


async def keep_units(tx: Transaction, units: Sequence[UnitEntry], by: str) -> None:
    """The same for units and their posts."""
    rows = [
        (_POSTS, {"unit": unit.code, **post.model_dump(), "filled": post.model_dump(mode="json")["filled"]})
        for unit in map(unit_in_order, units)
        for post in unit.posts
    ]
    await _keep(tx, (_POSTS,), [unit.code for unit in units], rows, by)


def _rows_of_member(member: MemberEntry) -> Iterator[tuple[Table, Fields]]:
    for term in member.terms:
        yield _TERMS, {"member": member.code, **term.model_dump()}
    for leave in member.leave:
        yield _LEAVES, {"member": member.code, **leave.model_dump()}


def _rows_of_station(station: StationEntry) -> Iterator[tuple[Table, Fields]]:
    for part in station.composition:
        yield _PARTS, {"station": station.code, **part.model_dump(), "units": list(part.units)}
    for item in station.readiness:
        yield _ITEMS, {"station": station.code, **item.model_dump()}
    if station.duty is None:
        return
    for place, rule in enumerate(station.duty.rules):
        yield _RULES, {"station": station.code, "place": place, "rule": rule.model_dump(mode="json")}
    for is_extra, days in ((True, station.duty.extra), (False, station.duty.cancelled)):
        for day in days:
            yield _EXCEPTIONS, {"station": station.code, "day": day, "is_extra": is_extra}


async def _by_owner(reads: Reads, table: Table) -> defaultdict[str, list[dict[str, Any]]]:
    owner, *_ = keys = list(table.primary_key.columns)
    told = [column for column in table.c if column.name not in _RECORD]
    found: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in await reads.all(select(*told).order_by(*keys)):
        values = dict(row._mapping)
        found[values.pop(owner.name)].append(values)
    return found


async def _keep(
    tx: Transaction, tables: Sequence[Table], owners: Sequence[str], rows: Sequence[tuple[Table, Fields]], by: str
) -> None:
    if not owners:
        return
    for table in tables:
        keys = list(table.primary_key.columns)
        told = [column for column in table.c if column.name not in _RECORD]
        wanted = {tuple(row[key.name] for key in keys): row for each, row in rows if each is table}
        there = {
            tuple(row._mapping[key.name] for key in keys): dict(row._mapping)
            for row in await tx.all(select(*told).where(keys[0].in_(owners)))
        }
        if gone := [dict(zip((f"key_{key.name}" for key in keys), at, strict=True)) for at in there.keys() - wanted]:
            named = and_(*(key == bindparam(f"key_{key.name}") for key in keys))
            await tx.execute(table.delete().where(named), gone)
        record = {"recorded_at": tx.now, "recorded_by": by}
        if new := [{**row, **record} for at, row in sorted(wanted.items()) if there.get(at) != row]:
            statement = tx.insert(table)
            replaced = {column.name: statement.excluded[column.name] for column in table.c if not column.primary_key}
            await tx.execute(statement.on_conflict_do_update(index_elements=keys, set_=replaced), new)
