"""A case as one dated thread, with a form for each thing that can be done next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.consultation.desk import Desk
from services.consultation.http.asking import Acting, CaseReference, Reading
from services.consultation.http.form_models import (
    ConsultationForm,
    FormKey,
    NoteForm,
    ReferralForm,
    ReplyForm,
    VisitForm,
)
from services.consultation.http.forms import Job, M, R, Refused, Sent, act_on
from services.consultation.http.labels import badge, label, options
from services.consultation.inputs import ClosingInput, SurveyInput
from services.consultation.outputs import CaseClosed, Made, ReferralMade, State
from services.consultation.usecases import casework, surveys
from services.consultation.usecases.acting import Actor
from services.consultation.vault import ResidentWords
from shared.db.idempotency import Key
from shared.errors import Unavailable
from shared.i18n import N_
from shared.ids import new_id
from shared.web.auth import token_of
from shared.web.forms import Form, blank
from shared.web.pages import render, see_other

FORMS = ("visit", "note", "referral", "reply", "survey", "consultation", "closing")


@dataclass(frozen=True)
class CasePages:
    """The page of a case, as its endpoints show it."""

    desk: Desk

    async def take(self, request: Request, actor: Actor, reference: str, key: Key, sent: Sent[M, R]) -> Response:
        """Do what a form says and show the case again, with what was done or with what was wrong."""
        try:
            await act_on(request, self.desk, key, sent)
        except Refused as refused:
            return await self.show(request, actor, reference, refused)
        return see_other(f"/work/{reference}", sent.said)

    async def show(self, request: Request, actor: Actor, reference: str, refused: Refused | None = None) -> Response:
        """The case; a form that was ``refused`` is shown again as it was filled in."""
        casebook = self.desk.casebook
        case = await casebook.case(actor, reference)
        prepared: dict[str, Form[Any]] = {name: blank() for name in FORMS}
        me = actor.member or case.member
        prepared["survey"] = blank(members=me, category=case.category or "")
        prepared["consultation"] = blank(members=me, residents="1")
        if refused is not None:
            prepared[refused.name] = refused.form
        colleagues = await casebook.colleagues(case.station)
        return render(
            request,
            "consultation/case.html",
            refused.status if refused else 200,
            case=case,
            words=await self._words(request, reference),
            entered=prepared,
            failed=refused.name if refused else "",
            can_act=actor.is_officer or actor.member is not None,
            colleagues=colleagues if me in colleagues else [me, *colleagues],
            departments=await casebook.roster_codes("department"),
            categories=await casebook.roster_codes("category"),
            surveys=await casebook.surveys_to_rest_on(actor, case.station),
            new_key=new_id,
            label=label,
            badge=badge,
            options=options,
        )

    async def _words(self, request: Request, reference: str) -> ResidentWords | None:
        """What the resident wrote, or None where the vault does not answer: then the rest of the page still works."""
        try:
            return await self.desk.vault.words(reference, token_of(request))
        except Unavailable:
            return None


def build_case_pages(desk: Desk, zone: str) -> APIRouter:
    """The router of ``/work/<reference>``; included after the pages whose paths begin alike."""
    router = APIRouter(prefix="/work/{reference}", include_in_schema=False)
    pages = CasePages(desk)

    @router.get("")
    async def case(request: Request, reference: CaseReference, actor: Reading) -> Response:
        """The case. A member who has just accepted the order is sent here, so its acceptance is waited for."""
        await desk.case_at_hand(reference)
        return await pages.show(request, actor, reference)

    @router.post("/visits")
    async def visit(request: Request, reference: CaseReference, actor: Acting, key: FormKey) -> Response:
        def job(form: VisitForm) -> Job[Made]:
            return lambda tx: casework.make_visit(tx, actor, reference, form)

        sent = Sent("visit", VisitForm, job, N_("The visit is recorded."))
        return await pages.take(request, actor, reference, key, sent)

    @router.post("/notes")
    async def note(request: Request, reference: CaseReference, actor: Acting, key: FormKey) -> Response:
        def job(form: NoteForm) -> Job[Made]:
            return lambda tx: casework.add_note(tx, actor, reference, form)

        sent = Sent("note", NoteForm, job, N_("The note is kept."))
        return await pages.take(request, actor, reference, key, sent)

    @router.post("/referrals")
    async def refer(request: Request, reference: CaseReference, actor: Acting, key: FormKey) -> Response:
        def job(form: ReferralForm) -> Job[ReferralMade]:
            return lambda tx: casework.refer(tx, actor, reference, form)

        sent = Sent("referral", ReferralForm, job, N_("The department is asked."))
        return await pages.take(request, actor, reference, key, sent)

    @router.post("/replies")
    async def reply(request: Request, reference: CaseReference, actor: Acting, key: FormKey) -> Response:
        def job(form: ReplyForm) -> Job[State]:
            return lambda tx: casework.hear_reply(tx, actor, reference, form.department, form)

        sent = Sent("reply", ReplyForm, job, N_("The reply is recorded."))
        return await pages.take(request, actor, reference, key, sent)

    @router.post("/surveys")
    async def survey(request: Request, reference: CaseReference, actor: Acting, key: FormKey) -> Response:
        def job(form: SurveyInput) -> Job[Made]:
            return lambda tx: surveys.make_survey(tx, actor, form)

        sent = Sent("survey", SurveyInput, job, N_("The survey is recorded."))
        return await pages.take(request, actor, reference, key, sent)

    @router.post("/consultations")
    async def consult(request: Request, reference: CaseReference, actor: Acting, key: FormKey) -> Response:
        def job(form: ConsultationForm) -> Job[Made]:
            return lambda tx: desk.consultations.open(tx, actor, form.wanted(zone))

        sent = Sent("consultation", ConsultationForm, job, N_("The consultation is prepared."))
        return await pages.take(request, actor, reference, key, sent)

    @router.post("/close")
    async def close(request: Request, reference: CaseReference, actor: Acting, key: FormKey) -> Response:
        def job(form: ClosingInput) -> Job[CaseClosed]:
            return lambda tx: casework.close_case(tx, actor, reference, form)

        sent = Sent("closing", ClosingInput, job, N_("The case is closed, and the resident is told."))
        return await pages.take(request, actor, reference, key, sent)

    return router
