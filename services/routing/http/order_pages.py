"""The page of one order: why it came to this member, what it is about, and the answer to it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from services.routing.domain.order import ORDER, Move, OrderState
from services.routing.entry import Routing
from services.routing.http.bodies import AssignIn, Input, Reason
from services.routing.http.explanations import sentences
from services.routing.orders import OrderRecord
from shared.errors import DomainError
from shared.i18n import N_
from shared.web.auth import Claims, Role, allow, token_of
from shared.web.forms import Form, blank, read_form
from shared.web.pages import render, see_other
from shared.web.state import translator_of

Readers = Annotated[Claims, Depends(allow(Role.MEMBER, Role.DISPATCHER, Role.OFFICER))]
Answers = Annotated[Claims, Depends(allow(Role.MEMBER, Role.OFFICER))]
Dispatching = Annotated[Claims, Depends(allow(Role.DISPATCHER, Role.OFFICER))]


class DeclineForm(Input):
    """Why the order is given back."""

    reason: Reason


def build_order_pages(routing: Routing) -> APIRouter:
    """The router; everything it needs comes with ``routing``."""
    router = APIRouter(include_in_schema=False)

    @router.get("/work/orders/{reference}")
    async def order_page(reference: str, request: Request, claims: Readers) -> Response:
        order = await routing.order(reference, claims)
        return await _page(routing, request, claims, order)

    @router.post("/work/orders/{reference}/accept")
    async def accept(reference: str, claims: Answers) -> Response:
        await routing.accept(reference, routing.answerer(claims, None), None)
        return see_other(f"/work/{reference}", N_("You have taken the order."))

    @router.post("/work/orders/{reference}/decline")
    async def decline(reference: str, request: Request, claims: Answers) -> Response:
        form = await read_form(request, DeclineForm)
        if form.value is None:
            order = await routing.order(reference, claims)
            return await _page(routing, request, claims, order, form, 422)
        await routing.decline(reference, routing.answerer(claims, None), form.value.reason, None)
        return see_other("/work", N_("The order is given back. Somebody else is asked."))

    @router.post("/office/orders/{reference}/assign")
    async def assign(reference: str, request: Request, claims: Dispatching) -> Response:
        form = await read_form(request, AssignIn)
        try:
            if form.value is not None:
                await routing.assign(reference, form.value.member, None)
                return see_other(f"/work/orders/{reference}", N_("The order is given to the member you chose."))
        except DomainError as error:
            form = form.refused(error, translator_of(request))
        return await _page(routing, request, claims, await routing.order(reference, claims), form, 422)

    return router


async def _page(
    routing: Routing,
    request: Request,
    claims: Claims,
    order: OrderRecord,
    form: Form[Any] | None = None,
    status: int = 200,
) -> Response:
    translator = translator_of(request)
    dispatching = claims.role is not Role.MEMBER
    assignable = ORDER.allows(order.state, Move.ASSIGN)
    askings = await routing.askings(order) if dispatching else ()
    return render(
        request,
        "routing/order.html",
        status,
        order=order,
        why=sentences(order, order.why, order.member, translator) if order.why else (),
        words=await routing.words.of(order.reference, token_of(request)),
        askings=[(asking, sentences(order, asking.why, asking.member, translator)) for asking in askings],
        suggestions=await routing.suggestions(order) if dispatching and assignable else (),
        may_answer=order.state is OrderState.ASSIGNED and claims.role in (Role.MEMBER, Role.OFFICER),
        may_assign=dispatching and assignable,
        form=form or blank(),
    )
