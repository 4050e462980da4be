"""The JSON API of briefs between two bodies: handed up by this one, and received from those below."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import JSONResponse

from services.consultation.briefing import HandingLine, HandingMoved, HandUpInput, ReceivedBrief, StepInput
from services.consultation.desk import Desk
from services.consultation.domain.handings import HandingMove, HandingState
from services.consultation.http.answering import answered, as_moved
from services.consultation.http.asking import Acting, BriefId, Cursor, Key
from shared.web.auth import Claims, Role, allow
from shared.web.paging import Page
from shared.web.routers import api_router

Office = Annotated[Claims, Depends(allow(Role.DISPATCHER, Role.OFFICER))]
NOTHING = StepInput()
AS_USUAL = HandUpInput()
DECISIONS = (HandingMove.ADOPT, HandingMove.ANSWER, HandingMove.NOT_ADOPT)


def build_received_api(desk: Desk) -> APIRouter:
    """The router; included before that of single briefs."""
    router = api_router("/api/v1/briefs", "briefs")
    _add_received(router, desk)
    _add_handing_up(router, desk)
    return router


def _add_received(router: APIRouter, desk: Desk) -> None:
    book = desk.books.received

    @router.get("/received")
    async def list_received(_: Office, state: HandingState | None = None, cursor: Cursor = None) -> Page[HandingLine]:
        """Briefs that bodies below handed up, newest first, 50 to a page."""
        return await book.page(state, cursor)

    @router.get("/received/{brief_id}")
    async def show_received(brief_id: BriefId, _: Office) -> ReceivedBrief:
        """One of them with its text and what was done with it."""
        return await book.one(brief_id)

    for move in DECISIONS:
        _add_decision(router, desk, move)

    @router.post("/received/{brief_id}/hand-up", response_model=HandingMoved, status_code=201)
    async def hand_on(brief_id: BriefId, actor: Acting, key: Key, wanted: HandUpInput = AS_USUAL) -> JSONResponse:
        """Hand a received brief up to this body's own parent."""
        days = wanted.answer_days
        return answered(
            await desk.do_once(key, 201, lambda tx: as_moved(desk.upward.hand_on(tx, actor, brief_id, days)))
        )

    @router.post("/received/{brief_id}/take-back", response_model=HandingMoved)
    async def take_back_received(brief_id: BriefId, actor: Acting, key: Key) -> JSONResponse:
        """Take a received brief back from this body's own parent, while it is undecided there."""
        return answered(await desk.do_once(key, 200, lambda tx: as_moved(desk.upward.take_back(tx, actor, brief_id))))


def _add_decision(router: APIRouter, desk: Desk, move: HandingMove) -> None:
    async def decide(brief_id: BriefId, actor: Acting, key: Key, step: StepInput = NOTHING) -> JSONResponse:
        """Say what this body makes of it; the body that handed it up hears so."""
        decided = await desk.do_once(
            key, 200, lambda tx: as_moved(desk.received.decide(tx, actor, brief_id, move, step.note))
        )
        return answered(decided)

    path = f"/received/{{brief_id}}/{move.value}"
    router.add_api_route(path, decide, methods=["POST"], response_model=HandingMoved, name=f"received-{move.value}")


def _add_handing_up(router: APIRouter, desk: Desk) -> None:
    @router.post("/{brief_id}/hand-up", response_model=HandingMoved, status_code=201)
    async def hand_up(brief_id: BriefId, actor: Acting, key: Key, wanted: HandUpInput = AS_USUAL) -> JSONResponse:
        """Hand a numbered brief of this body up to its parent: title and text leave, and are looked over before."""
        days = wanted.answer_days
        return answered(
            await desk.do_once(key, 201, lambda tx: as_moved(desk.upward.hand_up(tx, actor, brief_id, days)))
        )

    @router.post("/{brief_id}/take-back", response_model=HandingMoved)
    async def take_back(brief_id: BriefId, actor: Acting, key: Key) -> JSONResponse:
        """Take it back, while the parent has not decided."""
        return answered(await desk.do_once(key, 200, lambda tx: as_moved(desk.upward.take_back(tx, actor, brief_id))))
