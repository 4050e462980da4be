"""A consultation as an entry in somebody's calendar (RFC 5545), and as a message about one (RFC 5546)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Literal

from icalendar import Calendar, Event

from services.consultation.books.consultations import ConsultationBook
from services.consultation.registers import ConsultationWhole, Invitation
from services.consultation.usecases.acting import Actor
from shared.clock import Clock
from shared.errors import Conflict

USUAL_LENGTH = timedelta(hours=1)
"""Where nobody said until when."""
Method = Literal["REQUEST", "PUBLISH"]
PRODUCT = "-//Doorstep//Consultations//ZH"


class Invitations:
    """The calendar entries of ``body``, whose pages are at ``origin``."""

    def __init__(
        self, book: ConsultationBook, clock: Clock, station_name: Callable[[str], str], *, body: str, origin: str
    ) -> None:
        """``station_name`` gives a station's name, or its code where it has none."""
        self._book = book
        self._station_name = station_name
        self._clock = clock
        self._body = body
        self._origin = origin

    async def taken_along(self, actor: Actor, consultation_id: str) -> bytes:
        """The iCalendar object for ``actor``'s own calendar. Raises NotFound, Conflict where no time is set."""
        consultation = await self._book.one(actor, consultation_id)
        takes_part = actor.member is None or actor.member in consultation.members
        return self._calendar(consultation, "PUBLISH", called_off=_standing(consultation, takes_part) == "cancelled")

    async def told(
        self, consultation_id: str, *, member: str | None = None, department: str | None = None
    ) -> Invitation:
        """What a member or a department is to be told, as it now stands.

        Raises NotFound, Conflict where no time is set.
        """
        consultation = await self._book.whoever_asks(consultation_id)
        takes_part = member in consultation.members or department in consultation.departments
        standing = _standing(consultation, takes_part)
        calendar = self._calendar(consultation, "REQUEST", called_off=standing == "cancelled")
        return Invitation.model_validate(
            {
                **consultation.model_dump(include=set(Invitation.model_fields)),
                "station": self._station_name(consultation.station),
                "standing": standing,
                "takes_part": takes_part,
                "reason": consultation.cancel_reason,
                "calendar": calendar.decode(),
            }
        )

    def _calendar(self, consultation: ConsultationWhole, method: Method, *, called_off: bool) -> bytes:
        """The same UID whatever becomes of the plan, and a SEQUENCE that grows with it.

        REQUEST is sent to one who is invited, and the sender adds organizer and attendee; PUBLISH is taken along.
        Either gives way to CANCEL for what does not hold any more.
        """
        begins = consultation.planned_at
        if begins is None:
            raise Conflict("no-time-yet", "No time is set for this consultation yet.")
        link = f"{self._origin}/work/consultations/{consultation.id}"
        event = Event()
        event.add("uid", f"{consultation.id}@{self._body}.doorstep")
        event.add("sequence", consultation.sequence)
        event.add("dtstamp", self._clock.now())
        event.add("dtstart", begins)
        event.add("dtend", consultation.planned_until or begins + USUAL_LENGTH)
        station = self._station_name(consultation.station)
        event.add("summary", consultation.topic or station)
        event.add("location", ", ".join(part for part in (consultation.address, station) if part))
        event.add("status", "CANCELLED" if called_off else "CONFIRMED")
        event.add("url", link)
        event.add("description", "\n\n".join(part for part in (consultation.agenda, link) if part))
        calendar = Calendar()
        calendar.add("prodid", PRODUCT)
        calendar.add("version", "2.0")
        calendar.add("method", "CANCEL" if called_off else method)
        calendar.add_component(event)
        content: bytes = calendar.to_ical()
        return content


def _standing(consultation: ConsultationWhole, takes_part: bool) -> str:
    if consultation.state == "cancelled" or not takes_part:
        return "cancelled"
    return "changed" if consultation.sequence else "invited"
