"""For how long a resident is asked what they say of a closing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from shared.workdays import WorkCalendar


@dataclass(frozen=True, slots=True)
class Window:
    """``days`` working days of the body's ``calendar``, up to the end of work on the last of them."""

    calendar: WorkCalendar
    days: int

    def after(self, closed_at: datetime) -> datetime:
        """Until when a closing of that moment may be spoken about. For a record on paper it is the moment it was
        entered, since nobody could be asked before."""
        return self.calendar.add_working_days(closed_at, self.days)
