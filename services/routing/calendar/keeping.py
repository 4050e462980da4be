"""The calendar as its API and its page see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel
from sqlalchemy import select

from services.routing.calendar.book import CalendarBook
from services.routing.calendar.document import BodyCalendar, Rules
from services.routing.calendar.editing import CalendarEditing
from services.routing.calendar.store import CHANGES
from shared.clock import Clock
from shared.db.reader import Reader
from shared.db.writer import Writer
from shared.web.paging import Page, decode_cursor, encode_cursor

PAGE = 50


class ChangeLine(BaseModel):
    """One change: of a ``day``, or of the ``rules`` that hold on every day; what ``was``, and what it ``became``."""

    revision: int
    changed_at: datetime
    changed_by: str
    subject: str
    was: dict[str, Any] | None
    became: dict[str, Any] | None


@dataclass(frozen=True)
class OfficeAddress:
    """Where the office is told of what is late, and in which language; None where nobody said."""

    email: str | None
    language: str | None


@dataclass(frozen=True)
class CalendarKeeping:
    """Looks the calendar up and changes it."""

    clock: Clock
    reader: Reader
    writer: Writer
    book: CalendarBook
    editing: CalendarEditing
    sample_mail_domain: str | None = None

    async def present(self) -> BodyCalendar:
        """The calendar as it is."""
        return await self.book.present(self.reader)

    async def set_day(self, by: str, day: date, *, works: bool, note: str | None) -> BodyCalendar:
        """See :meth:`CalendarEditing.set_day`."""
        return await self.writer.run(lambda tx: self.editing.set_day(tx, by, day, works=works, note=note))

    async def drop_day(self, by: str, day: date) -> BodyCalendar:
        """See :meth:`CalendarEditing.drop_day`."""
        return await self.writer.run(lambda tx: self.editing.drop_day(tx, by, day))

    async def set_rules(self, by: str, rules: Rules) -> BodyCalendar:
        """See :meth:`CalendarEditing.set_rules`."""
        return await self.writer.run(lambda tx: self.editing.set_rules(tx, by, rules))

    async def changes(self, cursor: str | None = None) -> Page[ChangeLine]:
        """Who changed what, the newest first. Raises DomainError on ``cursor``."""
        statement = select(CHANGES).order_by(CHANGES.c.id.desc()).limit(PAGE + 1)
        if cursor:
            statement = statement.where(CHANGES.c.id < decode_cursor(cursor, int)[0])
        rows = await self.reader.all(statement)
        following = encode_cursor(rows[PAGE - 1].id) if len(rows) > PAGE else None
        return Page(items=[ChangeLine.model_validate(row, from_attributes=True) for row in rows[:PAGE]], next=following)

    async def office_address(self) -> OfficeAddress:
        """Where the office is told."""
        rules = (await self.present()).rules
        invented = f"office@{self.sample_mail_domain}" if self.sample_mail_domain else None
        return OfficeAddress(rules.office_email or invented, rules.office_language)
