"""``/public/figures`` and ``GET /api/v1/public/figures``: read by anybody, kept by caches, held by pages of others."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.reporting.public.figures import PublicFigures, PublicReports
from services.reporting.public.quarters import Quarter, quarter_of
from services.reporting.public.showing import Choice, Showings
from services.reporting.public.wording import public_words
from shared.errors import DomainError, NotFound
from shared.web.edge import CONTENT_SECURITY_POLICY
from shared.web.fields import Language
from shared.web.routers import api_router
from shared.web.state import translator_of, web_of

Asked = Annotated[str | None, Query(max_length=8)]


def public_api(reports: PublicReports, showings: Showings) -> APIRouter:
    """For programs: the whole quarter by code. No sign-in, and nothing that depends on who asks."""
    router = api_router("/api/v1/public", "public")

    @router.get("/figures")
    async def figures(request: Request, quarter: Asked = None) -> Response:
        """A quarter that is over, the newest if not said; null is not shown. Any site's pages may read it."""
        _, found = await _found(reports, showings, quarter)
        content = json.dumps(found.document(), ensure_ascii=False).encode()
        return _cacheable(request, content, "application/json", {"Access-Control-Allow-Origin": "*"})

    return router


def public_pages(reports: PublicReports, showings: Showings) -> APIRouter:
    """For people; ``?embed`` leaves the frame of the page away and may stand in a page of the body's choice."""
    router = APIRouter(include_in_schema=False)

    @router.get("/public/figures")
    async def figures(
        request: Request, quarter: Asked = None, embed: str | None = None, language: Language | None = None
    ) -> Response:
        choice, found = await _found(reports, showings, quarter)
        web = web_of(request)
        translator = web.translations.translator(language) if language else translator_of(request)
        newer = found.quarter.after()
        html = web.pages.document(
            translator,
            "reporting/public-embed.html" if embed is not None else "reporting/public.html",
            found=found,
            report=public_words(found, translator),
            translator=translator,
            before=_address(found.quarter.before(), embed, language),
            after=_address(newer, embed, language) if await reports.is_over(newer) else None,
            # The same page for everybody: nobody is signed in here.
            claims=None,
            csrf="",
            navigation=(),
            path="/public/figures",
            said="",
        )
        headers = {"Vary": "Accept-Language, Cookie"}
        if embed is not None and choice.embedders:
            held_by = f"frame-ancestors {' '.join(choice.embedders)}"
            headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", held_by)
        return _cacheable(request, html.encode(), "text/html; charset=utf-8", headers)

    return router


def _address(quarter: Quarter, embed: str | None, language: str | None) -> str:
    asked = {"quarter": quarter.code}
    if embed is not None:
        asked["embed"] = ""
    if language is not None:
        asked["language"] = language
    return f"/public/figures?{urlencode(asked)}"


async def _found(reports: PublicReports, showings: Showings, quarter: str | None) -> tuple[Choice, PublicFigures]:
    choice = (await showings.present()).choice
    if not choice.is_public:
        raise NotFound("not-public", "This body does not show its figures to everybody.")
    asked = quarter_of(quarter) if quarter else None
    if quarter and asked is None:
        raise DomainError("quarter-not-valid", "A quarter is written as 2023-Q1.", field="quarter")
    return choice, await reports.of(asked, choice.least)


def _cacheable(request: Request, content: bytes, media_type: str, headers: dict[str, str]) -> Response:
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = headers | {"ETag": tag, "Cache-Control": "public, max-age=300"}
    if tag in (each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(",")):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)
