"""The page of one order: why it came to this member, what it is about, and what its reader may do with it."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from services.routing.entry import Routing
from services.routing.http.bodies import Input
from services.routing.http.comparisons import compared
from services.routing.http.explanations import sentences
from services.routing.http.order_bodies import AssignIn, DeclineIn, Reason
from services.routing.orders import OrderRecord
from services.routing.roster.document import Roster
from shared.contracts.words import DeclineReason
from shared.errors import Conflict, DomainError
from shared.i18n import N_
from shared.web.auth import Claims, Role, allow, token_of
from shared.web.fields import Code, Text
from shared.web.forms import Form, blank, read_form
from shared.web.pages import render, see_other
from shared.web.state import translator_of, web_of

Readers = Annotated[Claims, Depends(allow(Role.MEMBER, Role.DISPATCHER, Role.OFFICER))]
Answers = Annotated[Claims, Depends(allow(Role.MEMBER, Role.OFFICER))]
Member = Annotated[Claims, Depends(allow(Role.MEMBER))]
Dispatching = Annotated[Claims, Depends(allow(Role.DISPATCHER, Role.OFFICER))]
Cursor = Annotated[str | None, Query(max_length=500)]


class DeclineForm(Input):
    """Why the order is given back."""

    code: DeclineReason = "other"
    reason: Annotated[str, Text(1000)] | None = None


class WrongBodyForm(Input):
    """Whose it is instead, and why."""

    proposed_owner: Code
    why_not_here: Reason


def build_order_pages(routing: Routing) -> APIRouter:
    """The router; everything it needs comes with ``routing``."""
    router = APIRouter(include_in_schema=False)
    _add_lists(router, routing)
    _add_answers(router, routing)
    _add_stepping_in(router, routing)
    return router


def _add_lists(router: APIRouter, routing: Routing) -> None:
    @router.get("/work/orders")
    async def colleagues(request: Request, claims: Readers, cursor: Cursor = None) -> Response:
        """What a member could take for others: first of those on leave, then at the stations."""
        if claims.role is not Role.MEMBER:
            return see_other("/office/queue")
        member = claims.member or ""
        away = await routing.orders.of_those_away(member, None)
        return render(
            request,
            "routing/stepping_in.html",
            away=away,
            members_away=sorted({order.member for order in away.items if order.member}),
            station=await routing.orders.of_colleagues(member, cursor),
        )

    @router.get("/work/orders/{reference}")
    async def order_page(reference: str, request: Request, claims: Readers) -> Response:
        order = await routing.orders.order(reference, claims)
        return await _page(routing, request, claims, order)


def _add_answers(router: APIRouter, routing: Routing) -> None:
    orders = routing.orders

    @router.post("/work/orders/{reference}/accept")
    async def accept(reference: str, claims: Answers) -> Response:
        try:
            await orders.accept(reference, orders.answerer(claims, None), None)
        except Conflict as error:
            if error.code != "order-already-yours":  # pressed twice: it is where they wanted it
                raise
        return see_other(f"/work/{reference}", N_("You have taken the order."))

    @router.post("/work/orders/{reference}/decline")
    async def decline(reference: str, request: Request, claims: Answers) -> Response:
        form = await read_form(request, DeclineForm)
        try:
            if form.value is not None:
                sent = DeclineIn(code=form.value.code, reason=form.value.reason)
                await orders.decline(reference, orders.answerer(claims, None), sent.code, sent.reason, None)
                return see_other("/work", N_("The order is given back. Somebody else is asked."))
        except DomainError as error:
            form = form.refused(error, translator_of(request))
        return await _page(routing, request, claims, await orders.order(reference, claims), form, 422)

    @router.post("/work/orders/{reference}/wrong-body")
    async def return_to(reference: str, request: Request, claims: Answers) -> Response:
        form = await read_form(request, WrongBodyForm)
        try:
            if form.value is not None:
                by = orders.answerer(claims, None)
                await orders.return_to(reference, by, form.value.why_not_here, form.value.proposed_owner, None)
                place = "/work" if claims.role is Role.MEMBER else f"/work/orders/{reference}"
                return see_other(place, N_("The dispatcher decides whose it is."))
        except DomainError as error:
            form = form.refused(error, translator_of(request))
        return await _page(routing, request, claims, await orders.order(reference, claims), form, 422)

    @router.post("/office/orders/{reference}/assign")
    async def assign(reference: str, request: Request, claims: Dispatching) -> Response:
        form = await read_form(request, AssignIn)
        try:
            if form.value is not None:
                await orders.assign(reference, form.value.member, None)
                return see_other(f"/work/orders/{reference}", N_("The order is given to the member you chose."))
        except DomainError as error:
            form = form.refused(error, translator_of(request))
        return await _page(routing, request, claims, await orders.order(reference, claims), form, 422)


def _add_stepping_in(router: APIRouter, routing: Routing) -> None:
    orders = routing.orders

    @router.post("/work/orders/{reference}/claim")
    async def claim(reference: str, claims: Member) -> Response:
        await orders.claim(reference, claims.member or "", None)
        return see_other(f"/work/{reference}", N_("You have taken the order."))

    @router.post("/work/orders/{reference}/take-over")
    async def take_over(reference: str, claims: Member) -> Response:
        await orders.take_over(reference, claims.member or "", None)
        return see_other(f"/work/{reference}", N_("You have taken the order."))

    @router.post("/work/orders/of/{away}/take-over")
    async def take_over_all(away: Code, claims: Member) -> Response:
        await orders.take_over_all(away, claims.member or "")
        return see_other("/work", N_("You have taken over the open orders."))


def owners(roster: Roster) -> list[str]:
    """Whose an issue may be instead: the body above, and the departments."""
    above = [roster.body.parent] if roster.body.parent else []
    return [*above, *(department.code for department in roster.departments)]


async def _page(
    routing: Routing,
    request: Request,
    claims: Claims,
    order: OrderRecord,
    form: Form[Any] | None = None,
    status: int = 200,
) -> Response:
    translator = translator_of(request)
    called = partial(web_of(request).pages.called, translator=translator)
    dispatching = claims.role is not Role.MEMBER
    allowed = await routing.orders.allowed(order, claims)
    askings = await routing.orders.askings(order) if dispatching else ()
    directory = await routing.directory() if allowed.return_until else None
    handed = await routing.handovers.of_issue(order.reference) if dispatching or order.member == claims.member else ()
    supervised = [each for each in await routing.supervisions.of_issue(order.reference) if not each.is_ours]
    return render(
        request,
        "routing/order.html",
        status,
        order=order,
        allowed=allowed,
        why=sentences(order, order.why, order.member, translator, called) if order.why else (),
        compared=compared(order.why, translator, partial(translator.format_datetime, zone=routing.time_zone))
        if order.why
        else (),
        words=await routing.words.of(order.reference, token_of(request)),
        handed=handed,
        supervised=supervised if dispatching or order.member == claims.member else (),
        hand_over=routing.handovers.may_offer(order, handed, claims),
        askings=[(asking, sentences(order, asking.why, asking.member, translator, called)) for asking in askings],
        suggestions=await routing.orders.suggestions(order) if allowed.assign else (),
        decline_codes=get_args(DeclineReason),
        owners=owners(directory.roster) if directory else (),
        form=form or blank(),
    )
