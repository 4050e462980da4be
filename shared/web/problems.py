"""Refusals and failures as RFC 9457 problem documents, or as a page for whoever reads pages.

Malformed JSON and invalid UTF-8 are 400 (nothing was understood); a well-formed body with a wrong value is
422 and names its field. No answer repeats what was sent, and a 500 says nothing but its request id.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import quote

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from shared.errors import DomainError, TooMany, Unauthorized
from shared.i18n import N_, Translator
from shared.web.sentences import FieldError, field_errors, pointer_of
from shared.web.state import translator_of, web_of

log = structlog.get_logger()

_API_PREFIXES = ("/api/", "/open311/")

_HTTP_SAYS = {
    400: ("malformed", N_("What was sent could not be read.")),
    404: ("not-found", N_("There is nothing at this address.")),
    405: ("method-not-allowed", N_("This address does not do that.")),
    413: ("too-large", N_("What was sent is too large.")),
    415: ("media-type", N_("What was sent is in a form that is not understood here.")),
    500: ("internal", N_("Something went wrong here. It is not your fault; please try again later.")),
}
_INVALID = ("invalid-input", N_("Some of what was sent cannot be accepted."))

_TEXT = {"type": "string"}
OPENAPI_RESPONSES: dict[int | str, dict[str, Any]] = {
    "4XX": {
        "description": "Refused, with the reason as an RFC 9457 problem document.",
        "content": {
            "application/problem+json": {
                "schema": {
                    "type": "object",
                    "required": ["type", "title", "status", "code", "detail", "instance"],
                    "properties": {
                        **dict.fromkeys(("type", "title", "code", "detail", "instance", "request_id"), _TEXT),
                        "status": {"type": "integer"},
                        "errors": {
                            "type": "array",
                            "items": {
                                "type": "object",
                                "properties": dict.fromkeys(("pointer", "field", "code", "detail"), _TEXT),
                            },
                        },
                    },
                }
            }
        },
    }
}
"""What every operation of an app says of its refusals."""


@dataclass(frozen=True)
class Problem:
    """One refusal, in the reader's language."""

    status: int
    code: str
    title: str
    detail: str
    errors: Sequence[FieldError] = ()
    headers: dict[str, str] = field(default_factory=dict)

    def document(self, request: Request) -> dict[str, object]:
        """The members of the RFC 9457 object."""
        members: dict[str, object] = {
            "type": f"/problems/{self.code}",
            "title": self.title,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "instance": quote(request.url.path, safe="/"),
            "request_id": request.scope.get("state", {}).get("request_id"),
        }
        if self.errors:
            members["errors"] = [asdict(error) for error in self.errors]
        return members


def problem_of(error: Exception, translator: Translator) -> Problem:
    """Any exception as what may be told about it."""
    if isinstance(error, DomainError):
        return _of_domain(error, translator)
    if isinstance(error, (RequestValidationError, ValidationError)):
        return _of_validation(error.errors(), translator)
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status not in _HTTP_SAYS:
        status = 500 if status >= 500 else 400
    code, said = _HTTP_SAYS[status]
    sentence = translator.gettext(said)
    headers = dict(getattr(error, "headers", None) or {})
    return Problem(status, code, sentence, sentence, headers=headers)


def _of_domain(error: DomainError, translator: Translator) -> Problem:
    sentence = translator.sentence(error.title, **error.params)
    errors: tuple[FieldError, ...] = ()
    if error.field:
        errors = (FieldError(error.field, pointer_of(error.field), error.code, sentence),)
    headers = {}
    if isinstance(error, TooMany):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, Unauthorized):
        headers["WWW-Authenticate"] = "Bearer"
    return Problem(error.status, error.code, sentence, sentence, errors, headers)


def _of_validation(errors: Sequence[Any], translator: Translator) -> Problem:
    fields = field_errors(errors, translator)
    if any(each.code == "json-invalid" for each in fields):
        code, said = _HTTP_SAYS[400]
        return Problem(400, code, translator.gettext(said), fields[0].detail)
    code, said = _INVALID
    detail = " ".join(f"{each.field}: {each.detail}" if each.field else each.detail for each in fields)
    return Problem(422, code, translator.gettext(said), detail, fields)


def prefers_page(request: Request) -> bool:
    """Whether a person's browser asked, and not a program: never under ``/api`` and ``/open311``."""
    if request.url.path.startswith(_API_PREFIXES):
        return False
    accepted = request.headers.get("accept", "")
    html = accepted.find("text/html")
    other = accepted.find("json")
    return html >= 0 and (other < 0 or html < other)


def respond(request: Request, error: Exception) -> Response:
    """The answer to a request that ended in ``error``."""
    if isinstance(error, Unauthorized) and prefers_page(request):
        return _to_sign_in(request)
    problem = problem_of(error, translator_of(request))
    if prefers_page(request):
        page = web_of(request).pages.render(request, "error.html", problem.status, problem=problem)
        page.headers.update(problem.headers)
        return page
    return Response(
        json.dumps(problem.document(request), ensure_ascii=False).encode("utf-8", "replace"),
        status_code=problem.status,
        headers=problem.headers,
        media_type="application/problem+json",
    )


def _to_sign_in(request: Request) -> Response:
    target = "/login"
    if request.method in ("GET", "HEAD"):
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        target += "?next=" + quote(asked, safe="")
    return RedirectResponse(target, status_code=303)


def install(app: FastAPI) -> None:
    """Answer every refusal of ``app`` this way; a failure (500) is :class:`shared.web.edge.Edge`'s."""

    async def refuse(request: Request, error: Exception) -> Response:
        log.debug("refused", error=type(error).__name__, code=getattr(error, "code", None))
        return respond(request, error)

    for kind in (DomainError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, refuse)
