"""A case as one dated thread, with a form for each thing that can be done next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.consultation.consulting import SurveyInput
from services.consultation.desk import Desk
from services.consultation.http.asking import Acting, CaseReference, PhotoId, Reading
from services.consultation.http.case_forms import (
    ContactForm,
    InvitationForm,
    NoteForm,
    ReferralForm,
    ReminderForm,
    ReplyForm,
    RevocationForm,
    SupervisionForm,
    VisitForm,
)
from services.consultation.http.form_models import (
    ConsultationForm,
    FormKey,
    PromiseForm,
    plan_field,
    promise_field,
)
from services.consultation.http.forms import Job, M, R, Refused, Sent, act_on
from services.consultation.http.labels import badge, label, options
from services.consultation.http.uploads import pictures_of
from services.consultation.inputs import CLOSING_OUTCOMES, ClosingInput
from services.consultation.outputs import CaseClosed, Made, ReferralMade, State
from services.consultation.registers import CommitmentMade
from services.consultation.usecases import casework, closing, photographs, surveys
from services.consultation.usecases.acting import Actor
from services.consultation.vault import ResidentWords
from shared.db.idempotency import Key
from shared.errors import DomainError, Unavailable
from shared.i18n import N_
from shared.ids import new_id
from shared.web.auth import token_of
from shared.web.forms import Form, blank, read_form
from shared.web.pages import render, see_other
from shared.web.state import translator_of

FORMS = (
    "contact",
    "visit",
    "note",
    "invitation",
    "referral",
    "reminder",
    "supervision",
    "revocation",
    "reply",
    "survey",
    "consultation",
    "promise",
    "closing",
    "pause",
)


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

    async def take_visit(self, request: Request, actor: Actor, reference: str, key: Key) -> Response:
        """A look on site, with what was photographed there."""
        form = await read_form(request, VisitForm)
        try:
            pictures = await pictures_of(request)
        except DomainError as error:
            refused = Refused("visit", form.refused(error, translator_of(request)), error.status)
            return await self.show(request, actor, reference, refused)

        def job(visit: VisitForm) -> Job[Made]:
            return lambda tx: photographs.visit_with_pictures(tx, actor, reference, visit, pictures)

        sent = Sent("visit", VisitForm, job, N_("The visit is recorded."))
        return await self.take(request, actor, reference, key, sent)

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
            deadlines=await self.desk.deadlines.of_case(reference),
            entered=prepared,
            failed=refused.name if refused else "",
            can_act=actor.is_officer or actor.member is not None,
            is_office=actor.sees_all,
            endings=[(code, says) for code, says in options("outcome") if code in CLOSING_OUTCOMES],
            colleagues=colleagues if me in colleagues else [me, *colleagues],
            invitable=[code for code in colleagues if code not in {case.member, *case.members}],
            departments=await casebook.roster_codes("department"),
            categories=await casebook.roster_codes("category"),
            surveys=await self.desk.books.consultations.surveys_to_rest_on(actor, case.station),
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

    @router.get("/photos/{photo_id}")
    async def photo(reference: CaseReference, photo_id: PhotoId, actor: Reading) -> Response:
        """A photograph of the thread."""
        return Response(await desk.threads.picture(actor, reference, photo_id), media_type="image/jpeg")

    _add_own_work(router, pages)
    _add_referrals(router, desk, pages)

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

        sent = Sent("consultation", ConsultationForm, job, N_("The consultation is prepared."), plan_field)
        return await pages.take(request, actor, reference, key, sent)

    @router.post("/commitments")
    async def promise(request: Request, reference: CaseReference, actor: Acting, key: FormKey) -> Response:
        def job(form: PromiseForm) -> Job[CommitmentMade]:
            return lambda tx: desk.commitments.promise(tx, actor, reference, form.wanted())

        sent = Sent(
            "promise", PromiseForm, job, N_("The commitment is recorded, and the resident sees it."), promise_field
        )
        return await pages.take(request, actor, reference, key, sent)

    @router.post("/close")
    async def close(request: Request, reference: CaseReference, actor: Acting, key: FormKey) -> Response:
        def job(form: ClosingInput) -> Job[CaseClosed]:
            return lambda tx: closing.close_case(tx, actor, reference, form)

        sent = Sent("closing", ClosingInput, job, N_("The case is closed, and the resident is told."))
        return await pages.take(request, actor, reference, key, sent)

    return router


def _add_own_work(router: APIRouter, pages: CasePages) -> None:
    @router.post("/contacts")
    async def contact(request: Request, reference: CaseReference, actor: Acting, key: FormKey) -> Response:
        def job(form: ContactForm) -> Job[Made]:
            return lambda tx: casework.make_contact(tx, actor, reference, form)

        sent = Sent("contact", ContactForm, job, N_("The contact is recorded."))
        return await pages.take(request, actor, reference, key, sent)

    @router.post("/visits")
    async def visit(request: Request, reference: CaseReference, actor: Acting, key: FormKey) -> Response:
        return await pages.take_visit(request, actor, reference, key)

    @router.post("/notes")
    async def note(request: Request, reference: CaseReference, actor: Acting, key: FormKey) -> Response:
        def job(form: NoteForm) -> Job[Made]:
            return lambda tx: casework.add_note(tx, actor, reference, form)

        sent = Sent("note", NoteForm, job, N_("The note is kept."))
        return await pages.take(request, actor, reference, key, sent)

    @router.post("/members")
    async def invite(request: Request, reference: CaseReference, actor: Acting, key: FormKey) -> Response:
        def job(form: InvitationForm) -> Job[Made]:
            return lambda tx: casework.invite_member(tx, actor, reference, form)

        sent = Sent("invitation", InvitationForm, job, N_("The member works on this case from now on."))
        return await pages.take(request, actor, reference, key, sent)


def _add_referrals(router: APIRouter, desk: Desk, pages: CasePages) -> None:
    referrals = desk.referrals

    @router.post("/referrals")
    async def refer(request: Request, reference: CaseReference, actor: Acting, key: FormKey) -> Response:
        def job(form: ReferralForm) -> Job[ReferralMade]:
            return lambda tx: referrals.refer(tx, actor, reference, form)

        sent = Sent("referral", ReferralForm, job, N_("The department is asked."))
        return await pages.take(request, actor, reference, key, sent)

    @router.post("/reminders")
    async def remind(request: Request, reference: CaseReference, actor: Acting, key: FormKey) -> Response:
        def job(form: ReminderForm) -> Job[State]:
            return lambda tx: referrals.remind(tx, actor, reference, form.department, form)

        sent = Sent("reminder", ReminderForm, job, N_("The department is asked again."))
        return await pages.take(request, actor, reference, key, sent)

    @router.post("/supervisions")
    async def supervise(request: Request, reference: CaseReference, actor: Acting, key: FormKey) -> Response:
        def job(form: SupervisionForm) -> Job[State]:
            return lambda tx: referrals.supervise(tx, actor, reference, form.department, form)

        sent = Sent("supervision", SupervisionForm, job, N_("The department is pressed for its reply."))
        return await pages.take(request, actor, reference, key, sent)

    @router.post("/revocations")
    async def revoke(request: Request, reference: CaseReference, actor: Acting, key: FormKey) -> Response:
        def job(form: RevocationForm) -> Job[State]:
            return lambda tx: referrals.revoke_links(tx, actor, reference, form.department)

        sent = Sent("revocation", RevocationForm, job, N_("The links of the department are no longer good."))
        return await pages.take(request, actor, reference, key, sent)

    @router.post("/replies")
    async def reply(request: Request, reference: CaseReference, actor: Acting, key: FormKey) -> Response:
        def job(form: ReplyForm) -> Job[State]:
            return lambda tx: referrals.hear_reply(tx, actor, reference, form.department, form)

        sent = Sent("reply", ReplyForm, job, N_("The reply is recorded."))
        return await pages.take(request, actor, reference, key, sent)
