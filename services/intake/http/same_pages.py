"""“Is it one of these?”: what was written is kept while its resident looks at the likely same issues."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.entry import Intake
from services.intake.http.form_models import SameForm, scope_of
from services.intake.http.labels import badge, label
from services.intake.usecases.drafts import KeptKey
from services.intake.usecases.likely import Place
from services.intake.usecases.submit import Draft, Receipt
from shared.clock import local_date
from shared.errors import DomainError, NotFound
from shared.web.forms import Form, blank, read_form
from shared.web.pages import render
from shared.web.state import translator_of

_FORM_KEY = re.compile(r"[0-9a-f-]{36}")


def add_same_pages(router: APIRouter, intake: Intake) -> None:
    """Add ``/s/<station>/same/<form key>``; the key is known to nobody but whoever was given the form."""

    @router.get("/s/{station}/same/{form_key}")
    async def question(request: Request, station: str, form_key: str) -> Response:
        """What was written, and what may be the same."""
        draft = await intake.drafts.find(form_key)
        return await _asked_or_answered(intake, request, station, form_key, draft, blank())

    @router.post("/s/{station}/same/{form_key}")
    async def answer(request: Request, station: str, form_key: str) -> Response:
        """Join the one chosen, or raise it all the same."""
        form = await read_form(request, SameForm)
        draft = await intake.drafts.find(form_key)
        if form.value is None or draft is None:
            return await _asked_or_answered(intake, request, station, form_key, draft, form, 422)
        try:
            receipt = await _chosen(intake, form_key, draft, form.value.choice)
        except DomainError as refusal:
            # The one chosen may have ended since: what is left to choose from is looked for anew.
            refused = form.refused(
                DomainError(refusal.code, refusal.title, field="choice", **refusal.params), translator_of(request)
            )
            return await _asked_or_answered(intake, request, station, form_key, draft, refused, refusal.status)
        return RedirectResponse(f"/track/{receipt.tracking_code}/receipt", 303)

    @router.post("/s/{station}/discard/{form_key}")
    async def discard(station: str, form_key: str) -> Response:
        """Do not send it: what was written is forgotten."""
        await intake.drafts.discard(form_key)
        return RedirectResponse(f"/s/{station}?via=web", 303)


async def _chosen(intake: Intake, form_key: str, draft: Draft, choice: str) -> Receipt:
    joins = None
    if choice != "raise":
        joins = await intake.likely.find(Place(draft.location, draft.category), choice)
    return await intake.drafts.raise_it(form_key, joins)


async def _asked_or_answered(
    intake: Intake,
    request: Request,
    station: str,
    form_key: str,
    draft: Draft | None,
    form: Form[Any],
    status: int = 200,
) -> Response:
    if draft is not None:
        likely = await intake.likely.to(Place(draft.location, draft.category), draft.words)
        return render(
            request,
            "intake/same.html",
            status,
            station=station,
            form_key=form_key,
            draft=draft,
            likely=likely,
            minutes=intake.draft_minutes,
            local_date=lambda at: local_date(at, intake.zone),
            form=form,
            label=label,
            badge=badge,
        )
    sent = await intake.drafts.answered(KeptKey(scope_of(form_key), "")) if _FORM_KEY.fullmatch(form_key) else None
    if sent is None:
        raise NotFound("no-such-draft", "This was sent already, or discarded.")
    return RedirectResponse(f"/track/{sent.tracking_code}/receipt", 303)
