"""The office's pages of members: the list, and one member with terms, leave and who stands in."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from services.routing.http.roster_forms import EndForm, LeaveForm, MemberForm, TermForm, filled, taken
from services.routing.http.roster_look import Look
from services.routing.roster import register
from services.routing.roster.alterations import leave_added, leave_dropped, leave_ended, term_added, term_dropped
from services.routing.roster.document import MemberEntry
from services.routing.roster.entries import mark_of
from services.routing.rosterkeeping import RosterKeeping
from shared.i18n import N_
from shared.web.auth import Claims, Role, allow
from shared.web.fields import Code
from shared.web.forms import Form, blank
from shared.web.pages import render, see_other

Dispatching = Annotated[Claims, Depends(allow(Role.DISPATCHER, Role.OFFICER))]
Officer = Annotated[Claims, Depends(allow(Role.OFFICER))]
Cursor = Annotated[str | None, Query(max_length=500)]
Sought = Annotated[str, Query(max_length=100)]

PLACE = "/office/roster/members"
CHANGES_SHOWN = 10


def build_member_pages(keeping: RosterKeeping) -> APIRouter:
    """The router; everything it needs comes with ``keeping``."""
    router = APIRouter(prefix="/office/roster", include_in_schema=False)
    _add_reading(router, keeping)
    _add_details(router, keeping)
    _add_dated_parts(router, keeping)
    return router


def _add_reading(router: APIRouter, keeping: RosterKeeping) -> None:
    @router.get("/members")
    async def members(
        request: Request, claims: Dispatching, q: Sought = "", station: Code | None = None, cursor: Cursor = None
    ) -> Response:
        """Members by code; ``q`` is looked for in code, name, fields, languages and places."""
        look = await Look.of(keeping, request, claims)
        found = register.members(look.directory, keeping.today(), q, station, cursor)
        context = look.context(found=found, q=q, station=station, cursor=cursor)
        return render(request, "routing/roster/members.html", **context)

    @router.get("/members/{code}")
    async def member(code: str, request: Request, claims: Dispatching) -> Response:
        return await _page(keeping, request, claims, code)

    @router.get("/new/member")
    async def new_member(request: Request, claims: Officer) -> Response:
        return await _new(keeping, request, claims, blank(first_language="zh-Hans"), 200)


def _add_details(router: APIRouter, keeping: RosterKeeping) -> None:
    @router.post("/new/member")
    async def add(request: Request, claims: Officer) -> Response:
        async def use(sent: MemberForm) -> None:
            await keeping.add(claims.subject, sent.entry(None))

        async def again(form: Form[MemberForm], status: int) -> Response:
            return await _new(keeping, request, claims, form, status)

        return await taken(
            request, MemberForm, use, lambda: see_other(PLACE, N_("The member is in the roster.")), again
        )

    @router.post("/members/{code}")
    async def save(code: str, request: Request, claims: Officer) -> Response:
        there = await keeping.entry(MemberEntry, code)

        async def use(sent: MemberForm) -> None:
            await keeping.put(claims.subject, sent.entry(there), sent.seen)

        async def again(form: Form[MemberForm], status: int) -> Response:
            return await _page(keeping, request, claims, code, status, details=form)

        return await taken(request, MemberForm, use, lambda: _saved(code), again)


def _add_dated_parts(router: APIRouter, keeping: RosterKeeping) -> None:
    @router.post("/members/{code}/terms")
    async def add_term(code: str, request: Request, claims: Officer) -> Response:
        async def again(form: Form[TermForm], status: int) -> Response:
            return await _page(keeping, request, claims, code, status, term=form)

        async def use(sent: TermForm) -> None:
            await keeping.alter(claims.subject, code, term_added(sent.term))

        return await taken(request, TermForm, use, lambda: _saved(code), again, _within("term"))

    @router.post("/members/{code}/terms/{begins_on}/drop")
    async def drop_term(code: str, begins_on: date, claims: Officer) -> Response:
        await keeping.alter(claims.subject, code, term_dropped(begins_on))
        return _saved(code)

    @router.post("/members/{code}/leave")
    async def add_leave(code: str, request: Request, claims: Officer) -> Response:
        async def again(form: Form[LeaveForm], status: int) -> Response:
            return await _page(keeping, request, claims, code, status, leave=form)

        async def use(sent: LeaveForm) -> None:
            await keeping.alter(claims.subject, code, leave_added(sent.leave))

        return await taken(request, LeaveForm, use, lambda: _saved(code), again, _within("leave"))

    @router.post("/members/{code}/leave/{begins_on}/end")
    async def end_leave(code: str, begins_on: date, request: Request, claims: Officer) -> Response:
        async def again(form: Form[EndForm], status: int) -> Response:
            return await _page(keeping, request, claims, code, status, ending=form, ended=begins_on)

        async def use(sent: EndForm) -> None:
            await keeping.alter(claims.subject, code, leave_ended(begins_on, sent.ends_on))

        return await taken(request, EndForm, use, lambda: _saved(code), again)

    @router.post("/members/{code}/leave/{begins_on}/drop")
    async def drop_leave(code: str, begins_on: date, claims: Officer) -> Response:
        await keeping.alter(claims.subject, code, leave_dropped(begins_on))
        return _saved(code)


def _within(part: str) -> Any:
    """Beside the field of the one part that was sent; where all of it is missing, beside its first day."""

    def beside(field: str) -> str:
        inner = field.removeprefix(f"{part}.")
        return f"{part}.begins_on" if inner in ("", part) else f"{part}.{inner}"

    return beside


def _saved(code: str) -> Response:
    return see_other(f"{PLACE}/{code}", N_("The roster is changed."))


async def _new(
    keeping: RosterKeeping, request: Request, claims: Claims, form: Form[MemberForm], status: int
) -> Response:
    look = await Look.of(keeping, request, claims)
    return render(request, "routing/roster/new_member.html", status, **look.context(look=look, form=form))


async def _page(
    keeping: RosterKeeping,
    request: Request,
    claims: Claims,
    code: str,
    status: int = 200,
    *,
    details: Form[Any] | None = None,
    term: Form[Any] | None = None,
    leave: Form[Any] | None = None,
    ending: Form[Any] | None = None,
    ended: date | None = None,
) -> Response:
    entry = await keeping.entry(MemberEntry, code)
    look = await Look.of(keeping, request, claims)
    today = keeping.today()
    context = look.context(
        look=look,
        line=register.member_line(entry, look.directory.availability(today)),
        today=today,
        details=details or _details(entry),
        term=term or blank(),
        leave=leave or blank(),
        ending=ending or blank(),
        ended=ended,
        changes=(await keeping.changes("member", code, None, CHANGES_SHOWN)).items,
    )
    return render(request, "routing/roster/member.html", status, **context)


def _details(entry: MemberEntry) -> Form[Any]:
    return filled(
        code=entry.code,
        display=entry.display,
        email=entry.email,
        stations=entry.stations,
        communities=entry.communities,
        expertise=entry.expertise,
        first_language=entry.languages[0],
        languages=entry.languages,
        stand_in=entry.stand_in,
        units=entry.units,
        seen=mark_of(entry),
    )
