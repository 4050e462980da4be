"""The office's pages of stations: the list, and one station with composition, readiness and duty days."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from services.routing.http.roster_forms import (
    CompositionForm,
    DayForm,
    HoursForm,
    ReadinessForm,
    RuleForm,
    StationForm,
    filled,
    taken,
)
from services.routing.http.roster_look import WEEKDAYS, Look
from services.routing.roster import register
from services.routing.roster.alterations import (
    composition_set,
    day_excepted,
    day_restored,
    hours_set,
    readiness_set,
    rule_added,
    rule_dropped,
)
from services.routing.roster.document import StationEntry
from services.routing.roster.entries import mark_of
from services.routing.rosterkeeping import RosterKeeping
from shared.i18n import N_
from shared.i18n.vocabulary import STATION_KINDS
from shared.web.auth import Claims, Role, allow
from shared.web.forms import Form, blank
from shared.web.pages import render, see_other

Dispatching = Annotated[Claims, Depends(allow(Role.DISPATCHER, Role.OFFICER))]
Officer = Annotated[Claims, Depends(allow(Role.OFFICER))]
Cursor = Annotated[str | None, Query(max_length=500)]
Sought = Annotated[str, Query(max_length=100)]

PLACE = "/office/roster/stations"
CHANGES_SHOWN = 10
_IN_LIST = re.compile(r"(composition|readiness)\[(\d+)\]\.(\w+)")
_FIELDS = {"count": "count", "units": "units", "part": "count", "checked_on": "checked", "item": "present"}


def build_station_pages(keeping: RosterKeeping) -> APIRouter:
    """The router; everything it needs comes with ``keeping``."""
    router = APIRouter(prefix="/office/roster", include_in_schema=False)
    _add_reading(router, keeping)
    _add_details(router, keeping)
    _add_parts(router, keeping)
    _add_duty_days(router, keeping)
    return router


def _add_reading(router: APIRouter, keeping: RosterKeeping) -> None:
    @router.get("/stations")
    async def stations(request: Request, claims: Dispatching, q: Sought = "", cursor: Cursor = None) -> Response:
        """Stations by code, each with its composition, its readiness and its next duty day."""
        look = await Look.of(keeping, request, claims)
        found = register.stations(look.directory, keeping.today(), q, cursor)
        return render(request, "routing/roster/stations.html", **look.context(found=found, q=q, kinds=STATION_KINDS))

    @router.get("/stations/{code}")
    async def station(code: str, request: Request, claims: Dispatching) -> Response:
        return await _page(keeping, request, claims, code)

    @router.get("/new/station")
    async def new_station(request: Request, claims: Officer) -> Response:
        return await _new(keeping, request, claims, blank(), 200)


def _add_details(router: APIRouter, keeping: RosterKeeping) -> None:
    @router.post("/new/station")
    async def add(request: Request, claims: Officer) -> Response:
        async def use(sent: StationForm) -> None:
            await keeping.add(claims.subject, sent.entry(None))

        async def again(form: Form[StationForm], status: int) -> Response:
            return await _new(keeping, request, claims, form, status)

        def added() -> Response:
            return see_other(PLACE, N_("The station is in the roster."))

        return await taken(request, StationForm, use, added, again)

    @router.post("/stations/{code}")
    async def save(code: str, request: Request, claims: Officer) -> Response:
        there = await keeping.entry(StationEntry, code)

        async def use(sent: StationForm) -> None:
            await keeping.put(claims.subject, sent.entry(there), sent.seen)

        async def again(form: Form[StationForm], status: int) -> Response:
            return await _page(keeping, request, claims, code, status, details=form)

        return await taken(request, StationForm, use, lambda: _saved(code), again)


def _add_parts(router: APIRouter, keeping: RosterKeeping) -> None:
    @router.post("/stations/{code}/composition")
    async def composition(code: str, request: Request, claims: Officer) -> Response:
        parts: list[str] = []

        async def use(sent: CompositionForm) -> None:
            parts.extend(part.part for part in sent.parts())
            await keeping.alter(claims.subject, code, composition_set(sent.parts()))

        async def again(form: Form[CompositionForm], status: int) -> Response:
            return await _page(keeping, request, claims, code, status, composition=form)

        def beside(field: str) -> str:
            return _of_list(field, parts)

        return await taken(request, CompositionForm, use, lambda: _saved(code), again, beside)

    @router.post("/stations/{code}/readiness")
    async def readiness(code: str, request: Request, claims: Officer) -> Response:
        items: list[str] = []

        async def use(sent: ReadinessForm) -> None:
            looked = sent.items(keeping.today())
            items.extend(item.item for item in looked)
            await keeping.alter(claims.subject, code, readiness_set(looked))

        async def again(form: Form[ReadinessForm], status: int) -> Response:
            return await _page(keeping, request, claims, code, status, readiness=form)

        def beside(field: str) -> str:
            return _of_list(field, items)

        return await taken(request, ReadinessForm, use, lambda: _saved(code), again, beside)


def _add_duty_days(router: APIRouter, keeping: RosterKeeping) -> None:
    @router.post("/stations/{code}/rules")
    async def add_rule(code: str, request: Request, claims: Officer) -> Response:
        hours = (await keeping.directory()).roster.duty_days.hours

        async def use(sent: RuleForm) -> None:
            await keeping.alter(claims.subject, code, rule_added(sent.rule(), hours))

        async def again(form: Form[RuleForm], status: int) -> Response:
            return await _page(keeping, request, claims, code, status, rule=form)

        return await taken(request, RuleForm, use, lambda: _saved(code), again)

    @router.post("/stations/{code}/rules/{place}/drop")
    async def drop_rule(code: str, place: int, claims: Officer) -> Response:
        """With the last rule the body's duty days hold again."""
        await keeping.alter(claims.subject, code, rule_dropped(place))
        return _saved(code)

    @router.post("/stations/{code}/hours")
    async def set_hours(code: str, request: Request, claims: Officer) -> Response:
        async def use(sent: HoursForm) -> None:
            await keeping.alter(claims.subject, code, hours_set(sent.hours))

        async def again(form: Form[HoursForm], status: int) -> Response:
            return await _page(keeping, request, claims, code, status, hours=form)

        return await taken(request, HoursForm, use, lambda: _saved(code), again)

    @router.post("/stations/{code}/days")
    async def except_day(code: str, request: Request, claims: Officer) -> Response:
        async def use(sent: DayForm) -> None:
            await keeping.alter(claims.subject, code, day_excepted(sent.day, sent.exception))

        async def again(form: Form[DayForm], status: int) -> Response:
            return await _page(keeping, request, claims, code, status, exception=form)

        return await taken(request, DayForm, use, lambda: _saved(code), again)

    @router.post("/stations/{code}/days/{day}/drop")
    async def restore_day(code: str, day: date, claims: Officer) -> Response:
        await keeping.alter(claims.subject, code, day_restored(day))
        return _saved(code)


def _of_list(field: str, codes: list[str]) -> str:
    """The page has a field for each part and each item, named by its code and not by its place."""
    found = _IN_LIST.match(field)
    return f"{_FIELDS[found[3]]}.{codes[int(found[2])]}" if found else field.partition("[")[0]


def _saved(code: str) -> Response:
    return see_other(f"{PLACE}/{code}", N_("The roster is changed."))


async def _new(
    keeping: RosterKeeping, request: Request, claims: Claims, form: Form[StationForm], status: int
) -> Response:
    look = await Look.of(keeping, request, claims)
    context = look.context(look=look, form=form, kinds=STATION_KINDS)
    return render(request, "routing/roster/new_station.html", status, **context)


async def _page(
    keeping: RosterKeeping,
    request: Request,
    claims: Claims,
    code: str,
    status: int = 200,
    *,
    details: Form[Any] | None = None,
    composition: Form[Any] | None = None,
    readiness: Form[Any] | None = None,
    rule: Form[Any] | None = None,
    hours: Form[Any] | None = None,
    exception: Form[Any] | None = None,
) -> Response:
    entry = await keeping.entry(StationEntry, code)
    look = await Look.of(keeping, request, claims)
    today = keeping.today()
    roster = look.directory.roster
    context = look.context(
        look=look,
        roster=roster,
        line=register.station_line(look.directory, entry, today),
        items={item.item: item for item in entry.readiness},
        attached={part.part: part for part in entry.composition},
        days=register.duty_days(look.directory, entry, today),
        rules=[look.rule(each) for each in entry.duty.rules] if entry.duty else [],
        kinds=STATION_KINDS,
        weekdays=WEEKDAYS,
        details=details or _details(entry),
        composition=composition or _composition(entry),
        readiness=readiness or _readiness(entry),
        rule=rule or blank(),
        hours=hours or filled(hours=entry.duty.hours if entry.duty else None),
        exception=exception or blank(exception="cancelled"),
        changes=(await keeping.changes("station", code, None, CHANGES_SHOWN)).items,
    )
    return render(request, "routing/roster/station.html", status, **context)


def _details(entry: StationEntry) -> Form[Any]:
    own = {"code": entry.code, "kind": entry.kind, "township": entry.township, "names": entry.names}
    return filled(**own, seen=mark_of(entry))


def _composition(entry: StationEntry) -> Form[Any]:
    return filled(
        count={part.part: part.count for part in entry.composition},
        units={part.part: " ".join(part.units) for part in entry.composition},
    )


def _readiness(entry: StationEntry) -> Form[Any]:
    return filled(
        present={item.item: "yes" if item.present else "no" for item in entry.readiness},
        checked={item.item: item.checked_on.isoformat() for item in entry.readiness},
    )
