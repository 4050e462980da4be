"""The pages of consultations: their list, one with what comes next, its printable record, and the survey rule."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.consultation.consulting import (
    CancellingInput,
    ContributionInput,
    HoldingInput,
    MinutesInput,
    RelaxationInput,
    SurveyInput,
)
from services.consultation.desk import Desk
from services.consultation.domain import ConsultationState, may_write
from services.consultation.http.asking import Acting, ConsultationId, Cursor, Reading, RelaxationId
from services.consultation.http.consultation_api import calendar_file
from services.consultation.http.form_models import (
    AgreementForm,
    ChangeForm,
    ConsultationForm,
    FormKey,
    agreement_field,
    plan_field,
)
from services.consultation.http.forms import Job, M, R, Refused, Sent
from services.consultation.http.plans import as_entered
from services.consultation.http.showing import Station, at_station, colleagues, entered, show, take
from services.consultation.outputs import Made, State
from services.consultation.registers import ConsultationClosed
from services.consultation.usecases import surveys
from services.consultation.usecases.acting import Actor
from shared.clock import Clock
from shared.db.idempotency import Key
from shared.i18n import N_
from shared.web.forms import blank
from shared.web.pages import see_other


@dataclass(frozen=True)
class ConsultationPages:
    """The pages, as their endpoints show them, for a body in ``zone`` (IANA name)."""

    desk: Desk
    clock: Clock
    zone: str

    async def all(
        self,
        request: Request,
        actor: Actor,
        station: str | None = None,
        cursor: str | None = None,
        refused: Refused | None = None,
    ) -> Response:
        """Consultations, and the forms for a survey and a consultation without an issue."""
        desk, me = self.desk, actor.member or ""
        at = await at_station(desk, actor, station, refused)
        return show(
            request,
            "consultations.html",
            actor,
            refused,
            **at,
            page=await desk.books.consultations.page(actor, cursor),
            entered=entered(refused, survey=blank(members=me), consultation=blank(members=me, residents="0")),
            departments=await desk.casebook.roster_codes("department"),
            categories=await desk.casebook.roster_codes("category"),
            surveys=await desk.books.consultations.surveys_to_rest_on(actor, at["station"]),
        )

    async def one(
        self, request: Request, actor: Actor, consultation_id: str, refused: Refused | None = None
    ) -> Response:
        """One consultation, with what comes next."""
        consultation = await self.desk.books.consultations.one(actor, consultation_id)
        state, until = ConsultationState(consultation.state), consultation.contributions_until
        is_open = state in (ConsultationState.OPEN, ConsultationState.HELD)
        return show(
            request,
            "consultation.html",
            actor,
            refused,
            consultation=consultation,
            writes=is_open and actor.member in consultation.members and may_write(state, until, self.clock.now()),
            entered=entered(
                refused,
                plan=as_entered(consultation, self.zone),
                cancelling=blank(),
                contribution=blank(),
                holding=blank(residents=str(consultation.residents)),
                minuting=blank(minutes=consultation.minutes or ""),
                agreement=blank(),
            ),
            colleagues=await colleagues(self.desk, actor, consultation.station, *consultation.members),
            departments=await self.desk.casebook.roster_codes("department"),
        )

    async def record(self, request: Request, actor: Actor, consultation_id: str) -> Response:
        """The record of a consultation, as it is printed and signed."""
        consultation = await self.desk.books.consultations.one(actor, consultation_id)
        return show(request, "record.html", actor, consultation=consultation)

    async def rule(self, request: Request, actor: Actor, refused: Refused | None = None) -> Response:
        """No survey, no consultation; and the decisions that for some days say otherwise."""
        return show(
            request,
            "rule.html",
            actor,
            refused,
            decisions=await self.desk.books.consultations.relaxations(),
            today=self.desk.books.commitments.today(),
            entered=entered(refused, relaxation=blank()),
        )

    async def act(self, request: Request, actor: Actor, consultation_id: str, key: Key, sent: Sent[M, R]) -> Response:
        """Do what a form of one consultation says, and show it again."""
        try:
            return await take(request, self.desk, key, sent, f"/work/consultations/{consultation_id}")
        except Refused as refused:
            return await self.one(request, actor, consultation_id, refused)


def build_consultation_pages(desk: Desk, clock: Clock, zone: str) -> APIRouter:
    """The router; included before the pages of single cases."""
    router = APIRouter(prefix="/work", include_in_schema=False)
    pages = ConsultationPages(desk, clock, zone)
    _add_plans(router, pages)
    _add_rule(router, pages)
    _add_one(router, pages)
    _add_sessions(router, pages)
    return router


def _add_plans(router: APIRouter, pages: ConsultationPages) -> None:
    desk = pages.desk

    @router.get("/consultations")
    async def list_consultations(
        request: Request, actor: Reading, station: Station = None, cursor: Cursor = None
    ) -> Response:
        return await pages.all(request, actor, station, cursor)

    @router.post("/surveys")
    async def survey(request: Request, actor: Acting, key: FormKey) -> Response:
        def job(form: SurveyInput) -> Job[Made]:
            return lambda tx: surveys.make_survey(tx, actor, form)

        try:
            sent = Sent("survey", SurveyInput, job, N_("The survey is recorded."))
            return await take(request, desk, key, sent, "/work/consultations")
        except Refused as refused:
            return await pages.all(request, actor, refused=refused)

    @router.post("/consultations")
    async def prepare(request: Request, actor: Acting, key: FormKey) -> Response:
        def job(form: ConsultationForm) -> Job[Made]:
            return lambda tx: desk.consultations.open(tx, actor, form.wanted(pages.zone))

        try:
            sent = Sent("consultation", ConsultationForm, job, N_("The consultation is prepared."), plan_field)
            return await take(request, desk, key, sent, "/work/consultations")
        except Refused as refused:
            return await pages.all(request, actor, refused=refused)


def _add_rule(router: APIRouter, pages: ConsultationPages) -> None:
    desk = pages.desk

    @router.get("/consultations/rule")
    async def rule(request: Request, actor: Reading) -> Response:
        return await pages.rule(request, actor)

    @router.post("/consultations/rule")
    async def relax(request: Request, actor: Acting, key: FormKey) -> Response:
        def job(form: RelaxationInput) -> Job[Made]:
            return lambda tx: desk.rule.relax(tx, actor, form)

        try:
            sent = Sent("relaxation", RelaxationInput, job, N_("The decision is recorded."))
            return await take(request, desk, key, sent, "/work/consultations/rule")
        except Refused as refused:
            return await pages.rule(request, actor, refused)

    @router.post("/consultations/rule/{relaxation_id}/end")
    async def restore(request: Request, relaxation_id: RelaxationId, actor: Acting, key: FormKey) -> Response:
        await desk.do_once(key, 200, lambda tx: desk.rule.restore(tx, actor, relaxation_id))
        return see_other("/work/consultations/rule", N_("The rule holds again."))


def _add_one(router: APIRouter, pages: ConsultationPages) -> None:
    desk = pages.desk

    @router.get("/consultations/{consultation_id}")
    async def one(request: Request, consultation_id: ConsultationId, actor: Reading) -> Response:
        return await pages.one(request, actor, consultation_id)

    @router.get("/consultations/{consultation_id}/record")
    async def record(request: Request, consultation_id: ConsultationId, actor: Reading) -> Response:
        return await pages.record(request, actor, consultation_id)

    @router.get("/consultations/{consultation_id}/invitation.ics")
    async def calendar(consultation_id: ConsultationId, actor: Reading) -> Response:
        return await calendar_file(desk, actor, consultation_id)

    @router.post("/consultations/{consultation_id}/plan")
    async def change(request: Request, consultation_id: ConsultationId, actor: Acting, key: FormKey) -> Response:
        def job(form: ChangeForm) -> Job[State]:
            return lambda tx: desk.consultations.change(tx, actor, consultation_id, form.wanted(pages.zone))

        sent = Sent("plan", ChangeForm, job, N_("The plan is changed, and whoever is invited is told."), plan_field)
        return await pages.act(request, actor, consultation_id, key, sent)

    @router.post("/consultations/{consultation_id}/cancel")
    async def cancel(request: Request, consultation_id: ConsultationId, actor: Acting, key: FormKey) -> Response:
        def job(form: CancellingInput) -> Job[State]:
            return lambda tx: desk.consultations.cancel(tx, actor, consultation_id, form)

        said = N_("The consultation is called off, and whoever is invited is told.")
        return await pages.act(request, actor, consultation_id, key, Sent("cancelling", CancellingInput, job, said))


def _add_sessions(router: APIRouter, pages: ConsultationPages) -> None:
    sessions = pages.desk.sessions

    @router.post("/consultations/{consultation_id}/contributions")
    async def contribute(request: Request, consultation_id: ConsultationId, actor: Acting, key: FormKey) -> Response:
        def job(form: ContributionInput) -> Job[Made]:
            return lambda tx: sessions.contribute(tx, actor, consultation_id, form)

        sent = Sent("contribution", ContributionInput, job, N_("Your contribution is part of the consultation."))
        return await pages.act(request, actor, consultation_id, key, sent)

    @router.post("/consultations/{consultation_id}/hold")
    async def hold(request: Request, consultation_id: ConsultationId, actor: Acting, key: FormKey) -> Response:
        def job(form: HoldingInput) -> Job[State]:
            return lambda tx: sessions.hold(tx, actor, consultation_id, form)

        sent = Sent("holding", HoldingInput, job, N_("The consultation is recorded as held."))
        return await pages.act(request, actor, consultation_id, key, sent)

    @router.post("/consultations/{consultation_id}/minutes")
    async def minute(request: Request, consultation_id: ConsultationId, actor: Acting, key: FormKey) -> Response:
        def job(form: MinutesInput) -> Job[State]:
            return lambda tx: sessions.minute(tx, actor, consultation_id, form)

        sent = Sent("minuting", MinutesInput, job, N_("The minutes are kept."))
        return await pages.act(request, actor, consultation_id, key, sent)

    @router.post("/consultations/{consultation_id}/close")
    async def close(request: Request, consultation_id: ConsultationId, actor: Acting, key: FormKey) -> Response:
        def job(form: AgreementForm) -> Job[ConsultationClosed]:
            return lambda tx: sessions.close(tx, actor, consultation_id, form.agreement())

        sent = Sent("agreement", AgreementForm, job, N_("The consultation is closed."), agreement_field)
        return await pages.act(request, actor, consultation_id, key, sent)
