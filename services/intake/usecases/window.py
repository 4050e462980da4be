"""For how long a resident is asked what they say of a closing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select

from services.intake.tables import WORKING
from shared.contracts.inner import CalendarPublished
from shared.db.transaction import Transaction
from shared.messaging.handlers import Received
from shared.workdays import WorkCalendar, WorkingHours

THE_CALENDAR = 1


@dataclass(frozen=True, slots=True)
class Window:
    """``days`` working days of the body that lives in ``zone``, up to the end of work on the last of them."""

    zone: str
    days: int

    async def present(self, tx: Transaction) -> OpenWindow:
        """The window by the body's calendar as it now is; the country's holds until routing has told of one."""
        row = await tx.one(select(WORKING))
        if row is None:
            return OpenWindow(WorkCalendar(self.zone), self.days)
        exceptions = {date.fromisoformat(day): True for day in row.days_on}
        exceptions |= {date.fromisoformat(day): False for day in row.days_off}
        return OpenWindow(WorkCalendar(self.zone, WorkingHours.parse(row.hours), exceptions), self.days)


@dataclass(frozen=True, slots=True)
class OpenWindow:
    """The window by one state of the calendar. What was reckoned by it stays: residents were told that moment."""

    calendar: WorkCalendar
    days: int

    def after(self, closed_at: datetime) -> datetime:
        """Until when a closing of that moment may be spoken about. For a record on paper it is the moment it was
        entered, since nobody could be asked before."""
        return self.calendar.add_working_days(closed_at, self.days)


async def hear_calendar(tx: Transaction, received: Received[CalendarPublished]) -> None:
    """Keep when the body works; an older revision than the known one changes nothing."""
    event = received.event
    news = {
        "revision": event.revision,
        "hours": list(event.hours),
        "days_on": [day.isoformat() for day in event.days_on],
        "days_off": [day.isoformat() for day in event.days_off],
    }
    statement = tx.insert(WORKING).values(id=THE_CALENDAR, **news)
    newer = WORKING.c.revision <= event.revision
    await tx.execute(statement.on_conflict_do_update(index_elements=["id"], set_=news, where=newer))
