"""The JSON API of orders: a member's answers, colleagues who step in, the dispatcher's queue."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import JSONResponse

from services.routing.domain.order import OrderState
from services.routing.entry import Routing
from services.routing.http.order_bodies import (
    AcceptIn,
    AssignIn,
    BatchIn,
    BatchOut,
    DeclineIn,
    HandedOverOut,
    HandOverIn,
    OrderOut,
    ResultOut,
    WrongBodyIn,
)
from services.routing.queries import OrderPage
from services.routing.queue import QueueFilter
from services.routing.usecases.dispatching import Done
from shared.errors import DomainError
from shared.web.auth import Claims, Role, allow
from shared.web.fields import Code
from shared.web.idempotency import IdempotencyKey, idempotency
from shared.web.paging import Page
from shared.web.routers import api_router
from shared.web.state import translator_of

Key = Annotated[IdempotencyKey | None, Depends(idempotency)]
Dispatching = Annotated[Claims, Depends(allow(Role.DISPATCHER, Role.OFFICER))]
Answers = Annotated[Claims, Depends(allow(Role.MEMBER, Role.OFFICER))]
Member = Annotated[Claims, Depends(allow(Role.MEMBER))]
Staff = Annotated[Claims, Depends(allow(Role.MEMBER, Role.DISPATCHER, Role.OFFICER))]
Cursor = Annotated[str | None, Query(max_length=500)]

Scope = Literal["own", "station", "stand-in"]
"""A member's own orders, those at their stations that nobody took yet, those of members they stand in for today."""


def build_order_api(routing: Routing) -> APIRouter:
    """The router; everything it needs comes with ``routing``."""
    router = api_router("/api/v1", "routing")
    _add_queue(router, routing)
    _add_lists(router, routing)
    _add_answers(router, routing)
    _add_stepping_in(router, routing)
    return router


def _add_queue(router: APIRouter, routing: Routing) -> None:
    @router.get("/orders/queue")
    async def show_queue(
        _: Dispatching,
        state: OrderState | None = None,
        late: bool = False,
        category: Code | None = None,
        township: Code | None = None,
        cursor: Cursor = None,
    ) -> Page[OrderOut]:
        """What needs the dispatcher, or waits in one state; the oldest first, 50 to a page."""
        narrowed = QueueFilter(state, late, category, township)
        return _page(await routing.queue.page(narrowed, routing.clock.now(), cursor))

    @router.post("/orders/batch")
    async def act_on_many(sent: BatchIn, request: Request, _: Dispatching) -> BatchOut:
        """One action on several orders; each ends by itself and says how."""
        translator = translator_of(request)
        return BatchOut(results=[ResultOut.of(done, translator) for done in await act(routing, sent)])


async def act(routing: Routing, sent: BatchIn) -> list[Done]:
    """Do what was asked with each order. Raises DomainError on ``member`` where nobody is named."""
    if sent.action == "offer-again":
        return await routing.orders.offer_again(sent.references)
    if sent.action == "hand-on":
        return await routing.orders.hand_on(sent.references)
    if sent.member is None:
        raise DomainError("member-needed", "Say which member this is for.", field="member")
    return await routing.orders.assign_all(sent.references, sent.member)


def _add_lists(router: APIRouter, routing: Routing) -> None:
    @router.get("/orders")
    async def list_orders(
        claims: Staff, state: OrderState | None = None, scope: Scope = "own", cursor: Cursor = None
    ) -> Page[OrderOut]:
        """A member's orders, or all for dispatcher and officer; newest first, 50 to a page."""
        if claims.role is not Role.MEMBER:
            return _page(await routing.queries.orders(member=None, state=state, cursor=cursor))
        if scope == "station":
            return _page(await routing.orders.of_colleagues(claims.member or "", cursor))
        if scope == "stand-in":
            return _page(await routing.orders.of_those_away(claims.member or "", cursor))
        return _page(await routing.queries.orders(member=claims.member or "", state=state, cursor=cursor))

    @router.get("/orders/{reference}")
    async def show_order(reference: str, claims: Staff) -> OrderOut:
        """One order, with why its member was chosen."""
        return OrderOut.of(await routing.orders.order(reference, claims))


def _add_answers(router: APIRouter, routing: Routing) -> None:
    orders = routing.orders

    @router.post("/orders/{reference}/accept", response_model=OrderOut)
    async def accept(reference: str, claims: Answers, key: Key, sent: AcceptIn | None = None) -> JSONResponse:
        """Take an order."""
        sent = sent or AcceptIn()
        by = orders.answerer(claims, sent.member, sent.recorded_at)
        return _answer(await orders.accept(reference, by, key))

    @router.post("/orders/{reference}/decline", response_model=OrderOut)
    async def decline(reference: str, sent: DeclineIn, claims: Answers, key: Key) -> JSONResponse:
        """Give an order back with a reason; the next member is asked at once."""
        by = orders.answerer(claims, sent.member)
        return _answer(await orders.decline(reference, by, sent.code, sent.reason, key))

    @router.post("/orders/{reference}/wrong-body", response_model=OrderOut)
    async def return_to(reference: str, sent: WrongBodyIn, claims: Answers, key: Key) -> JSONResponse:
        """Say whose it is instead; the dispatcher decides. Refused when the working days for it are over."""
        by = orders.answerer(claims, sent.member)
        return _answer(await orders.return_to(reference, by, sent.reason, sent.proposed_owner, key))

    @router.post("/orders/{reference}/assign", response_model=OrderOut)
    async def assign(reference: str, sent: AssignIn, _: Dispatching, key: Key) -> JSONResponse:
        """Give an order to a member of one's own choice."""
        return _answer(await orders.assign(reference, sent.member, key))


def _add_stepping_in(router: APIRouter, routing: Routing) -> None:
    orders = routing.orders

    @router.post("/orders/{reference}/claim", response_model=OrderOut)
    async def claim(reference: str, claims: Member, key: Key) -> JSONResponse:
        """Take an order at one's own station that nobody took yet."""
        return _answer(await orders.claim(reference, claims.member or "", key))

    @router.post("/orders/{reference}/take-over", response_model=OrderOut)
    async def take_over(reference: str, claims: Member, key: Key) -> JSONResponse:
        """Take an order of a member on leave for whom one stands in."""
        return _answer(await orders.take_over(reference, claims.member or "", key))

    @router.post("/members/{code}/take-over")
    async def take_over_all(code: Code, claims: Member) -> HandedOverOut:
        """Take every open order of a member on leave for whom one stands in."""
        return HandedOverOut.of(await orders.take_over_all(code, claims.member or ""))

    @router.post("/members/{code}/hand-over")
    async def hand_over(code: Code, _: Dispatching, sent: HandOverIn | None = None) -> HandedOverOut:
        """Offer every open order of a member on leave to the stand-in, or to somebody named."""
        return HandedOverOut.of(await orders.hand_over(code, sent.to if sent else None))


def _page(found: OrderPage) -> Page[OrderOut]:
    return Page[OrderOut](items=[OrderOut.of(order) for order in found.items], next=found.next)


def _answer(answer: tuple[int, object]) -> JSONResponse:
    status, body = answer
    return JSONResponse(body, status)
