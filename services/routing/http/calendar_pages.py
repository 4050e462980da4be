"""``/office/calendar``: a month of working days, the body's own exceptions, its hours and its deadlines."""

from __future__ import annotations

import calendar as months
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from services.routing.calendar.document import BodyCalendar, DayException
from services.routing.calendar.keeping import CalendarKeeping
from services.routing.http.calendar_bodies import FIELDS, DayForm, RulesForm, entered_by, field_of_form
from shared.errors import DomainError
from shared.i18n import N_
from shared.web.auth import Claims, Role, allow
from shared.web.forms import Form, blank, read_form
from shared.web.pages import render, see_other
from shared.web.state import translator_of
from shared.workdays import known_through

Officer = Annotated[Claims, Depends(allow(Role.OFFICER))]
Dispatching = Annotated[Claims, Depends(allow(Role.DISPATCHER, Role.OFFICER))]
Month = Annotated[str | None, Query(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]
Cursor = Annotated[str | None, Query(max_length=200)]

KIND_NAMES = {
    "first-contact": N_("First contact"),
    "answer": N_("Answer"),
    "referral-reply": N_("A department's reply"),
    "commitment": N_("Commitment"),
}


@dataclass(frozen=True, slots=True)
class MonthDay:
    """A day of the month shown; ``own`` is what the body itself said of it."""

    day: date
    works: bool
    is_certain: bool
    own: DayException | None


def build_calendar_pages(calendar: CalendarKeeping) -> APIRouter:
    """The router; everything it needs comes with ``calendar``."""
    router = APIRouter(prefix="/office/calendar", include_in_schema=False)

    @router.get("")
    async def show(request: Request, _: Dispatching, month: Month = None, cursor: Cursor = None) -> Response:
        return await _page(calendar, request, month=month, cursor=cursor)

    @router.post("/days")
    async def set_day(request: Request, claims: Officer) -> Response:
        """A day is said to be worked, or not."""
        form = await read_form(request, DayForm)
        if form.value is not None:
            said = form.value
            try:
                await calendar.set_day(claims.subject, said.day, works=said.works, note=said.note)
            except DomainError as error:
                form = form.refused(error, translator_of(request))
            else:
                return see_other(f"/office/calendar?month={said.day:%Y-%m}", N_("The day is kept."))
        return await _page(calendar, request, day_form=form)

    @router.post("/days/{day}/drop")
    async def drop_day(request: Request, day: date, claims: Officer) -> Response:
        """The country's calendar holds again."""
        await calendar.drop_day(claims.subject, day)
        return see_other(f"/office/calendar?month={day:%Y-%m}", N_("The country's calendar holds again on this day."))

    @router.post("/rules")
    async def set_rules(request: Request, claims: Officer) -> Response:
        """Hours and lengths."""
        form = await read_form(request, RulesForm)
        if form.value is not None:
            try:
                await calendar.set_rules(claims.subject, form.value.rules())
            except DomainError as error:
                error.field = field_of_form(error.field or "")
                form = form.refused(error, translator_of(request))
            else:
                return see_other("/office/calendar", N_("Hours and lengths are kept; they hold from now on."))
        return await _page(calendar, request, rules_form=form)

    return router


async def _page(
    keeping: CalendarKeeping,
    request: Request,
    *,
    month: str | None = None,
    cursor: str | None = None,
    day_form: Form[Any] | None = None,
    rules_form: Form[Any] | None = None,
) -> Response:
    calendar = await keeping.present()
    today = calendar.work.day_of(keeping.clock.now())
    first = date.fromisoformat(f"{month}-01") if month else today.replace(day=1)
    refused = day_form is not None or rules_form is not None
    return render(
        request,
        "routing/calendar.html",
        422 if refused else 200,
        calendar=calendar,
        weeks=_weeks(calendar, first),
        first=first,
        before=(first - timedelta(days=1)).replace(day=1),
        after=(first + timedelta(days=31)).replace(day=1),
        today=today,
        known_through=known_through(),
        # Deadlines that begin now end in the weeks to come.
        looked_at_until=max(first + timedelta(days=30), today + timedelta(days=60)),
        coming=[each for each in calendar.days.values() if each.day >= today - timedelta(days=31)],
        day_form=day_form or blank(day=today.isoformat()),
        rules_form=rules_form or blank(**entered_by(calendar.rules)),
        fields=FIELDS,
        kind_names=KIND_NAMES,
        changes=await keeping.changes(cursor),
    )


def _weeks(calendar: BodyCalendar, first: date) -> Sequence[Sequence[MonthDay | None]]:
    """The weeks of a month, Monday first; None outside it."""
    work = calendar.work
    return [
        [
            MonthDay(day, work.is_working_day(day), work.is_certain(day), calendar.days.get(day))
            if day.month == first.month
            else None
            for day in week
        ]
        for week in months.Calendar().monthdatescalendar(first.year, first.month)
    ]
