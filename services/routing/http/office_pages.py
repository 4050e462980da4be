"""The office: the queue of the dispatcher, the roster, and the events that need a person."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from services.routing.domain.order import OrderState
from services.routing.entry import Routing
from services.routing.http.bodies import RosterOut
from services.routing.http.refusals import NamedFault, named
from services.routing.parked import Verdict
from services.routing.queue import QueueFilter
from services.routing.roster.difference import Change
from services.routing.roster.reading import RosterRefused
from shared.i18n import N_
from shared.web.auth import Claims, Role, allow, token_of
from shared.web.pages import render, see_other
from shared.web.state import translator_of

Dispatching = Annotated[Claims, Depends(allow(Role.DISPATCHER, Role.OFFICER))]
Officer = Annotated[Claims, Depends(allow(Role.OFFICER))]
Cursor = Annotated[str | None, Query(max_length=500)]

CHANGES_SHOWN = 200


def build_office_pages(routing: Routing) -> APIRouter:
    """The router; everything it needs comes with ``routing``."""
    router = APIRouter(prefix="/office", include_in_schema=False)
    _add_queue(router, routing)
    _add_roster(router, routing)
    _add_parked(router, routing)
    return router


def _add_queue(router: APIRouter, routing: Routing) -> None:
    @router.get("")
    async def queue(request: Request, _: Dispatching, cursor: Cursor = None) -> Response:
        """What nobody has first, then what waits for an answer, the next deadline first."""
        return render(
            request,
            "routing/office.html",
            counts=await routing.queries.counts(),
            stuck=await routing.queue.page(QueueFilter(), routing.clock.now(), None),
            waiting=await routing.queries.waiting(cursor),
            now=routing.clock.now(),
        )

    @router.get("/orders")
    async def all_orders(
        request: Request, _: Dispatching, state: OrderState | None = None, cursor: Cursor = None
    ) -> Response:
        """All orders, or those in one state, the newest first."""
        found = await routing.queries.orders(member=None, state=state, cursor=cursor)
        return render(request, "routing/orders.html", found=found, state=state, states=_LISTED)


_LISTED = (
    OrderState.UNROUTABLE,
    OrderState.RETURNED,
    OrderState.ASSIGNED,
    OrderState.ACCEPTED,
    OrderState.CLOSED,
    OrderState.WITHDRAWN,
    OrderState.JOINED,
)


def _add_roster(router: APIRouter, routing: Routing) -> None:
    @router.get("/roster")
    async def roster(request: Request, _: Dispatching) -> Response:
        return await _roster_page(routing, request)

    @router.post("/roster")
    async def take_roster(request: Request, claims: Officer) -> Response:
        """A chosen file is compared first; the same content sent back with ``apply`` is taken over."""
        content, apply = await _sent_roster(request)
        try:
            changes = await routing.take_roster(content, claims.subject, dry_run=not apply)
        except RosterRefused as refused:
            faults = named(refused, translator_of(request))
            return await _roster_page(routing, request, faults=faults, status=422)
        if apply:
            return see_other("/office/roster", N_("The roster is taken over."))
        return await _roster_page(routing, request, changes=changes, content=content.decode("utf-8-sig"))


async def _sent_roster(request: Request) -> tuple[bytes, bool]:
    async with request.form() as form:
        file, content = form.get("file"), form.get("content")
        if isinstance(file, UploadFile):
            return await file.read(), False
        return (content if isinstance(content, str) else "").encode(), form.get("apply") == "true"


async def _roster_page(
    routing: Routing,
    request: Request,
    *,
    changes: Sequence[Change] | None = None,
    content: str = "",
    faults: Sequence[NamedFault] = (),
    status: int = 200,
) -> Response:
    directory = await routing.directory()
    return render(
        request,
        "routing/roster.html",
        status,
        roster=RosterOut.of(directory.roster if directory else None),
        changes=changes[:CHANGES_SHOWN] if changes is not None else None,
        changed=len(changes or ()),
        content=content,
        faults=faults,
    )


def _add_parked(router: APIRouter, routing: Routing) -> None:
    @router.get("/parked")
    async def parked(request: Request, _: Dispatching) -> Response:
        """What could not be applied, in every service of the body."""
        return render(request, "routing/parked.html", services=await routing.parked.everywhere(token_of(request)))

    @router.post("/parked/{service}/{parked_id}/resend")
    async def resend(service: str, parked_id: int, request: Request, _: Dispatching) -> Response:
        return await _decide(routing, request, service, parked_id, "resend")

    @router.post("/parked/{service}/{parked_id}/drop")
    async def drop(service: str, parked_id: int, request: Request, _: Dispatching) -> Response:
        return await _decide(routing, request, service, parked_id, "drop")


async def _decide(routing: Routing, request: Request, service: str, parked_id: int, verdict: Verdict) -> Response:
    await routing.parked.decide(service, parked_id, verdict, token_of(request))
    said = N_("The event was sent again.") if verdict == "resend" else N_("The event was given up.")
    return see_other("/office/parked", said)
