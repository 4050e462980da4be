"""The present calendar in memory, read again only when it changed."""

from __future__ import annotations

from services.routing.calendar.document import BodyCalendar
from services.routing.calendar.store import Edition, edition_of, load
from services.routing.roster.reads import Reads


class CalendarBook:
    """Hands out the present :class:`BodyCalendar`; one per service."""

    def __init__(self, zone: str) -> None:
        self._zone = zone
        self._edition: Edition | None = None
        self._calendar = BodyCalendar(zone)

    async def present(self, reads: Reads) -> BodyCalendar:
        """The calendar as ``reads`` sees it; before the first change the country's, with eight hours a day."""
        edition = await edition_of(reads)
        if edition != self._edition:
            self._calendar = await load(reads, self._zone)
            self._edition = edition
        return self._calendar
