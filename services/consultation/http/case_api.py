"""The JSON API of cases: the thread, what is added to it, referrals, photographs and the closing."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.consultation.books.referrals import ReferralStates
from services.consultation.desk import Desk
from services.consultation.http.asking import (
    Acting,
    CaseReference,
    Cursor,
    Department,
    DepartmentAsked,
    EntryId,
    Key,
    PhotoId,
    Reading,
    ReferralId,
    Service,
)
from services.consultation.inputs import (
    Audience,
    ClosingInput,
    ContactInput,
    InvitationInput,
    NoteInput,
    ReferralInput,
    ReminderInput,
    ReplyInput,
    SupervisionInput,
    VisitInput,
)
from services.consultation.outputs import (
    Answer,
    AskedLine,
    CaseClosed,
    CaseLine,
    CaseWhole,
    Made,
    PhotoLine,
    ReferralLetter,
    ReferralMade,
    State,
)
from services.consultation.photos import developed
from services.consultation.usecases import casework, closing, photographs
from shared.db.idempotency import Answer as Answered
from shared.web.paging import Page
from shared.web.routers import api_router

CaseStates = Literal["assigned", "returned", "in-progress", "closed", "withdrawn"]
JPEG = {"image/jpeg": {"schema": {"type": "string", "format": "binary"}}}
PHOTO_BODY = {"requestBody": {"required": True, "content": {"image/*": {"schema": {"format": "binary"}}}}}


def build_case_api(desk: Desk) -> APIRouter:
    """The router; everything it needs comes with ``desk``."""
    router = api_router("/api/v1", "cases")
    _add_reading(router, desk)
    _add_casework(router, desk)
    _add_referrals(router, desk)
    _add_photos(router, desk)
    _add_neighbours(router, desk)
    return router


def _add_reading(router: APIRouter, desk: Desk) -> None:
    @router.get("/cases")
    async def list_cases(actor: Reading, state: CaseStates | None = None, cursor: Cursor = None) -> Page[CaseLine]:
        """Cases, newest first, 50 to a page: those a member works on, or all for staff of the body."""
        return await desk.casebook.cases(actor, [state] if state else [], cursor)

    @router.get("/cases/{reference}")
    async def show_case(reference: CaseReference, actor: Reading) -> CaseWhole:
        """One case with its thread; each entry says who may read it, and what is not for the reader is left out."""
        return await desk.casebook.case(actor, reference)


def _add_casework(router: APIRouter, desk: Desk) -> None:
    @router.post("/cases/{reference}/contacts", status_code=201, response_model=Made)
    async def contact(reference: CaseReference, actor: Acting, key: Key, contact: ContactInput) -> JSONResponse:
        """Record that the resident was spoken with."""
        await desk.case_at_hand(reference)
        return _json(await desk.do_once(key, 201, lambda tx: casework.make_contact(tx, actor, reference, contact)))

    @router.post("/cases/{reference}/visits", status_code=201, response_model=Made)
    async def visit(reference: CaseReference, actor: Acting, key: Key, visit: VisitInput) -> JSONResponse:
        """Record a look on site; photographs of it are added to the entry that this answers with."""
        await desk.case_at_hand(reference)
        return _json(await desk.do_once(key, 201, lambda tx: casework.make_visit(tx, actor, reference, visit)))

    @router.post("/cases/{reference}/notes", status_code=201, response_model=Made)
    async def note(reference: CaseReference, actor: Acting, key: Key, note: NoteInput) -> JSONResponse:
        """Add a note: for the members and staff, unless another audience is named."""
        await desk.case_at_hand(reference)
        return _json(await desk.do_once(key, 201, lambda tx: casework.add_note(tx, actor, reference, note)))

    @router.post("/cases/{reference}/members", status_code=201, response_model=Made)
    async def invite(reference: CaseReference, actor: Acting, key: Key, invitation: InvitationInput) -> JSONResponse:
        """Invite a further member to the case."""
        await desk.case_at_hand(reference)
        return _json(await desk.do_once(key, 201, lambda tx: casework.invite_member(tx, actor, reference, invitation)))

    @router.post("/cases/{reference}/close", response_model=CaseClosed)
    async def close(reference: CaseReference, actor: Acting, key: Key, ending: ClosingInput) -> JSONResponse:
        """Close the case with an outcome and an answer to the resident."""
        await desk.case_at_hand(reference)
        return _json(await desk.do_once(key, 200, lambda tx: closing.close_case(tx, actor, reference, ending)))


def _add_referrals(router: APIRouter, desk: Desk) -> None:
    referrals = desk.referrals

    @router.get("/referrals")
    async def list_referrals(
        actor: Reading,
        state: ReferralStates | None = None,
        department: DepartmentAsked = None,
        cursor: Cursor = None,
    ) -> Page[AskedLine]:
        """Referrals that wait for a reply, the longest first, or those in one state; 50 to a page."""
        return await desk.books.referrals.page(actor, state, department, cursor)

    @router.post("/cases/{reference}/referrals", status_code=201, response_model=ReferralMade)
    async def refer(reference: CaseReference, actor: Acting, key: Key, referral: ReferralInput) -> JSONResponse:
        """Refer the issue to a department."""
        await desk.case_at_hand(reference)
        return _json(await desk.do_once(key, 201, lambda tx: referrals.refer(tx, actor, reference, referral)))

    @router.post("/cases/{reference}/referrals/{department}/remind", response_model=State)
    async def remind(
        reference: CaseReference, department: Department, actor: Acting, key: Key, reminder: ReminderInput | None = None
    ) -> JSONResponse:
        """Ask the department again."""
        said = reminder or ReminderInput()
        return _json(await desk.do_once(key, 200, lambda tx: referrals.remind(tx, actor, reference, department, said)))

    @router.post("/cases/{reference}/referrals/{department}/supervise", response_model=State)
    async def supervise(
        reference: CaseReference,
        department: Department,
        actor: Acting,
        key: Key,
        supervision: SupervisionInput | None = None,
    ) -> JSONResponse:
        """Press for the reply in the name of the body; officers only."""
        said = supervision or SupervisionInput()
        return _json(
            await desk.do_once(key, 200, lambda tx: referrals.supervise(tx, actor, reference, department, said))
        )

    @router.post("/cases/{reference}/referrals/{department}/reply", response_model=State)
    async def reply(
        reference: CaseReference, department: Department, actor: Acting, key: Key, reply: ReplyInput
    ) -> JSONResponse:
        """Record what the department replied."""
        return _json(
            await desk.do_once(key, 200, lambda tx: referrals.hear_reply(tx, actor, reference, department, reply))
        )

    @router.post("/cases/{reference}/referrals/{department}/revoke-links", response_model=State)
    async def revoke(reference: CaseReference, department: Department, actor: Acting, key: Key) -> JSONResponse:
        """No link that was sent to the department is good any more; the next letter has a new one."""
        return _json(await desk.do_once(key, 200, lambda tx: referrals.revoke_links(tx, actor, reference, department)))


def _add_photos(router: APIRouter, desk: Desk) -> None:
    @router.post(
        "/cases/{reference}/entries/{entry_id}/photos",
        status_code=201,
        response_model=PhotoLine,
        openapi_extra=PHOTO_BODY,
    )
    async def add_photo(
        request: Request,
        reference: CaseReference,
        entry_id: EntryId,
        actor: Acting,
        key: Key,
        audience: Annotated[Audience, Query()] = "staff",
    ) -> JSONResponse:
        """Add a photograph, sent as the body of the request, to an entry: JPEG, PNG or WebP of at most 10 MB."""
        picture = await asyncio.to_thread(developed, await request.body())
        return _json(
            await desk.do_once(
                key, 201, lambda tx: photographs.add_picture(tx, actor, reference, entry_id, audience, picture)
            )
        )

    @router.get("/cases/{reference}/photos/{photo_id}", response_class=Response, responses={200: {"content": JPEG}})
    async def photo(reference: CaseReference, photo_id: PhotoId, actor: Reading) -> Response:
        """A photograph as JPEG, for who may see the case."""
        return Response(await desk.threads.picture(actor, reference, photo_id), media_type="image/jpeg")


def _add_neighbours(router: APIRouter, desk: Desk) -> None:
    @router.get("/answers/{reference}")
    async def answer(reference: CaseReference, _: Service) -> Answer:
        """What the resident is told so far, for the services that do the telling."""
        return await desk.casebook.answer(reference)

    @router.get("/answers/{reference}/photos/{photo_id}", response_class=Response, responses={200: {"content": JPEG}})
    async def answer_photo(reference: CaseReference, photo_id: PhotoId, _: Service) -> Response:
        """A photograph that was made for the resident, as JPEG."""
        return Response(await desk.threads.picture_for_resident(reference, photo_id), media_type="image/jpeg")

    @router.get("/referrals/{referral_id}/letter")
    async def letter(referral_id: ReferralId, _: Service) -> ReferralLetter:
        """What to write to the department, with the link to reply by; 404 where it has replied meanwhile."""
        return await desk.threads.letter(referral_id)


def _json(answered: Answered) -> JSONResponse:
    status, body = answered
    return JSONResponse(body, status)
