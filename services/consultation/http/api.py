"""The JSON API of consultation."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from starlette.responses import JSONResponse

from services.consultation.desk import Desk
from services.consultation.http.asking import (
    Acting,
    CaseReference,
    CommitmentId,
    ConsultationId,
    Cursor,
    Department,
    Key,
    Reading,
    Service,
)
from services.consultation.inputs import (
    ActivityInput,
    AgreementInput,
    ClosingInput,
    ConsultationInput,
    DroppingInput,
    HoldingInput,
    KeepingInput,
    NoteInput,
    ReferralInput,
    ReplyInput,
    SurveyInput,
    VisitInput,
)
from services.consultation.outputs import (
    ActivityLine,
    Answer,
    CaseClosed,
    CaseLine,
    CaseWhole,
    CommitmentLine,
    ConsultationClosed,
    ConsultationLine,
    ConsultationWhole,
    Made,
    ReferralMade,
    State,
)
from services.consultation.usecases import activities, casework, commitments, surveys
from services.consultation.usecases.known import Named
from shared.db.idempotency import Answer as Answered
from shared.web.paging import Page

CaseStates = Literal["assigned", "returned", "in-progress", "closed", "withdrawn"]
CommitmentStates = Literal["open", "kept", "dropped"]


def build_api(desk: Desk) -> APIRouter:
    """The router; everything it needs comes with ``desk``."""
    router = APIRouter(prefix="/api/v1", tags=["consultation"])
    _add_cases(router, desk)
    _add_casework(router, desk)
    _add_groundwork(router, desk)
    _add_consultations(router, desk)
    _add_commitments(router, desk)
    return router


def _add_cases(router: APIRouter, desk: Desk) -> None:
    @router.get("/cases")
    async def list_cases(actor: Reading, state: CaseStates | None = None, cursor: Cursor = None) -> Page[CaseLine]:
        """Cases, newest first, 50 to a page: a member's own, or all for staff of the body."""
        return await desk.casebook.cases(actor, [state] if state else [], cursor)

    @router.get("/cases/{reference}")
    async def show_case(reference: CaseReference, actor: Reading) -> CaseWhole:
        """One case with its thread; each entry says whether the resident or only staff may read it."""
        return await desk.casebook.case(actor, reference)

    @router.get("/answers/{reference}")
    async def answer(reference: CaseReference, _: Service) -> Answer:
        """What the resident is told of the outcome, for the services that do the telling."""
        return await desk.casebook.answer(reference)


def _add_casework(router: APIRouter, desk: Desk) -> None:
    @router.post("/cases/{reference}/visits", status_code=201, response_model=Made)
    async def visit(reference: CaseReference, actor: Acting, key: Key, visit: VisitInput) -> JSONResponse:
        """Record a look on site."""
        await desk.case_at_hand(reference)
        return _json(await desk.do_once(key, 201, lambda tx: casework.make_visit(tx, actor, reference, visit)))

    @router.post("/cases/{reference}/notes", status_code=201, response_model=Made)
    async def note(reference: CaseReference, actor: Acting, key: Key, note: NoteInput) -> JSONResponse:
        """Add a note that only staff can read."""
        await desk.case_at_hand(reference)
        return _json(await desk.do_once(key, 201, lambda tx: casework.add_note(tx, actor, reference, note)))

    @router.post("/cases/{reference}/referrals", status_code=201, response_model=ReferralMade)
    async def refer(reference: CaseReference, actor: Acting, key: Key, referral: ReferralInput) -> JSONResponse:
        """Refer the issue to a department."""
        await desk.case_at_hand(reference)
        return _json(await desk.do_once(key, 201, lambda tx: casework.refer(tx, actor, reference, referral)))

    @router.post("/cases/{reference}/referrals/{department}/reply", response_model=State)
    async def reply(
        reference: CaseReference, department: Department, actor: Acting, key: Key, reply: ReplyInput
    ) -> JSONResponse:
        """Record what the department replied."""
        return _json(
            await desk.do_once(key, 200, lambda tx: casework.hear_reply(tx, actor, reference, department, reply))
        )

    @router.post("/cases/{reference}/close", response_model=CaseClosed)
    async def close(reference: CaseReference, actor: Acting, key: Key, closing: ClosingInput) -> JSONResponse:
        """Close the case with an outcome and an answer to the resident."""
        await desk.case_at_hand(reference)
        return _json(await desk.do_once(key, 200, lambda tx: casework.close_case(tx, actor, reference, closing)))


def _add_groundwork(router: APIRouter, desk: Desk) -> None:
    @router.post("/surveys", status_code=201, response_model=Made)
    async def survey(actor: Acting, key: Key, survey: SurveyInput) -> JSONResponse:
        """Record a survey or inspection."""
        await desk.codes_at_hand(Named(station=survey.station, members=survey.members, reference=survey.reference))
        return _json(await desk.do_once(key, 201, lambda tx: surveys.make_survey(tx, actor, survey)))

    @router.post("/activities", status_code=201, response_model=Made)
    async def activity(actor: Acting, key: Key, activity: ActivityInput) -> JSONResponse:
        """Record a talk, a good deed or a study session."""
        await desk.codes_at_hand(Named(station=activity.station, members=activity.members))
        return _json(await desk.do_once(key, 201, lambda tx: activities.record_activity(tx, actor, activity)))

    @router.get("/activities")
    async def list_activities(actor: Reading, cursor: Cursor = None) -> Page[ActivityLine]:
        """Activities, newest first, 50 to a page: a member's own, or all for staff of the body."""
        return await desk.casebook.activities(actor, cursor)


def _add_consultations(router: APIRouter, desk: Desk) -> None:
    consultations = desk.consultations

    @router.post("/consultations", status_code=201, response_model=Made)
    async def open_consultation(actor: Acting, key: Key, wanted: ConsultationInput) -> JSONResponse:
        """Open a consultation on the surveys it rests on: no survey, no consultation."""
        await desk.codes_at_hand(Named(station=wanted.station, members=wanted.members, issues=wanted.issues))
        return _json(await desk.do_once(key, 201, lambda tx: consultations.open(tx, actor, wanted)))

    @router.get("/consultations")
    async def list_consultations(actor: Reading, cursor: Cursor = None) -> Page[ConsultationLine]:
        """Consultations, newest first, 50 to a page: a member's own, or all for staff of the body."""
        return await desk.casebook.consultations(actor, cursor)

    @router.get("/consultations/{consultation_id}")
    async def show_consultation(consultation_id: ConsultationId, actor: Reading) -> ConsultationWhole:
        """One consultation, for who takes part, has one of its issues, or is staff of the body."""
        return await desk.casebook.consultation(actor, consultation_id)

    @router.post("/consultations/{consultation_id}/hold", response_model=State)
    async def hold(
        consultation_id: ConsultationId, actor: Acting, key: Key, holding: HoldingInput | None = None
    ) -> JSONResponse:
        """The consultation took place."""
        held = holding or HoldingInput()
        return _json(await desk.do_once(key, 200, lambda tx: consultations.hold(tx, actor, consultation_id, held)))

    @router.post("/consultations/{consultation_id}/close", response_model=ConsultationClosed)
    async def close_consultation(
        consultation_id: ConsultationId, actor: Acting, key: Key, agreement: AgreementInput
    ) -> JSONResponse:
        """Close with what was agreed and who does what by when."""
        return _json(
            await desk.do_once(key, 200, lambda tx: consultations.close(tx, actor, consultation_id, agreement))
        )


def _add_commitments(router: APIRouter, desk: Desk) -> None:
    @router.get("/commitments")
    async def list_commitments(
        actor: Reading, state: CommitmentStates = "open", cursor: Cursor = None
    ) -> Page[CommitmentLine]:
        """Commitments, the first due first, 50 to a page."""
        return await desk.casebook.commitments(actor, state, cursor)

    @router.post("/commitments/{commitment_id}/keep", response_model=State)
    async def keep(
        commitment_id: CommitmentId, actor: Acting, key: Key, keeping: KeepingInput | None = None
    ) -> JSONResponse:
        """The commitment was kept."""
        kept = keeping or KeepingInput()
        return _json(
            await desk.do_once(key, 200, lambda tx: commitments.keep_commitment(tx, actor, commitment_id, kept))
        )

    @router.post("/commitments/{commitment_id}/drop", response_model=State)
    async def drop(commitment_id: CommitmentId, actor: Acting, key: Key, dropping: DroppingInput) -> JSONResponse:
        """The commitment is given up, for a reason."""
        return _json(
            await desk.do_once(key, 200, lambda tx: commitments.drop_commitment(tx, actor, commitment_id, dropping))
        )


def _json(answered: Answered) -> JSONResponse:
    status, body = answered
    return JSONResponse(body, status)
