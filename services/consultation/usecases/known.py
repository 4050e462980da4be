"""Whether the codes that somebody named exist: in the roster as its events have it, and among the cases here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Executable, select
from sqlalchemy.engine import Row

from services.consultation.tables import CASES, ROSTER_CODES, ROSTER_MEMBERS, ROSTER_STATIONS
from shared.errors import DomainError


class Reads(Protocol):
    """Something that runs a SELECT: a transaction, or a reader beside it."""

    async def all(self, statement: Executable) -> Sequence[Row[Any]]:
        """All rows."""


@dataclass(frozen=True, slots=True)
class Named:
    """Codes as an input names them, field by field."""

    station: str | None = None
    category: str | None = None
    reference: str | None = None
    member: str | None = None
    department: str | None = None
    members: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()


async def unknown(reads: Reads, named: Named) -> DomainError | None:
    """The refusal of the first code that does not exist, with its field; None where all exist."""
    is_category, is_department = ROSTER_CODES.c.kind == "category", ROSTER_CODES.c.kind == "department"
    if code := await _missing(reads, _one(named.station), ROSTER_STATIONS.c.code, ROSTER_STATIONS.c.is_current):
        return DomainError("unknown-station", "The roster has no station {named}.", field="station", named=code)
    if code := await _missing(reads, _one(named.category), ROSTER_CODES.c.code, is_category):
        return DomainError("unknown-category", "The roster has no category {named}.", field="category", named=code)
    for field, codes in (("members", named.members), ("member", _one(named.member))):
        if code := await _missing(reads, codes, ROSTER_MEMBERS.c.member):
            return DomainError("unknown-member", "No station has a member {named}.", field=field, named=code)
    for field, codes in (("departments", named.departments), ("department", _one(named.department))):
        if code := await _missing(reads, codes, ROSTER_CODES.c.code, is_department):
            return DomainError("unknown-department", "The roster has no department {named}.", field=field, named=code)
    for field, codes in (("issues", named.issues), ("reference", _one(named.reference))):
        if code := await _missing(reads, codes, CASES.c.reference):
            return DomainError("unknown-case", "There is no case {named} here.", field=field, named=code)
    return None


async def require_known(reads: Reads, named: Named) -> None:
    """Raises the DomainError that :func:`unknown` finds."""
    refusal = await unknown(reads, named)
    if refusal is not None:
        raise refusal


def _one(code: str | None) -> tuple[str, ...]:
    return () if code is None else (code,)


async def _missing(
    reads: Reads, codes: Iterable[str], column: ColumnElement[str], *where: ColumnElement[bool]
) -> str | None:
    wanted = list(dict.fromkeys(codes))
    if not wanted:
        return None
    found = {row[0] for row in await reads.all(select(column).where(column.in_(wanted), *where).distinct())}
    return next((code for code in wanted if code not in found), None)
