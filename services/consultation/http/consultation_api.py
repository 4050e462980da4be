"""The JSON API of consultations, and of the rule that they rest on a survey."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from services.consultation.consulting import (
    AgreementInput,
    CancellingInput,
    ChangeInput,
    ConsultationInput,
    ContributionInput,
    HoldingInput,
    MinutesInput,
    RelaxationInput,
)
from services.consultation.desk import Desk
from services.consultation.http.answering import answered
from services.consultation.http.asking import Acting, ConsultationId, Cursor, Key, Reading, RelaxationId, Service
from services.consultation.outputs import Made, State
from services.consultation.registers import (
    ConsultationClosed,
    ConsultationLine,
    ConsultationWhole,
    Invitation,
    RelaxationLine,
)
from services.consultation.usecases.known import Named
from shared.web.fields import Code
from shared.web.paging import Page
from shared.web.routers import api_router

CALENDAR = "text/calendar; charset=utf-8"


def build_consultation_api(desk: Desk) -> APIRouter:
    """The router; everything it needs comes with ``desk``."""
    router = api_router("/api/v1", "consultation")
    _add_plans(router, desk)
    _add_invitations(router, desk)
    _add_sessions(router, desk)
    _add_rule(router, desk)
    return router


async def calendar_file(desk: Desk, actor: Reading, consultation_id: str) -> Response:
    """The consultation as a file that a calendar takes in."""
    content = await desk.invitations.taken_along(actor, consultation_id)
    named = {"Content-Disposition": f'attachment; filename="{consultation_id}.ics"'}
    return Response(content, media_type=CALENDAR, headers=named)


def _add_plans(router: APIRouter, desk: Desk) -> None:
    consultations, book = desk.consultations, desk.books.consultations

    @router.post("/consultations", status_code=201, response_model=Made)
    async def open_consultation(actor: Acting, key: Key, wanted: ConsultationInput) -> JSONResponse:
        """Open a consultation on the surveys it rests on: no survey, no consultation."""
        await desk.codes_at_hand(Named(station=wanted.station, members=wanted.members, issues=wanted.issues))
        return answered(await desk.do_once(key, 201, lambda tx: consultations.open(tx, actor, wanted)))

    @router.get("/consultations")
    async def list_consultations(actor: Reading, cursor: Cursor = None) -> Page[ConsultationLine]:
        """Consultations, newest first, 50 to a page: a member's own, or all for staff of the body."""
        return await book.page(actor, cursor)

    @router.get("/consultations/{consultation_id}")
    async def show_consultation(consultation_id: ConsultationId, actor: Reading) -> ConsultationWhole:
        """One consultation, for who takes part, works on one of its issues, or is staff of the body."""
        return await book.one(actor, consultation_id)

    @router.put("/consultations/{consultation_id}/plan", response_model=State)
    async def change(consultation_id: ConsultationId, actor: Acting, key: Key, wanted: ChangeInput) -> JSONResponse:
        """Change the plan as a whole, from the ``sequence`` that was read; whoever is invited is told."""
        return answered(
            await desk.do_once(key, 200, lambda tx: consultations.change(tx, actor, consultation_id, wanted))
        )

    @router.post("/consultations/{consultation_id}/cancel", response_model=State)
    async def cancel(
        consultation_id: ConsultationId, actor: Acting, key: Key, cancelling: CancellingInput
    ) -> JSONResponse:
        """Call it off, for a reason; whoever is invited is told."""
        return answered(
            await desk.do_once(key, 200, lambda tx: consultations.cancel(tx, actor, consultation_id, cancelling))
        )


def _add_invitations(router: APIRouter, desk: Desk) -> None:
    @router.get("/consultations/{consultation_id}/invitation.ics")
    async def calendar(consultation_id: ConsultationId, actor: Reading) -> Response:
        """The consultation for one's own calendar; later versions bear the same UID and a higher SEQUENCE."""
        return await calendar_file(desk, actor, consultation_id)

    @router.get("/consultations/{consultation_id}/invitations/{member}")
    async def invitation(consultation_id: ConsultationId, member: Code, _: Service) -> Invitation:
        """What a member is to be told now, for the service that does the telling."""
        return await desk.invitations.told(consultation_id, member=member)

    @router.get("/consultations/{consultation_id}/invitations/departments/{department}")
    async def of_department(consultation_id: ConsultationId, department: Code, _: Service) -> Invitation:
        """What a department is to be told now, for the service that does the telling."""
        return await desk.invitations.told(consultation_id, department=department)


def _add_sessions(router: APIRouter, desk: Desk) -> None:
    sessions = desk.sessions

    @router.post("/consultations/{consultation_id}/contributions", status_code=201, response_model=Made)
    async def contribute(
        consultation_id: ConsultationId, actor: Acting, key: Key, contribution: ContributionInput
    ) -> JSONResponse:
        """Take part in writing, until the closing time."""
        return answered(
            await desk.do_once(key, 201, lambda tx: sessions.contribute(tx, actor, consultation_id, contribution))
        )

    @router.post("/consultations/{consultation_id}/hold", response_model=State)
    async def hold(
        consultation_id: ConsultationId, actor: Acting, key: Key, holding: HoldingInput | None = None
    ) -> JSONResponse:
        """The consultation took place."""
        held = holding or HoldingInput()
        return answered(await desk.do_once(key, 200, lambda tx: sessions.hold(tx, actor, consultation_id, held)))

    @router.put("/consultations/{consultation_id}/minutes", response_model=State)
    async def minute(consultation_id: ConsultationId, actor: Acting, key: Key, minutes: MinutesInput) -> JSONResponse:
        """Write down what was said, once it was held and until it is closed."""
        return answered(await desk.do_once(key, 200, lambda tx: sessions.minute(tx, actor, consultation_id, minutes)))

    @router.post("/consultations/{consultation_id}/close", response_model=ConsultationClosed)
    async def close_consultation(
        consultation_id: ConsultationId, actor: Acting, key: Key, agreement: AgreementInput
    ) -> JSONResponse:
        """Close with what was agreed and who does what by when."""
        return answered(await desk.do_once(key, 200, lambda tx: sessions.close(tx, actor, consultation_id, agreement)))


def _add_rule(router: APIRouter, desk: Desk) -> None:
    rule = desk.rule

    @router.get("/surveys/rule")
    async def decisions(_: Reading) -> list[RelaxationLine]:
        """The decisions by which consultations may or might open without a survey, newest first."""
        return await desk.books.consultations.relaxations()

    @router.post("/surveys/rule", status_code=201, response_model=Made)
    async def relax(actor: Acting, key: Key, decision: RelaxationInput) -> JSONResponse:
        """Decide that for some days consultations may open without a survey, and say why."""
        return answered(await desk.do_once(key, 201, lambda tx: rule.relax(tx, actor, decision)))

    @router.post("/surveys/rule/{relaxation_id}/end", response_model=Made)
    async def restore(relaxation_id: RelaxationId, actor: Acting, key: Key) -> JSONResponse:
        """End such a decision before its last day."""
        return answered(await desk.do_once(key, 200, lambda tx: rule.restore(tx, actor, relaxation_id)))
