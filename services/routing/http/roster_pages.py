"""The office's pages of departments, of what holds for the whole body, and of the log of changes."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from services.routing.http.roster_forms import DepartmentForm, DutyDaysForm, NamedForm, filled, taken
from services.routing.http.roster_look import Look
from services.routing.roster import register
from services.routing.roster.body import Named, duty_days_set, named_added, named_dropped
from services.routing.roster.changes import PAGE
from services.routing.roster.document import DepartmentEntry, DutyDays, Kind
from services.routing.roster.entries import mark_of
from services.routing.roster.parts import CompositionPart, ReadinessItem
from services.routing.rosterkeeping import RosterKeeping
from shared.errors import DomainError
from shared.i18n import N_
from shared.web.auth import Claims, Role, allow
from shared.web.fields import Code
from shared.web.forms import Form, blank
from shared.web.pages import render, see_other
from shared.web.state import translator_of

Dispatching = Annotated[Claims, Depends(allow(Role.DISPATCHER, Role.OFFICER))]
Officer = Annotated[Claims, Depends(allow(Role.OFFICER))]
Cursor = Annotated[str | None, Query(max_length=500)]
Sought = Annotated[str, Query(max_length=100)]

DEPARTMENTS = "/office/roster/departments"
BODY = "/office/roster/body"
CHANGES_SHOWN = 10


def build_roster_pages(keeping: RosterKeeping) -> APIRouter:
    """The router; everything it needs comes with ``keeping``."""
    router = APIRouter(prefix="/office/roster", include_in_schema=False)
    _add_departments(router, keeping)
    _add_body(router, keeping)

    @router.get("/changes")
    async def changes(
        request: Request,
        claims: Dispatching,
        kind: Kind | None = None,
        code: Code | None = None,
        cursor: Cursor = None,
    ) -> Response:
        """Who changed what, and when; the newest first."""
        look = await Look.of(keeping, request, claims)
        found = await keeping.changes(kind, code, cursor, PAGE)
        context = look.context(found=found, kind=kind, code=code)
        return render(request, "routing/roster/changes.html", **context)

    return router


def _add_departments(router: APIRouter, keeping: RosterKeeping) -> None:
    @router.get("/departments")
    async def departments(request: Request, claims: Dispatching, q: Sought = "", cursor: Cursor = None) -> Response:
        """Departments by code, with what they answer for."""
        look = await Look.of(keeping, request, claims)
        found = register.departments(look.directory, q, cursor)
        return render(request, "routing/roster/departments.html", **look.context(found=found, q=q))

    @router.get("/new/department")
    async def new_department(request: Request, claims: Officer) -> Response:
        return await _department(keeping, request, claims, None, blank())

    @router.post("/new/department")
    async def add(request: Request, claims: Officer) -> Response:
        async def use(sent: DepartmentForm) -> None:
            await keeping.add(claims.subject, sent.entry())

        async def again(form: Form[DepartmentForm], status: int) -> Response:
            return await _department(keeping, request, claims, None, form, status)

        def added() -> Response:
            return see_other(DEPARTMENTS, N_("The department is in the roster."))

        return await taken(request, DepartmentForm, use, added, again)

    @router.get("/departments/{code}")
    async def department(code: str, request: Request, claims: Dispatching) -> Response:
        return await _department(keeping, request, claims, await keeping.entry(DepartmentEntry, code))

    @router.post("/departments/{code}")
    async def save(code: str, request: Request, claims: Officer) -> Response:
        there = await keeping.entry(DepartmentEntry, code)

        async def use(sent: DepartmentForm) -> None:
            await keeping.put(claims.subject, sent.entry(), sent.seen)

        async def again(form: Form[DepartmentForm], status: int) -> Response:
            return await _department(keeping, request, claims, there, form, status)

        def saved() -> Response:
            return see_other(f"{DEPARTMENTS}/{code}", N_("The roster is changed."))

        return await taken(request, DepartmentForm, use, saved, again)


def _add_body(router: APIRouter, keeping: RosterKeeping) -> None:
    @router.get("/body")
    async def body(request: Request, claims: Dispatching) -> Response:
        return await _body(keeping, request, claims)

    @router.post("/body/duty-days")
    async def duty_days(request: Request, claims: Officer) -> Response:
        async def use(sent: DutyDaysForm) -> None:
            await keeping.alter_body(claims.subject, duty_days_set(DutyDays(**sent.model_dump())))

        async def again(form: Form[DutyDaysForm], status: int) -> Response:
            return await _body(keeping, request, claims, status, duty_days=form)

        return await taken(request, DutyDaysForm, use, _body_saved, again)

    @router.post("/body/{named}")
    async def add_named(named: Literal["composition", "readiness"], request: Request, claims: Officer) -> Response:
        async def use(sent: NamedForm) -> None:
            await keeping.alter_body(claims.subject, named_added(named, _entry(named, sent)))

        async def again(form: Form[NamedForm], status: int) -> Response:
            return await _body(keeping, request, claims, status, **{named: form})

        return await taken(
            request, NamedForm, use, _body_saved, again, lambda field: field.rpartition("]")[2].lstrip(".")
        )

    @router.post("/body/{named}/{code}/drop")
    async def drop_named(
        named: Literal["composition", "readiness"], code: str, request: Request, claims: Officer
    ) -> Response:
        try:
            await keeping.alter_body(claims.subject, named_dropped(named, code))
        except DomainError as error:
            form: Form[Any] = blank().refused(error, translator_of(request))
            return await _body(keeping, request, claims, error.status, dropping=form)
        return _body_saved()


def _entry(named: Named, sent: NamedForm) -> CompositionPart | ReadinessItem:
    if named == "composition":
        return CompositionPart(code=sent.code, names=sent.names, counts=sent.counts)
    return ReadinessItem(code=sent.code, names=sent.names)


def _body_saved() -> Response:
    return see_other(BODY, N_("The roster is changed."))


async def _department(
    keeping: RosterKeeping,
    request: Request,
    claims: Claims,
    there: DepartmentEntry | None,
    form: Form[Any] | None = None,
    status: int = 200,
) -> Response:
    look = await Look.of(keeping, request, claims)
    changes = (await keeping.changes("department", there.code, None, CHANGES_SHOWN)).items if there else ()
    if form is None and there is not None:
        own = there.model_dump(exclude={"categories"})
        form = filled(**own, categories=" ".join(there.categories), seen=mark_of(there))
    context = look.context(look=look, department=there, form=form, changes=changes)
    return render(request, "routing/roster/department.html", status, **context)


async def _body(
    keeping: RosterKeeping,
    request: Request,
    claims: Claims,
    status: int = 200,
    *,
    duty_days: Form[Any] | None = None,
    composition: Form[Any] | None = None,
    readiness: Form[Any] | None = None,
    dropping: Form[Any] | None = None,
) -> Response:
    look = await Look.of(keeping, request, claims)
    roster = look.directory.roster
    days = " ".join(map(str, roster.duty_days.days_of_month))
    context = look.context(
        roster=roster,
        duty_days=duty_days or filled(days_of_month=days, hours=roster.duty_days.hours),
        composition=composition or blank(),
        readiness=readiness or blank(),
        dropping=dropping or blank(),
    )
    return render(request, "routing/roster/body.html", status, **context)
