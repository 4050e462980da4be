"""Following an issue by its code: the status line, the answer, and what the resident can do about it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.entry import Intake
from services.intake.http.form_models import NothingForm, RatingForm, ReopeningForm
from services.intake.http.labels import badge, label, options
from services.intake.queries import track
from services.intake.usecases.follow import Said, unknown_code
from shared.db.idempotency import Answer
from shared.errors import DomainError, NotFound
from shared.i18n.vocabulary import RATINGS
from shared.web.forms import Form, blank, read_form
from shared.web.pages import render
from shared.web.state import translator_of

M = TypeVar("M", bound=BaseModel)
_NOT_IN_A_CODE = re.compile(r"[^a-z2-7]")
_PHOTO_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_UNREADABLE = NotFound("unknown-tracking-code", "No issue has this tracking code.", field="code")


def add_track_pages(router: APIRouter, intake: Intake) -> None:
    """Add ``/track`` and everything below it that follows an issue."""
    following = intake.following

    @router.get("/track")
    async def enter(request: Request, code: str = "") -> Response:
        """Type the code of a receipt."""
        if not code.strip():
            return render(request, "intake/enter.html", form=blank())
        cleaned = _NOT_IN_A_CODE.sub("", code.lower())
        if await track(intake.reader, cleaned, intake.clock.now()) is None:
            refused = blank(code=code).refused(_UNREADABLE, translator_of(request))
            return render(request, "intake/enter.html", 404, form=refused)
        return RedirectResponse(f"/track/{cleaned}", 303)

    @router.get("/track/{code}")
    async def follow(request: Request, code: str) -> Response:
        """Where the issue stands."""
        return await _page(intake, request, code, blank())

    @router.get("/track/{code}/photos/{photo_id}")
    async def photo(code: str, photo_id: str) -> Response:
        """A photograph that was made for the resident."""
        tracked = await track(intake.reader, code, intake.clock.now())
        content = None
        if tracked is not None and _PHOTO_ID.fullmatch(photo_id):
            content = await intake.answers.photo(tracked.work, photo_id)
        if content is None:
            raise NotFound("photo-not-found", "There is no such photograph.")
        return Response(content, media_type="image/jpeg")

    @router.post("/track/{code}/rating")
    async def rate(request: Request, code: str) -> Response:
        """Rate the outcome."""
        return await _act(
            intake, request, code, RatingForm, lambda form: following.rate(Said(code, form.reason), form.rating)
        )

    @router.post("/track/{code}/confirm")
    async def confirm(request: Request, code: str) -> Response:
        """Say that it is as the answer says."""
        return await _act(intake, request, code, NothingForm, lambda _: following.confirm(Said(code)))

    @router.post("/track/{code}/reopen")
    async def reopen(request: Request, code: str) -> Response:
        """Say why it is not solved."""
        return await _act(intake, request, code, ReopeningForm, lambda form: following.reopen(Said(code, form.reason)))

    @router.post("/track/{code}/withdraw")
    async def withdraw(request: Request, code: str) -> Response:
        """Take it back."""
        return await _act(intake, request, code, NothingForm, lambda _: following.withdraw(Said(code)))

    @router.post("/track/{code}/erase")
    async def erase(request: Request, code: str) -> Response:
        """Erase words and contact."""
        return await _act(intake, request, code, NothingForm, lambda _: following.erase(Said(code)))


async def _act(
    intake: Intake, request: Request, code: str, model: type[M], act: Callable[[M], Awaitable[Answer]]
) -> Response:
    """What every button of the page does: act, then show the page again with what came of it."""
    form = await read_form(request, model)
    if form.value is None:
        return await _page(intake, request, code, form, 422)
    try:
        await act(form.value)
    except DomainError as refusal:
        return await _page(intake, request, code, form.refused(refusal, translator_of(request)), refusal.status)
    return RedirectResponse(f"/track/{code}", 303)


async def _page(intake: Intake, request: Request, code: str, form: Form[Any], status: int = 200) -> Response:
    tracked = await track(intake.reader, code, intake.clock.now())
    if tracked is None:
        raise unknown_code()
    answered, available = await intake.answer_to(tracked.work, tracked.state)
    return render(
        request,
        "intake/track.html",
        status,
        tracked=tracked,
        code=code,
        answered=answered,
        answer_available=available,
        form=form,
        rating_options=options("rating", RATINGS, translator_of(request).gettext),
        label=label,
        badge=badge,
    )
