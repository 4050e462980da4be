"""Pages to sign in, to sign out, and to see who one is."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.routing.entry import Routing
from services.routing.http.api import address_of
from services.routing.http.bodies import Input, Password
from shared.errors import DomainError, TooMany
from shared.i18n import N_
from shared.web.auth import (
    Claims,
    Role,
    SignedIn,
    clear_session,
    maybe_signed_in,
    safe_next,
    set_session,
)
from shared.web.fields import Text
from shared.web.forms import Form, blank, read_form
from shared.web.pages import render, see_other
from shared.web.state import translator_of

_LANDING = {Role.MEMBER: "/work", Role.CLERK: "/desk", Role.DISPATCHER: "/office", Role.OFFICER: "/office"}


class SignInForm(Input):
    """What the sign-in page asks for; ``next`` is where the reader was going."""

    login: Annotated[str, Text(64)]
    password: SecretStr
    next: Annotated[str, Text(500)] | None = None


class PasswordForm(Input):
    """A password and the one that replaces it."""

    present: SecretStr
    new: Password


def build_sign_in_pages(routing: Routing) -> APIRouter:
    """The router; everything it needs comes with ``routing``."""
    router = APIRouter(include_in_schema=False)

    @router.get("/login")
    async def sign_in_page(request: Request) -> Response:
        return render(request, "routing/login.html", form=blank(next=request.query_params.get("next", "")))

    @router.post("/login")
    async def sign_in(request: Request) -> Response:
        form = await read_form(request, SignInForm)
        return await _signed_in(routing, request, form)

    @router.post("/logout")
    async def sign_out(_: Annotated[Claims | None, Depends(maybe_signed_in)]) -> Response:
        response = RedirectResponse("/login", status_code=303)
        clear_session(response)
        return response

    @router.get("/account")
    async def account(request: Request, _: SignedIn) -> Response:
        return render(request, "routing/account.html", form=blank())

    @router.post("/account")
    async def change_password(request: Request, claims: SignedIn) -> Response:
        form = await read_form(request, PasswordForm)
        return await _changed(routing, request, form, claims)

    return router


async def _signed_in(routing: Routing, request: Request, form: Form[SignInForm]) -> Response:
    if form.value is None:
        return render(request, "routing/login.html", 422, form=form)
    sent = form.value
    try:
        session = await routing.sign_in.sign_in(sent.login, sent.password.get_secret_value(), address_of(request))
    except DomainError as error:
        page = render(request, "routing/login.html", error.status, form=form.refused(error, translator_of(request)))
        if isinstance(error, TooMany):
            page.headers["Retry-After"] = str(error.retry_after)
        return page
    response = RedirectResponse(safe_next(sent.next, _LANDING[session.role]), status_code=303)
    set_session(response, request, session.token, session.expires_at)
    return response


async def _changed(routing: Routing, request: Request, form: Form[PasswordForm], claims: Claims) -> Response:
    if form.value is None:
        return render(request, "routing/account.html", 422, form=form)
    present, new = form.value.present.get_secret_value(), form.value.new.get_secret_value()
    try:
        await routing.accounts.change_password(claims.subject, present, new)
    except DomainError as error:
        refused = form.refused(error, translator_of(request))
        return render(request, "routing/account.html", error.status, form=refused)
    return see_other("/account", N_("Your password is changed."))
