"""The JSON API of routing."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import JSONResponse

from services.routing.domain.order import OrderState
from services.routing.entry import Routing
from services.routing.http.bodies import (
    AcceptIn,
    AccountsIn,
    AccountsOut,
    AddressOut,
    AssignIn,
    DeclineIn,
    ImportOut,
    LoginIn,
    OrderOut,
    RosterOut,
    TokenOut,
)
from shared.web.auth import Claims, Role, allow
from shared.web.idempotency import IdempotencyKey, idempotency
from shared.web.paging import Page

Key = Annotated[IdempotencyKey | None, Depends(idempotency)]
Officer = Annotated[Claims, Depends(allow(Role.OFFICER))]
Dispatching = Annotated[Claims, Depends(allow(Role.DISPATCHER, Role.OFFICER))]
Answers = Annotated[Claims, Depends(allow(Role.MEMBER, Role.OFFICER))]
Staff = Annotated[Claims, Depends(allow(Role.MEMBER, Role.DISPATCHER, Role.OFFICER))]
Service = Annotated[Claims, Depends(allow(Role.SERVICE))]


def build_api(routing: Routing) -> APIRouter:
    """The router; everything it needs comes with ``routing``."""
    router = APIRouter(prefix="/api/v1", tags=["routing"])
    _add_signing_in(router, routing)
    _add_orders(router, routing)
    _add_roster(router, routing)
    return router


def address_of(request: Request) -> str:
    """Where a request comes from, as the server in front of us says."""
    return request.client.host if request.client else ""


def _add_signing_in(router: APIRouter, routing: Routing) -> None:
    @router.post("/login")
    async def log_in(sent: LoginIn, request: Request) -> TokenOut:
        """Sign in for a bearer token; wrong guesses get slower with every one."""
        session = await routing.sign_in.sign_in(sent.login, sent.password.get_secret_value(), address_of(request))
        seconds = int(routing.sign_in.lifetime.total_seconds())
        return TokenOut(access_token=session.token, expires_in=seconds, role=session.role, member=session.member)

    @router.post("/accounts")
    async def make_accounts(sent: AccountsIn, _: Officer) -> AccountsOut:
        """Make accounts; those that are there already stay as they are."""
        made = await routing.accounts.make([account.wanted() for account in sent.accounts])
        return AccountsOut(**asdict(made))


def _add_orders(router: APIRouter, routing: Routing) -> None:
    @router.get("/orders")
    async def list_orders(
        claims: Staff,
        state: OrderState | None = None,
        cursor: Annotated[str | None, Query(max_length=500)] = None,
    ) -> Page[OrderOut]:
        """A member's own orders, or all for dispatcher and officer; newest first, 50 to a page."""
        member = claims.member or "" if claims.role is Role.MEMBER else None
        found = await routing.queries.orders(member=member, state=state, cursor=cursor)
        return Page[OrderOut](items=[OrderOut.of(order) for order in found.items], next=found.next)

    @router.get("/orders/{reference}")
    async def show_order(reference: str, claims: Staff) -> OrderOut:
        """One order, with why its member was chosen."""
        return OrderOut.of(await routing.order(reference, claims))

    @router.post("/orders/{reference}/accept", response_model=OrderOut)
    async def accept(reference: str, claims: Answers, key: Key, sent: AcceptIn | None = None) -> JSONResponse:
        """Take an order."""
        sent = sent or AcceptIn()
        by = routing.answerer(claims, sent.member, sent.recorded_at)
        return _answer(await routing.accept(reference, by, key))

    @router.post("/orders/{reference}/decline", response_model=OrderOut)
    async def decline(reference: str, sent: DeclineIn, claims: Answers, key: Key) -> JSONResponse:
        """Give an order back with a reason; the next member is asked at once."""
        by = routing.answerer(claims, sent.member)
        return _answer(await routing.decline(reference, by, sent.reason, key))

    @router.post("/orders/{reference}/assign", response_model=OrderOut)
    async def assign(reference: str, sent: AssignIn, _: Dispatching, key: Key) -> JSONResponse:
        """Give an order to a member of one's own choice."""
        return _answer(await routing.assign(reference, sent.member, key))


def _add_roster(router: APIRouter, routing: Routing) -> None:
    @router.post("/roster")
    async def take_roster(request: Request, claims: Officer, dry_run: bool = False) -> ImportOut:
        """Take over a roster file, sent as it is; ``dry_run`` only says what it would change."""
        changes = await routing.take_roster(await request.body(), claims.subject, dry_run=dry_run)
        return ImportOut.of(changes, dry_run=dry_run)

    @router.get("/roster")
    async def show_roster(_: Dispatching) -> RosterOut:
        """The present roster in short."""
        directory = await routing.directory()
        return RosterOut.of(directory.roster if directory else None)

    @router.get("/members/{code}/address")
    async def member_address(code: str, _: Service) -> AddressOut:
        """How a member can be written to."""
        return AddressOut(**asdict(await routing.queries.address_of(code)))


def _answer(answer: tuple[int, object]) -> JSONResponse:
    status, body = answer
    return JSONResponse(body, status)
