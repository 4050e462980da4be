"""The iCalendar object that goes with an invitation: an entry that a calendar takes in, changes or strikes out."""

from __future__ import annotations

from dataclasses import dataclass

from icalendar import Calendar, vCalAddress, vText


@dataclass(frozen=True, slots=True)
class CalendarEntry:
    """The object, and what it is: REQUEST or CANCEL (RFC 5546)."""

    content: bytes
    method: str


def addressed(calendar: bytes, organizer: str, attendee: str) -> CalendarEntry:
    """``calendar``, as consultation gives it, from one e-mail address to another.

    The addresses are put in here and now, so that consultation need not know them and nobody keeps them.
    """
    entry = Calendar.from_ical(calendar)
    invited = vCalAddress(f"mailto:{attendee}")
    invited.params["ROLE"] = vText("REQ-PARTICIPANT")
    invited.params["PARTSTAT"] = vText("NEEDS-ACTION")
    # Nobody reads what comes back to the sender; who cannot come takes part in writing.
    invited.params["RSVP"] = vText("FALSE")
    for event in entry.walk("VEVENT"):
        event.add("organizer", vCalAddress(f"mailto:{organizer}"))
        event.add("attendee", invited)
    content: bytes = entry.to_ical()
    return CalendarEntry(content, str(entry["method"]))
