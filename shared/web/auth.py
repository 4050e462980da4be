"""Who may do this: FastAPI dependencies over the tokens.

``claims: SignedIn`` or ``claims: Annotated[Claims, Depends(allow(Role.OFFICER, Role.DISPATCHER))]``. A program
sends ``Authorization: Bearer``; a page has the HttpOnly cookie, and then an unsafe request must also carry
the token's ``csrf``, as form field ``csrf`` or header ``X-CSRF-Token``. Where nobody is signed in, a program
gets 401 and a reader of pages is sent to ``/login?next=...``.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from shared.errors import Forbidden, Unauthorized
from shared.web.state import web_of
from shared.web.tokens import Claims, Role, TokenSigner, TokenVerifier, new_key_pair

__all__ = [
    "SESSION_COOKIE",
    "Claims",
    "Role",
    "SignedIn",
    "TokenSigner",
    "TokenVerifier",
    "allow",
    "clear_session",
    "maybe_signed_in",
    "new_key_pair",
    "safe_next",
    "set_session",
    "signed_in",
    "token_of",
]

SESSION_COOKIE = "doorstep_session"
_UNFIT_FOR_PATH = re.compile(r"[\x00-\x20\x7f\\]")
_SAFE = ("GET", "HEAD", "OPTIONS")
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")


def token_of(request: Request) -> str | None:
    """The reader's own token as sent, to be handed on to a neighbour service; None if there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return token.strip()
    return request.cookies.get(SESSION_COOKIE)


async def signed_in(request: Request) -> Claims:
    """Whoever is signed in; raises Unauthorized, or Forbidden for a page's form without its csrf value."""
    token = token_of(request)
    if not token:
        raise Unauthorized("not-signed-in", "Please sign in first.")
    claims = web_of(request).verifier.verify(token)
    if request.method not in _SAFE and "authorization" not in request.headers:
        await _check_csrf(request, claims)
    request.state.claims = claims
    return claims


async def maybe_signed_in(request: Request) -> Claims | None:
    """Whoever is signed in, or None where nobody is or the token is no longer good."""
    try:
        return await signed_in(request)
    except Unauthorized:
        return None


SignedIn = Annotated[Claims, Depends(signed_in)]


def allow(*roles: Role) -> Callable[[Claims], Awaitable[Claims]]:
    """A dependency that gives the claims of somebody in one of ``roles``, and refuses others as Forbidden."""

    async def allowed(claims: SignedIn) -> Claims:
        if claims.role not in roles:
            raise Forbidden("not-allowed", "Your role does not do this.")
        return claims

    return allowed


async def _check_csrf(request: Request, claims: Claims) -> None:
    sent: object = request.headers.get("x-csrf-token")
    if sent is None and request.headers.get("content-type", "").startswith(FORM_TYPES):
        # Starlette keeps the parsed form, so the endpoint still reads it.
        sent = (await request.form()).get("csrf")
    if not isinstance(sent, str) or not secrets.compare_digest(sent.encode(), claims.csrf.encode()):
        raise Forbidden("csrf", "This form has grown old. Please load the page again and send it once more.")


def set_session(response: Response, request: Request, token: str, expires_at: datetime) -> None:
    """Keep ``token`` in the reader's browser, out of reach of scripts, until it expires."""
    response.set_cookie(
        SESSION_COOKIE,
        token,
        expires=expires_at,
        path="/",
        secure=web_of(request).settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )


def clear_session(response: Response) -> None:
    """Forget the reader."""
    response.delete_cookie(SESSION_COOKIE, path="/", httponly=True, samesite="lax")


def safe_next(target: str | None, otherwise: str = "/") -> str:
    """``target`` if it is a path on this very site, else ``otherwise``: no sign-in ends elsewhere."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return otherwise
    return otherwise if _UNFIT_FOR_PATH.search(target) else target
