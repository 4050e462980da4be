"""The ``Idempotency-Key`` header: the same request sent twice is one request.

Only what can be known from the request; ``shared.db`` remembers the answers.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from starlette.requests import Request

from shared.errors import Conflict, DomainError
from shared.web.auth import FORM_TYPES, maybe_signed_in
from shared.web.state import web_of

HEADER = "Idempotency-Key"
_VISIBLE = re.compile(r"[\x21-\x7e]{1,255}\Z")


@dataclass(frozen=True)
class IdempotencyKey:
    """One key of one sender: equal ``scope_hash`` is the same key, equal ``fingerprint`` the same request.

    Both are hexadecimal SHA-256, so that what is remembered holds nothing of what was sent.
    """

    scope_hash: str
    fingerprint: str

    def check(self, remembered_fingerprint: str) -> None:
        """Raise Conflict if the key was used before for another request."""
        if remembered_fingerprint != self.fingerprint:
            raise Conflict("idempotency-key-reused", "This Idempotency-Key was already used for a different request.")


def fingerprint(method: str, path: str, body: bytes) -> str:
    """What makes a request the same request."""
    digest = hashlib.sha256(f"{method} {path}\n".encode())
    digest.update(body)
    return digest.hexdigest()


async def idempotency(request: Request) -> IdempotencyKey | None:
    """FastAPI dependency: the request's key, or None without the header; raises DomainError for a bad one."""
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not _VISIBLE.match(key):
        raise DomainError(
            "idempotency-key-invalid",
            "An Idempotency-Key has 1 to 255 visible ASCII characters.",
            field=HEADER,
        )
    claims = await maybe_signed_in(request)
    who = claims.subject if claims else "resident"
    service = web_of(request).settings.service
    return IdempotencyKey(
        scope_hash=hashlib.sha256(f"{service}\n{who}\n{key}".encode()).hexdigest(),
        fingerprint=fingerprint(request.method, request.url.path, await _content(request)),
    )


async def _content(request: Request) -> bytes:
    if not request.headers.get("content-type", "").startswith(FORM_TYPES):
        return await request.body()
    # A form that was parsed has no bytes left to read, but its fields are the same fields.
    form = await request.form()
    return repr([(name, value) for name, value in form.multi_items() if isinstance(value, str)]).encode()
