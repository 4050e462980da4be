"""The JSON API of routing."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request

from services.routing.entry import Routing
from services.routing.http.bodies import (
    AccountsIn,
    AccountsOut,
    AddressOut,
    ImportOut,
    LoginIn,
    RosterOut,
    TokenOut,
)
from shared.web.auth import Claims, Role, allow
from shared.web.idempotency import IdempotencyKey, idempotency
from shared.web.routers import api_router

Key = Annotated[IdempotencyKey | None, Depends(idempotency)]
Officer = Annotated[Claims, Depends(allow(Role.OFFICER))]
Dispatching = Annotated[Claims, Depends(allow(Role.DISPATCHER, Role.OFFICER))]
Answers = Annotated[Claims, Depends(allow(Role.MEMBER, Role.OFFICER))]
Staff = Annotated[Claims, Depends(allow(Role.MEMBER, Role.DISPATCHER, Role.OFFICER))]
Service = Annotated[Claims, Depends(allow(Role.SERVICE))]


def build_api(routing: Routing) -> APIRouter:
    """The router; everything it needs comes with ``routing``."""
    router = api_router("/api/v1", "routing")
    _add_signing_in(router, routing)
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
