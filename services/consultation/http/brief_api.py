"""The JSON API of opinion briefs."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from starlette.responses import JSONResponse

from services.consultation.briefing import (
    BriefInput,
    BriefLine,
    BriefMoved,
    BriefWhole,
    EditingInput,
    PaperBriefInput,
    ReturningInput,
    StepInput,
)
from services.consultation.desk import Desk
from services.consultation.domain import BriefMove
from services.consultation.http.answering import answered
from services.consultation.http.asking import Acting, BriefId, Cursor, Key, Reading
from services.consultation.usecases.known import Named
from shared.web.paging import Page
from shared.web.routers import api_router

BriefStates = Literal[
    "draft", "in-review", "returned", "numbered", "handed-in", "handed-up", "adopted", "answered", "not-adopted"
]
NOTHING = StepInput()


def build_brief_api(desk: Desk) -> APIRouter:
    """The router; everything it needs comes with ``desk``."""
    router = api_router("/api/v1/briefs", "briefs")
    _add_writing(router, desk)
    _add_review(router, desk)
    return router


def _add_writing(router: APIRouter, desk: Desk) -> None:
    briefs, book = desk.briefs, desk.books.briefs

    @router.post("", status_code=201, response_model=BriefMoved)
    async def write(actor: Acting, key: Key, brief: BriefInput) -> JSONResponse:
        """Begin a brief from one or several issues."""
        return answered(await desk.do_once(key, 201, lambda tx: briefs.write(tx, actor, brief)))

    @router.get("")
    async def list_briefs(actor: Reading, state: BriefStates | None = None, cursor: Cursor = None) -> Page[BriefLine]:
        """Briefs, newest first, 50 to a page: a member's own, or all for staff of the body."""
        return await book.page(actor, [state] if state else [], cursor)

    @router.post("/on-paper", status_code=201, response_model=BriefMoved)
    async def from_paper(actor: Acting, key: Key, brief: PaperBriefInput) -> JSONResponse:
        """Enter a brief that was handed in on paper, under the next number of its year; officers only."""
        named = Named(member=brief.member, issues=brief.issues)
        await desk.codes_at_hand(named)
        return answered(await desk.do_once(key, 201, lambda tx: briefs.from_paper(tx, actor, brief)))

    @router.get("/{brief_id}")
    async def show(brief_id: BriefId, actor: Reading) -> BriefWhole:
        """One brief with its text and what was done with it."""
        return await book.one(actor, brief_id)

    @router.put("/{brief_id}", response_model=BriefMoved)
    async def edit(brief_id: BriefId, actor: Acting, key: Key, brief: EditingInput) -> JSONResponse:
        """Write it anew, from the ``version`` that was read."""
        return answered(await desk.do_once(key, 200, lambda tx: briefs.edit(tx, actor, brief_id, brief)))

    @router.post("/{brief_id}/submit", response_model=BriefMoved)
    async def submit(brief_id: BriefId, actor: Acting, key: Key, step: StepInput = NOTHING) -> JSONResponse:
        """Send it for review; refused where its text holds somebody's telephone or identity card number."""
        return answered(await desk.do_once(key, 200, lambda tx: briefs.submit(tx, actor, brief_id, step.note)))


def _add_review(router: APIRouter, desk: Desk) -> None:
    briefs = desk.briefs

    @router.post("/{brief_id}/return", response_model=BriefMoved)
    async def give_back(brief_id: BriefId, actor: Acting, key: Key, step: ReturningInput) -> JSONResponse:
        """Return it to who wrote it, with the reason."""
        return answered(await desk.do_once(key, 200, lambda tx: briefs.give_back(tx, actor, brief_id, step.note)))

    @router.post("/{brief_id}/number", response_model=BriefMoved)
    async def number(brief_id: BriefId, actor: Acting, key: Key, step: StepInput = NOTHING) -> JSONResponse:
        """Pass it, under the next number of the year."""
        return answered(await desk.do_once(key, 200, lambda tx: briefs.number(tx, actor, brief_id, step.note)))

    @router.post("/{brief_id}/hand-in", response_model=BriefMoved)
    async def hand_in(brief_id: BriefId, actor: Acting, key: Key, step: StepInput = NOTHING) -> JSONResponse:
        """Hand it to the parent."""
        return answered(await desk.do_once(key, 200, lambda tx: briefs.hand_in(tx, actor, brief_id, step.note)))

    for move in (BriefMove.ADOPT, BriefMove.ANSWER, BriefMove.NOT_ADOPT):
        _add_settling(router, desk, move)


def _add_settling(router: APIRouter, desk: Desk, move: BriefMove) -> None:
    async def settle(brief_id: BriefId, actor: Acting, key: Key, step: StepInput = NOTHING) -> JSONResponse:
        """Write down what the parent made of it."""
        return answered(
            await desk.do_once(key, 200, lambda tx: desk.briefs.settle(tx, actor, brief_id, move, step.note))
        )

    router.add_api_route(
        f"/{{brief_id}}/{move.value}", settle, methods=["POST"], response_model=BriefMoved, name=move.value
    )
