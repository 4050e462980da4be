"""The calendar in the database."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, select

from services.routing.calendar.document import BodyCalendar, DayException, Rules
from services.routing.roster.reads import Reads
from services.routing.tables import CalendarChange, CalendarDay, CalendarRules
from shared.contracts.terms import DEFAULT_TERMS, DeadlineTerm
from shared.db.transaction import Transaction
from shared.workdays import WorkingHours

RULES: Table = CalendarRules.__table__  # type: ignore[attr-defined]
DAYS: Table = CalendarDay.__table__  # type: ignore[attr-defined]
CHANGES: Table = CalendarChange.__table__  # type: ignore[attr-defined]
ONLY_ROW = 1

Edition = tuple[int, datetime]
"""Tells one calendar from any other, even from one of the same number that was never committed."""


async def edition_of(reads: Reads) -> Edition | None:
    """Which calendar is the present one; None before the first change."""
    row = await reads.one(select(RULES.c.revision, RULES.c.changed_at))
    return (row.revision, row.changed_at) if row else None


async def load(reads: Reads, zone: str) -> BodyCalendar:
    """The calendar as it is now."""
    row = await reads.one(select(RULES))
    days = await reads.all(select(DAYS).order_by(DAYS.c.day))
    known = {each.day: DayException(**each._mapping) for each in days}
    return BodyCalendar(zone, row.revision, _rules(row), known) if row else BodyCalendar(zone, days=known)


async def locked(tx: Transaction, zone: str) -> BodyCalendar:
    """The calendar, which nobody else changes before the transaction ends."""
    first = tx.insert(RULES).values(id=ONLY_ROW, revision=0, changed_at=tx.now, **_values(Rules()))
    await tx.execute(first.on_conflict_do_nothing())
    await tx.one(select(RULES.c.id).with_for_update())
    return await load(tx, zone)


async def write_rules(tx: Transaction, rules: Rules, revision: int) -> None:
    """Keep what holds on every day, and that the calendar reached ``revision``."""
    await tx.execute(RULES.update().values(revision=revision, changed_at=tx.now, **_values(rules)))


async def write_day(tx: Transaction, exception: DayException) -> None:
    """Keep what holds on one day."""
    row = {name: getattr(exception, name) for name in DayException.__dataclass_fields__}
    await tx.execute(tx.insert(DAYS).values(row).on_conflict_do_update(index_elements=["day"], set_=row))


async def drop_day(tx: Transaction, day: date) -> None:
    """Let the country's calendar hold again on ``day``."""
    await tx.execute(DAYS.delete().where(DAYS.c.day == day))


async def write_change(
    tx: Transaction, revision: int, by: str, subject: str, was: dict[str, Any] | None, became: dict[str, Any] | None
) -> None:
    """Keep who changed what, when, from what to what."""
    row = {"revision": revision, "changed_at": tx.now, "changed_by": by, "subject": subject}
    await tx.execute(CHANGES.insert(), {**row, "was": was, "became": became})


def rules_as_json(rules: Rules) -> dict[str, Any]:
    """Rules as a change keeps them."""
    return _values(rules)


def _values(rules: Rules) -> dict[str, Any]:
    return {
        "hours": list(rules.hours.texts()),
        "terms": [term.model_dump() for term in rules.terms],
        "office_email": rules.office_email,
        "office_language": rules.office_language,
    }


def _rules(row: Any) -> Rules:
    kept = {term["kind"]: DeadlineTerm.model_validate(term) for term in row.terms}
    return Rules(
        hours=WorkingHours.parse(row.hours),
        # A kind that a later release brought is not in what was kept before.
        terms=tuple(kept.get(term.kind, term) for term in DEFAULT_TERMS),
        office_email=row.office_email,
        office_language=row.office_language,
    )
