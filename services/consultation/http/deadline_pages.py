"""Pages of deadlines: pauses on the page of a case, what a member owes, and what is late in the whole body."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from services.consultation.deadlines import pausing
from services.consultation.deadlines.book import Which
from services.consultation.deadlines.pausing import PauseInput
from services.consultation.desk import Desk
from services.consultation.http.asking import Acting, CaseReference, Cursor, DeadlineId, Reading, actor_of
from services.consultation.http.case_pages import CasePages
from services.consultation.http.form_models import FormKey
from services.consultation.http.forms import Job, Sent
from services.consultation.http.showing import show
from services.consultation.inputs import Input, Words
from services.consultation.outputs import State
from shared.contracts.words import DeadlineKind, PauseReason
from shared.i18n import N_
from shared.web.auth import Claims, Role, allow

Office = Annotated[Claims, Depends(allow(Role.DISPATCHER, Role.OFFICER))]
WHICH: tuple[Which, ...] = ("late", "soon", "paused")


class PauseForm(Input):
    """Which deadline stands still, and why."""

    deadline: str = Field(max_length=36)
    reason: PauseReason = Field(validation_alias="pause_reason")
    note: Words | None = Field(default=None, validation_alias="pause_note")

    @property
    def asked(self) -> PauseInput:
        """The same, as the API takes it."""
        return PauseInput(reason=self.reason, note=self.note)


class ResumeForm(Input):
    """The deadline stands in the address."""


def build_deadline_pages(desk: Desk) -> APIRouter:
    """The router; included before the pages of single cases."""
    router = APIRouter(include_in_schema=False)
    pages = CasePages(desk)

    @router.get("/work/deadlines")
    async def own(
        request: Request, actor: Reading, which: Which = "soon", kind: DeadlineKind | None = None, cursor: Cursor = None
    ) -> Response:
        """What a member owes, the next end first; everything for staff."""
        page = await desk.deadlines.page(actor, which, kind, cursor)
        return show(
            request, "own_deadlines.html", actor, page=page, which=which, kind=kind, every=WHICH, here="/work/deadlines"
        )

    @router.get("/office/deadlines")
    async def late(
        request: Request, claims: Office, which: Which = "late", kind: DeadlineKind | None = None, cursor: Cursor = None
    ) -> Response:
        """What is late in the whole body, the longest due first; or what comes next, or what stands still."""
        actor = actor_of(claims)
        return show(
            request,
            "deadlines.html",
            actor,
            page=await desk.deadlines.page(actor, which, kind, cursor),
            counts=await desk.deadlines.counts(),
            which=which,
            kind=kind,
            every=WHICH,
            here="/office/deadlines",
        )

    @router.post("/work/{reference}/pauses")
    async def pause(request: Request, reference: CaseReference, actor: Acting, key: FormKey) -> Response:
        def job(form: PauseForm) -> Job[State]:
            return lambda tx: pausing.pause(tx, actor, reference, form.deadline, form.asked)

        sent = Sent("pause", PauseForm, job, N_("The time stands still."), _field_of_form)
        return await pages.take(request, actor, reference, key, sent)

    @router.post("/work/{reference}/deadlines/{deadline_id}/resume")
    async def resume(
        request: Request, reference: CaseReference, deadline_id: DeadlineId, actor: Acting, key: FormKey
    ) -> Response:
        def job(_: ResumeForm) -> Job[State]:
            return lambda tx: pausing.resume(tx, actor, reference, deadline_id)

        return await pages.take(request, actor, reference, key, Sent("pause", ResumeForm, job, N_("The time goes on.")))

    return router


def _field_of_form(_: PauseForm, field: str) -> str:
    return {"reason": "pause_reason", "note": "pause_note"}.get(field, field)
