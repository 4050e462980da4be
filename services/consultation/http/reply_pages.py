"""The page on which a department replies by the link of its letter: no account, no script, once."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.consultation.desk import Desk
from services.consultation.http.case_forms import DepartmentsReplyForm
from services.consultation.http.labels import label
from services.consultation.inputs import ReplyInput
from shared.errors import Conflict, DomainError, NotFound
from shared.i18n import CODES
from shared.web.forms import Form, blank, read_form
from shared.web.pages import render
from shared.web.state import LANGUAGE_COOKIE, translator_of


@dataclass(frozen=True)
class ReplyPages:
    """The page of a link, as its endpoints show it."""

    desk: Desk

    async def show(self, request: Request, token: str, form: Form[DepartmentsReplyForm], status: int = 200) -> Response:
        """What is asked, and a place for the reply; or why the link opens nothing any more."""
        try:
            asked = await self.desk.threads.asked_by_link(token)
        except (NotFound, Conflict) as refusal:
            return _ended(request, refusal)
        here = request.url.path
        return render(request, "consultation/reply.html", status, asked=asked, form=form, here=here, label=label)

    async def take(self, request: Request, token: str) -> Response:
        """Keep the reply, once."""
        form = await read_form(request, DepartmentsReplyForm)
        if form.value is None:
            return await self.show(request, token, form, 422)
        reply = ReplyInput(text=form.value.text)
        try:
            await self.desk.do_once(None, 200, lambda tx: self.desk.referrals.reply_by_link(tx, token, reply))
        except (NotFound, Conflict) as refusal:
            return _ended(request, refusal)
        return render(request, "consultation/reply_ended.html", 200, refusal=None)


def build_reply_pages(desk: Desk) -> APIRouter:
    """The router of ``/reply``."""
    router = APIRouter(prefix="/reply", include_in_schema=False)
    pages = ReplyPages(desk)

    @router.get("/{token}")
    async def show(request: Request, token: str, to: str | None = None) -> Response:
        """``to`` is the language of the letter, which is the page's too unless this browser has chosen one."""
        if to in CODES and LANGUAGE_COOKIE not in request.cookies:
            return RedirectResponse(f"/language?to={to}&next={quote(request.url.path, safe='')}", 303)
        return await pages.show(request, token, blank())

    @router.post("/{token}")
    async def reply(request: Request, token: str) -> Response:
        return await pages.take(request, token)

    return router


def _ended(request: Request, refusal: DomainError) -> Response:
    said = translator_of(request).sentence(refusal.title, **refusal.params)
    return render(request, "consultation/reply_ended.html", refusal.status, refusal=said)
