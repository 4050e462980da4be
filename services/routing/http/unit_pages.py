"""The office's pages of units: what is required and what is vacant, the chain as a tree, one unit with its posts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from services.routing.http.roster_forms import filled, taken
from services.routing.http.roster_look import Look
from services.routing.http.unit_forms import PostChangeForm, PostForm, RequiredForm, UnitForm
from services.routing.roster import chain
from services.routing.roster.body import units_required_set
from services.routing.roster.document import Roster
from services.routing.roster.entries import mark_of
from services.routing.roster.unit_alterations import post_dropped, post_put
from services.routing.roster.units import UnitEntry
from services.routing.rosterkeeping import RosterKeeping
from shared.contracts.words import UnitKind
from shared.errors import DomainError
from shared.i18n import N_
from shared.web.auth import Claims, Role, allow
from shared.web.forms import Form, blank
from shared.web.names import name_in
from shared.web.pages import render, see_other
from shared.web.paging import decode_cursor, encode_cursor
from shared.web.state import translator_of

Dispatching = Annotated[Claims, Depends(allow(Role.DISPATCHER, Role.OFFICER))]
Officer = Annotated[Claims, Depends(allow(Role.OFFICER))]
Cursor = Annotated[str | None, Query(max_length=500)]

PLACE = "/office/units"
LINES_SHOWN = 100
BODIES_SHOWN = 200
CHANGES_SHOWN = 10
KINDS: Mapping[UnitKind, str] = {
    "committee": N_("Committee"),
    "office": N_("Office (unit)"),
    "group": N_("Group"),
    "body": N_("Body below, without an instance of its own"),
}


def build_unit_pages(keeping: RosterKeeping) -> APIRouter:
    """The router; everything it needs comes with ``keeping``."""
    router = APIRouter(prefix=PLACE, include_in_schema=False)
    _add_chain(router, keeping)
    _add_details(router, keeping)
    _add_posts(router, keeping)
    return router


def _add_chain(router: APIRouter, keeping: RosterKeeping) -> None:
    @router.get("")
    async def units(request: Request, claims: Dispatching, cursor: Cursor = None) -> Response:
        """What is required, set up and vacant; the chain as a tree; how many members are attached to none of it."""
        return await _chain(keeping, request, claims, cursor)

    @router.post("")
    async def require(request: Request, claims: Officer) -> Response:
        """How many units must be there."""

        async def use(sent: RequiredForm) -> None:
            await keeping.alter_body(claims.subject, units_required_set(sent.of_itself(), sent.below()))

        async def again(form: Form[RequiredForm], status: int) -> Response:
            return await _chain(keeping, request, claims, None, status, form)

        return await taken(request, RequiredForm, use, lambda: see_other(PLACE, N_("The roster is changed.")), again)


def _add_details(router: APIRouter, keeping: RosterKeeping) -> None:
    @router.get("/new/unit")
    async def new_unit(request: Request, claims: Officer) -> Response:
        return await _new(keeping, request, claims, blank(), 200)

    @router.post("/new/unit")
    async def add(request: Request, claims: Officer) -> Response:
        async def use(sent: UnitForm) -> None:
            await keeping.add(claims.subject, sent.entry(None))

        async def again(form: Form[UnitForm], status: int) -> Response:
            return await _new(keeping, request, claims, form, status)

        return await taken(request, UnitForm, use, lambda: see_other(PLACE, N_("The unit is in the roster.")), again)

    @router.get("/{code}")
    async def unit(code: str, request: Request, claims: Dispatching) -> Response:
        return await _page(keeping, request, claims, code)

    @router.post("/{code}")
    async def save(code: str, request: Request, claims: Officer) -> Response:
        there = await keeping.entry(UnitEntry, code)

        async def use(sent: UnitForm) -> None:
            await keeping.put(claims.subject, sent.entry(there), sent.seen)

        async def again(form: Form[UnitForm], status: int) -> Response:
            return await _page(keeping, request, claims, code, status, details=form)

        return await taken(request, UnitForm, use, lambda: _saved(code), again)

    @router.post("/{code}/drop")
    async def drop(code: str, request: Request, claims: Officer) -> Response:
        """The unit was entered by mistake."""
        try:
            await keeping.remove(claims.subject, UnitEntry, code)
        except DomainError as error:
            form: Form[Any] = blank().refused(error, translator_of(request))
            return await _page(keeping, request, claims, code, error.status, dropping=form)
        return see_other(PLACE, N_("The unit is taken out, and what was told of it is taken back."))


def _add_posts(router: APIRouter, keeping: RosterKeeping) -> None:
    @router.post("/{code}/posts")
    async def put_post(code: str, request: Request, claims: Officer) -> Response:
        there = await keeping.entry(UnitEntry, code)

        async def use(sent: PostForm) -> None:
            await keeping.alter(claims.subject, code, post_put(sent.entry(there)))

        async def again(form: Form[PostForm], status: int) -> Response:
            return await _page(keeping, request, claims, code, status, post=form)

        def beside(field: str) -> str:
            return field if field.startswith("post_") else f"post_{field.rpartition('.')[2]}"

        return await taken(request, PostForm, use, lambda: _saved(code), again, beside)

    @router.post("/{code}/changes")
    async def change_post(code: str, request: Request, claims: Officer) -> Response:
        async def use(sent: PostChangeForm) -> None:
            await keeping.alter(claims.subject, code, sent.alteration())

        async def again(form: Form[PostChangeForm], status: int) -> Response:
            return await _page(keeping, request, claims, code, status, change=form)

        def beside(field: str) -> str:
            named = field.removeprefix("change.")
            return f"change.{named if named in ('post', 'step') else 'on'}"

        return await taken(request, PostChangeForm, use, lambda: _saved(code), again, beside)

    @router.post("/{code}/posts/{post}/drop")
    async def drop_post(code: str, post: str, claims: Officer) -> Response:
        """The post was entered by mistake."""
        await keeping.alter(claims.subject, code, post_dropped(post))
        return _saved(code)


def _saved(code: str) -> Response:
    return see_other(f"{PLACE}/{code}", N_("The roster is changed."))


async def _chain(
    keeping: RosterKeeping,
    request: Request,
    claims: Claims,
    cursor: str | None,
    status: int = 200,
    required: Form[Any] | None = None,
) -> Response:
    look = await Look.of(keeping, request, claims)
    roster = look.directory.roster
    lines = chain.chain(roster)
    first = max(0, int(decode_cursor(cursor, int)[0] or 0)) if cursor else 0
    bodies = chain.establishments(roster)
    context = look.context(
        roster=roster,
        kinds=KINDS,
        bodies=bodies[:BODIES_SHOWN],
        more_bodies=len(bodies) > BODIES_SHOWN,
        lines=lines[first : first + LINES_SHOWN],
        total=len(lines),
        next=encode_cursor(first + LINES_SHOWN) if len(lines) > first + LINES_SHOWN else None,
        dissolved=[unit for unit in roster.units if not unit.stands][:LINES_SHOWN],
        unattached=len(chain.attached_to_no_unit(roster)) if roster.units else None,
        required=required or _required(roster),
    )
    return render(request, "routing/roster/units.html", status, **context)


def _required(roster: Roster) -> Form[Any]:
    own, below = roster.units_required, roster.units_required_below
    return filled(
        committees=own.committees if own else None,
        offices=own.offices if own else None,
        committees_below=below.committees if below else None,
        offices_below=below.offices if below else None,
    )


async def _new(keeping: RosterKeeping, request: Request, claims: Claims, form: Form[UnitForm], status: int) -> Response:
    look = await Look.of(keeping, request, claims)
    return render(request, "routing/roster/new_unit.html", status, **look.context(look=look, form=form, kinds=KINDS))


async def _page(
    keeping: RosterKeeping,
    request: Request,
    claims: Claims,
    code: str,
    status: int = 200,
    *,
    details: Form[Any] | None = None,
    post: Form[Any] | None = None,
    change: Form[Any] | None = None,
    dropping: Form[Any] | None = None,
) -> Response:
    entry = await keeping.entry(UnitEntry, code)
    look = await Look.of(keeping, request, claims)
    roster = look.directory.roster
    context = look.context(
        look=look,
        unit=entry,
        kinds=KINDS,
        below=[each for each in roster.units if each.parent == code],
        post_names={
            each.code: name_in(each.model_dump()["names"], look.translator.code, each.code) for each in entry.posts
        },
        members=[each.code for each in roster.members if code in each.units],
        details=details or _details(entry),
        post=post or blank(),
        change=change or blank(),
        dropping=dropping or blank(),
        changes=(await keeping.changes("unit", code, None, CHANGES_SHOWN)).items,
    )
    return render(request, "routing/roster/unit.html", status, **context)


def _details(entry: UnitEntry) -> Form[Any]:
    return filled(**entry.model_dump(exclude={"posts"}), seen=mark_of(entry))
