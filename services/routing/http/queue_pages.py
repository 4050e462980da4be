"""The dispatcher's queue: narrowed by a form, moved on one by one or many at once."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from services.routing.domain.order import OrderState
from services.routing.entry import Routing
from services.routing.http.bodies import Input
from services.routing.http.order_api import act
from services.routing.http.order_bodies import MOST_AT_ONCE, Action, BatchIn, HandOverIn, ResultOut
from services.routing.queue import QUEUED, QueueFilter
from shared.errors import DomainError
from shared.i18n import N_
from shared.web.auth import Claims, Role, allow
from shared.web.fields import Code
from shared.web.forms import Form, blank, read_form
from shared.web.pages import render, see_other
from shared.web.state import translator_of

Dispatching = Annotated[Claims, Depends(allow(Role.DISPATCHER, Role.OFFICER))]
Cursor = Annotated[str | None, Query(max_length=500)]


class Narrowed(BaseModel):
    """The query of the queue's page; an empty field counts as absent."""

    state: Annotated[str, Field(max_length=20)] = ""
    late: bool = False
    category: Annotated[str, Field(max_length=64)] = ""
    township: Annotated[str, Field(max_length=64)] = ""

    def filter(self) -> QueueFilter:
        """As the queue takes it; a state that there is not is no state."""
        state = OrderState(self.state) if self.state in set(OrderState) else None
        return QueueFilter(state, self.late, self.category or None, self.township or None)

    def query(self, **more: str) -> str:
        """The same as a query string, with ``more``."""
        kept = {name: str(value).lower() for name, value in self.model_dump().items() if value}
        return urlencode({**kept, **more})


class BatchForm(Input):
    """What to do with the orders that were ticked."""

    action: Action
    references: Annotated[tuple[Code, ...], Field(min_length=1, max_length=MOST_AT_ONCE)]
    member: Code | None = None


def build_queue_pages(routing: Routing) -> APIRouter:
    """The router; everything it needs comes with ``routing``."""
    router = APIRouter(prefix="/office", include_in_schema=False)

    @router.get("/queue")
    async def queue(
        request: Request, narrowed: Annotated[Narrowed, Query()], _: Dispatching, cursor: Cursor = None
    ) -> Response:
        return await _page(routing, request, narrowed, cursor=cursor)

    @router.post("/queue")
    async def move_on(request: Request, narrowed: Annotated[Narrowed, Query()], _: Dispatching) -> Response:
        """What became of each order is said above the queue as it is then."""
        translator = translator_of(request)
        form = await read_form(request, BatchForm)
        if form.value is None:
            return await _page(routing, request, narrowed, form=form, status=422)
        try:
            done = await act(routing, BatchIn.model_validate(form.value.model_dump()))
        except DomainError as error:
            return await _page(routing, request, narrowed, form=form.refused(error, translator), status=422)
        results = [ResultOut.of(each, translator) for each in done]
        return await _page(routing, request, narrowed, results=results)

    @router.post("/members/{away}/hand-over")
    async def hand_over(away: Code, request: Request, _: Dispatching) -> Response:
        """All open orders of somebody on leave go to the stand-in, or to whom the form names."""
        form = await read_form(request, HandOverIn)
        try:
            if form.value is not None:
                await routing.orders.hand_over(away, form.value.to)
                return see_other("/office/queue?state=assigned", N_("The open orders are offered to the stand-in."))
        except DomainError as error:
            form = form.refused(error, translator_of(request))
        return await _page(routing, request, Narrowed(), form=form, handed=away, status=422)

    return router


async def _page(
    routing: Routing,
    request: Request,
    narrowed: Narrowed,
    *,
    cursor: str | None = None,
    form: Form[Any] | None = None,
    results: list[ResultOut] | None = None,
    handed: str | None = None,
    status: int = 200,
) -> Response:
    directory = await routing.directory()
    now = routing.clock.now()
    return render(
        request,
        "routing/queue.html",
        status,
        found=await routing.queue.page(narrowed.filter(), now, cursor),
        narrowed=narrowed,
        states=QUEUED,
        townships=directory.roster.townships if directory else (),
        categories=directory.roster.categories if directory else (),
        form=form or blank(),
        left_behind=await routing.orders.left_behind(),
        results=results,
        handed=handed,
        now=now,
    )
