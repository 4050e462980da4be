"""The outermost layer of every service: request ids, timing, security headers, same-origin, the last resort.

Plain ASGI, because the path of a submitted issue goes through it and each layer of tasks costs more than
the whole of this.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from time import perf_counter

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.errors import DomainError, Forbidden
from shared.observe import Metrics
from shared.web.problems import respond

log = structlog.get_logger()

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_SECURITY_HEADERS = (
    (b"content-security-policy", CONTENT_SECURITY_POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    # Not no-referrer: with it a browser sends "Origin: null" with our own forms. Other origins get nothing.
    (b"referrer-policy", b"same-origin"),
)
_NOT_STORED = ((b"cache-control", b"no-store"),)
_UNSAFE = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_REQUEST_ID = re.compile(rb"[A-Za-z0-9-]{8,64}\Z")
_ENCODED_NUL = b"%00"


@dataclass(frozen=True)
class Uploads:
    """Where files may come: requests to ``paths`` (all of the path) may be as large as ``max_body_size`` bytes."""

    paths: re.Pattern[str]
    max_body_size: int


class Edge:
    """Wraps the app of one service; ``origin`` is what a browser types to reach it, and no body may be
    larger than ``max_body_size`` bytes, unless ``uploads`` has room for more there."""

    def __init__(
        self, app: ASGIApp, *, metrics: Metrics, origin: str, max_body_size: int, uploads: Uploads | None = None
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._origin = origin.encode()
        self._max_body_size = max_body_size
        self._uploads = uploads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = perf_counter()
        headers: dict[bytes, bytes] = dict(scope["headers"])
        request_id = _request_id(headers.get(b"x-request-id"))
        scope.setdefault("state", {})["request_id"] = request_id
        added = [*_SECURITY_HEADERS, (b"x-request-id", request_id.encode())]
        status = 0

        async def send_with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = message["headers"] = list(message["headers"])
                said = {name for name, _ in own}
                own.extend(header for header in added if header[0] not in said)
                if b"cache-control" not in said:
                    own.extend(_NOT_STORED)
            await send(message)

        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            refusal = self._refusal(scope, headers)
            if refusal is None:
                await self._app(scope, self._limited(scope, receive, headers), send_with_headers)
            else:
                await respond(Request(scope), refusal)(scope, receive, send_with_headers)
        except Exception as error:
            log.exception("request failed", method=scope["method"], route=_route(scope))
            if status:
                raise
            await respond(Request(scope), error)(scope, receive, send_with_headers)
        finally:
            self._metrics.answered(scope["method"], _route(scope), status, perf_counter() - began)

    def _refusal(self, scope: Scope, headers: dict[bytes, bytes]) -> Exception | None:
        if _ENCODED_NUL in scope["query_string"] or "\0" in scope["path"]:
            return DomainError("control-character", "The address has characters that cannot be stored.")
        if scope["method"] in _UNSAFE and not self._from_own_page(headers):
            return Forbidden("cross-site", "This form was sent from another site, so it was not accepted.")
        if int(headers.get(b"content-length") or 0) > self._room_at(scope):
            return HTTPException(413)
        return None

    def _room_at(self, scope: Scope) -> int:
        uploads = self._uploads
        return uploads.max_body_size if uploads and uploads.paths.fullmatch(scope["path"]) else self._max_body_size

    def _limited(self, scope: Scope, receive: Receive, headers: dict[bytes, bytes]) -> Receive:
        """Counts a body that does not say its length; the server holds others to what they say."""
        if b"transfer-encoding" not in headers:
            return receive
        received, room = 0, self._room_at(scope)

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > room:
                raise HTTPException(413)
            return message

        return counted

    def _from_own_page(self, headers: dict[bytes, bytes]) -> bool:
        """Whether an unsafe request comes from our own page, or from a program that is no browser at all."""
        if b"authorization" in headers:
            return True
        fetched = headers.get(b"sec-fetch-site")
        if fetched is not None:
            return fetched in (b"same-origin", b"none")
        origin = headers.get(b"origin")
        if origin is None or origin == self._origin:
            return True
        return origin.partition(b"://")[2] == headers.get(b"host")


def _request_id(given: bytes | None) -> str:
    if given is not None and _REQUEST_ID.match(given):
        return given.decode()
    return secrets.token_hex(8)


def _route(scope: Scope) -> str:
    return getattr(scope.get("route"), "path", "unmatched")
