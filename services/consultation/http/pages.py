"""The pages under ``/work`` that are not about one case: own cases, consultations, commitments, activities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.consultation.consulting import ActivityInput, DroppingInput, HoldingInput, KeepingInput, SurveyInput
from services.consultation.desk import Desk
from services.consultation.domain import CaseState
from services.consultation.http.api import CommitmentStates
from services.consultation.http.asking import Acting, CommitmentId, ConsultationId, Cursor, Reading
from services.consultation.http.case_api import CaseStates
from services.consultation.http.form_models import AgreementForm, ConsultationForm, FormKey
from services.consultation.http.forms import Job, M, R, Refused, Sent, act_on
from services.consultation.http.labels import badge, label, options
from services.consultation.outputs import Made, State
from services.consultation.registers import ConsultationClosed
from services.consultation.usecases import activities, surveys
from services.consultation.usecases.acting import Actor
from shared.db.idempotency import Key
from shared.i18n import N_
from shared.ids import new_id
from shared.web.forms import Form, blank
from shared.web.pages import render, see_other

Station = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9._-]{1,64}$")]


@dataclass(frozen=True)
class WorkPages:
    """The pages, as their endpoints show them."""

    desk: Desk

    async def cases(self, request: Request, actor: Actor, state: CaseStates | None, cursor: str | None) -> Response:
        """What waits for an answer and what is in progress; or one state, a page at a time."""
        casebook = self.desk.casebook
        waiting = [CaseState.ASSIGNED, CaseState.RETURNED] if actor.sees_all else [CaseState.ASSIGNED]
        shown = [(state, [state])] if state else [("assigned", waiting), ("in-progress", [CaseState.IN_PROGRESS])]
        lists = [(name, await casebook.cases(actor, states, cursor)) for name, states in shown]
        return _page(request, "cases.html", lists=lists, state=state)

    async def consultations(
        self,
        request: Request,
        actor: Actor,
        station: str | None = None,
        cursor: str | None = None,
        refused: Refused | None = None,
    ) -> Response:
        """Consultations, and the forms for a survey and a consultation without an issue."""
        casebook, me = self.desk.casebook, actor.member or ""
        at = await self._at_station(actor, station, refused)
        return _page(
            request,
            "consultations.html",
            refused,
            **at,
            page=await self.desk.books.consultations.page(actor, cursor),
            entered=_entered(refused, survey=blank(members=me), consultation=blank(members=me, residents="0")),
            departments=await casebook.roster_codes("department"),
            categories=await casebook.roster_codes("category"),
            surveys=await self.desk.books.consultations.surveys_to_rest_on(actor, at["station"]),
            can_act=_can_act(actor),
        )

    async def consultation(
        self, request: Request, actor: Actor, consultation_id: str, refused: Refused | None = None
    ) -> Response:
        """One consultation, with what comes next."""
        consultation = await self.desk.books.consultations.one(actor, consultation_id)
        forms = _entered(refused, holding=blank(), agreement=blank())
        return _page(
            request, "consultation.html", refused, consultation=consultation, entered=forms, can_act=_can_act(actor)
        )

    async def commitments(
        self,
        request: Request,
        actor: Actor,
        state: CommitmentStates = "open",
        cursor: str | None = None,
        refused: Refused | None = None,
    ) -> Response:
        """Who does what by when, the first due first."""
        page = await self.desk.books.commitments.page(actor, state, cursor)
        forms = _entered(refused, settling=blank())
        return _page(
            request, "commitments.html", refused, page=page, state=state, entered=forms, can_act=_can_act(actor)
        )

    async def activities(
        self,
        request: Request,
        actor: Actor,
        station: str | None = None,
        cursor: str | None = None,
        refused: Refused | None = None,
    ) -> Response:
        """What was done besides the cases, and the form to record more."""
        return _page(
            request,
            "activities.html",
            refused,
            **await self._at_station(actor, station, refused),
            page=await self.desk.books.activities.page(actor, cursor),
            entered=_entered(refused, activity=blank(members=actor.member or "")),
            can_act=_can_act(actor),
        )

    async def _at_station(self, actor: Actor, wanted: str | None, refused: Refused | None) -> dict[str, Any]:
        """The station to work at, a refused form's own before any other, and the members who are there."""
        stations = await self.desk.casebook.stations(actor)
        if refused is not None:
            wanted = refused.form.text("station")
        station = wanted if wanted in stations else next(iter(stations), "")
        colleagues = await self.desk.casebook.colleagues(station)
        if actor.member is not None and actor.member not in colleagues:
            colleagues = [actor.member, *colleagues]
        return {"stations": stations, "station": station, "colleagues": colleagues}

    async def take(self, request: Request, key: Key, sent: Sent[M, R], next_path: str) -> Response:
        """Do what a form says and go on to ``next_path``. Raises Refused."""
        await act_on(request, self.desk, key, sent)
        return see_other(next_path, sent.said)


def build_pages(desk: Desk, zone: str) -> APIRouter:
    """The router; included before the pages of single cases."""
    router = APIRouter(prefix="/work", include_in_schema=False)
    pages = WorkPages(desk)
    _add_lists(router, pages)
    _add_consultations(router, pages, zone)
    _add_settling(router, pages)
    return router


def _add_lists(router: APIRouter, pages: WorkPages) -> None:
    @router.get("")
    async def work(
        request: Request, actor: Reading, state: CaseStates | None = None, cursor: Cursor = None
    ) -> Response:
        return await pages.cases(request, actor, state, cursor)

    @router.get("/activities")
    async def list_activities(
        request: Request, actor: Reading, station: Station = None, cursor: Cursor = None
    ) -> Response:
        return await pages.activities(request, actor, station, cursor)

    @router.post("/activities")
    async def record(request: Request, actor: Acting, key: FormKey) -> Response:
        def job(form: ActivityInput) -> Job[Made]:
            return lambda tx: activities.record_activity(tx, actor, form)

        try:
            sent = Sent("activity", ActivityInput, job, N_("The activity is recorded."))
            return await pages.take(request, key, sent, "/work/activities")
        except Refused as refused:
            return await pages.activities(request, actor, refused=refused)


def _add_consultations(router: APIRouter, pages: WorkPages, zone: str) -> None:
    consultations, sessions = pages.desk.consultations, pages.desk.sessions

    @router.get("/consultations")
    async def list_consultations(
        request: Request, actor: Reading, station: Station = None, cursor: Cursor = None
    ) -> Response:
        return await pages.consultations(request, actor, station, cursor)

    @router.post("/surveys")
    async def survey(request: Request, actor: Acting, key: FormKey) -> Response:
        def job(form: SurveyInput) -> Job[Made]:
            return lambda tx: surveys.make_survey(tx, actor, form)

        try:
            sent = Sent("survey", SurveyInput, job, N_("The survey is recorded."))
            return await pages.take(request, key, sent, "/work/consultations")
        except Refused as refused:
            return await pages.consultations(request, actor, refused=refused)

    @router.post("/consultations")
    async def prepare(request: Request, actor: Acting, key: FormKey) -> Response:
        def job(form: ConsultationForm) -> Job[Made]:
            return lambda tx: consultations.open(tx, actor, form.wanted(zone))

        try:
            sent = Sent("consultation", ConsultationForm, job, N_("The consultation is prepared."))
            return await pages.take(request, key, sent, "/work/consultations")
        except Refused as refused:
            return await pages.consultations(request, actor, refused=refused)

    @router.get("/consultations/{consultation_id}")
    async def show(request: Request, consultation_id: ConsultationId, actor: Reading) -> Response:
        return await pages.consultation(request, actor, consultation_id)

    @router.post("/consultations/{consultation_id}/hold")
    async def hold(request: Request, consultation_id: ConsultationId, actor: Acting, key: FormKey) -> Response:
        def job(form: HoldingInput) -> Job[State]:
            return lambda tx: sessions.hold(tx, actor, consultation_id, form)

        try:
            sent = Sent("holding", HoldingInput, job, N_("The consultation is recorded as held."))
            return await pages.take(request, key, sent, f"/work/consultations/{consultation_id}")
        except Refused as refused:
            return await pages.consultation(request, actor, consultation_id, refused)

    @router.post("/consultations/{consultation_id}/close")
    async def close(request: Request, consultation_id: ConsultationId, actor: Acting, key: FormKey) -> Response:
        def job(form: AgreementForm) -> Job[ConsultationClosed]:
            return lambda tx: sessions.close(tx, actor, consultation_id, form.agreement())

        try:
            sent = Sent("agreement", AgreementForm, job, N_("The consultation is closed."))
            return await pages.take(request, key, sent, f"/work/consultations/{consultation_id}")
        except Refused as refused:
            return await pages.consultation(request, actor, consultation_id, refused)


def _add_settling(router: APIRouter, pages: WorkPages) -> None:
    @router.get("/commitments")
    async def list_commitments(
        request: Request, actor: Reading, state: CommitmentStates = "open", cursor: Cursor = None
    ) -> Response:
        return await pages.commitments(request, actor, state, cursor)

    @router.post("/commitments/{commitment_id}/keep")
    async def keep(request: Request, commitment_id: CommitmentId, actor: Acting, key: FormKey) -> Response:
        def job(form: KeepingInput) -> Job[State]:
            return lambda tx: pages.desk.commitments.keep(tx, actor, commitment_id, form)

        try:
            sent = Sent("settling", KeepingInput, job, N_("The commitment is recorded as kept."))
            return await pages.take(request, key, sent, "/work/commitments")
        except Refused as refused:
            return await pages.commitments(request, actor, refused=refused)

    @router.post("/commitments/{commitment_id}/drop")
    async def drop(request: Request, commitment_id: CommitmentId, actor: Acting, key: FormKey) -> Response:
        def job(form: DroppingInput) -> Job[State]:
            return lambda tx: pages.desk.commitments.drop(tx, actor, commitment_id, form)

        try:
            sent = Sent("settling", DroppingInput, job, N_("The commitment is recorded as dropped."))
            return await pages.take(request, key, sent, "/work/commitments")
        except Refused as refused:
            return await pages.commitments(request, actor, refused=refused)


def _page(request: Request, template: str, refused: Refused | None = None, **context: Any) -> Response:
    status = refused.status if refused else 200
    failed = refused.name if refused else ""
    return render(
        request,
        f"consultation/{template}",
        status,
        failed=failed,
        new_key=new_id,
        label=label,
        badge=badge,
        options=options,
        **context,
    )


def _entered(refused: Refused | None, **blanks: Form[Any]) -> dict[str, Form[Any]]:
    """The forms of a page by name, the refused one as it was filled in."""
    return {**blanks, refused.name: refused.form} if refused else blanks


def _can_act(actor: Actor) -> bool:
    return actor.is_officer or actor.member is not None
