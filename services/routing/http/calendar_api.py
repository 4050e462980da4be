"""The JSON API of the body's calendar: days, hours, lengths of deadlines, and who changed them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from services.routing.calendar.keeping import CalendarKeeping, ChangeLine
from services.routing.http.calendar_bodies import CalendarOut, DayIn, OfficeAddressOut, RulesIn
from shared.web.auth import Claims, Role, allow
from shared.web.paging import Page
from shared.web.routers import api_router

Officer = Annotated[Claims, Depends(allow(Role.OFFICER))]
Staff = Annotated[Claims, Depends(allow(Role.MEMBER, Role.DISPATCHER, Role.OFFICER, Role.CLERK))]
Dispatching = Annotated[Claims, Depends(allow(Role.DISPATCHER, Role.OFFICER))]
Service = Annotated[Claims, Depends(allow(Role.SERVICE))]


def build_calendar_api(calendar: CalendarKeeping) -> APIRouter:
    """The router; everything it needs comes with ``calendar``."""
    router = api_router("/api/v1/calendar", "calendar")

    @router.get("")
    async def show(_: Staff) -> CalendarOut:
        """When the body works, and how long its deadlines are."""
        return CalendarOut.of(await calendar.present())

    @router.put("/days/{day}")
    async def set_day(day: date, said: DayIn, claims: Officer) -> CalendarOut:
        """Say that the body works on a day, or that it does not, whatever the country does."""
        return CalendarOut.of(await calendar.set_day(claims.subject, day, works=said.works, note=said.note))

    @router.delete("/days/{day}")
    async def drop_day(day: date, claims: Officer) -> CalendarOut:
        """Let the country's calendar hold again on a day."""
        return CalendarOut.of(await calendar.drop_day(claims.subject, day))

    @router.put("/rules")
    async def set_rules(said: RulesIn, claims: Officer) -> CalendarOut:
        """Replace the hours of a working day, the lengths of deadlines and where the office is told."""
        return CalendarOut.of(await calendar.set_rules(claims.subject, said.rules()))

    @router.get("/changes")
    async def changes(_: Dispatching, cursor: Annotated[str | None, Query(max_length=200)] = None) -> Page[ChangeLine]:
        """Who changed what and when, the newest first, 50 to a page."""
        return await calendar.changes(cursor)

    @router.get("/office-address")
    async def office_address(_: Service) -> OfficeAddressOut:
        """Where the office is told of what is late; for the body's own services."""
        return OfficeAddressOut(**asdict(await calendar.office_address()))

    return router
