"""The JSON API of supervisions: a parent presses, its child answers."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import JSONResponse

from services.routing.domain.supervision import SupervisionState
from services.routing.http.supervision_bodies import (
    AskAgainIn,
    PressIn,
    ReplyIn,
    SupervisionLine,
    SupervisionMoved,
    SupervisionOut,
)
from services.routing.supervision.keeping import SupervisionKeeping
from services.routing.supervision.pressing import Question
from shared.web.auth import Claims, Role, allow, token_of
from shared.web.idempotency import IdempotencyKey, idempotency
from shared.web.paging import Page
from shared.web.routers import api_router

Key = Annotated[IdempotencyKey | None, Depends(idempotency)]
Office = Annotated[Claims, Depends(allow(Role.DISPATCHER, Role.OFFICER))]
Staff = Annotated[Claims, Depends(allow(Role.MEMBER, Role.DISPATCHER, Role.OFFICER))]
Cursor = Annotated[str | None, Query(max_length=500)]

Side = Literal["in", "out"]
"""What this body is pressed for, or what it presses others for."""


def build_supervision_api(supervisions: SupervisionKeeping) -> APIRouter:
    """The router; everything it needs comes with ``supervisions``."""
    router = api_router("/api/v1/supervisions", "routing")

    @router.get("")
    async def list_supervisions(
        _: Office, side: Side = "in", state: SupervisionState | None = None, cursor: Cursor = None
    ) -> Page[SupervisionLine]:
        """Supervisions of one direction, the newest first, 50 to a page."""
        found = await supervisions.page(is_ours=side == "out", state=state, cursor=cursor)
        return Page[SupervisionLine](items=[SupervisionLine.of(record) for record in found.items], next=found.next)

    @router.post("", response_model=SupervisionMoved, status_code=201)
    async def press(sent: PressIn, request: Request, claims: Office, key: Key) -> JSONResponse:
        """Press a body directly below for a late case; the text is looked over before it leaves."""
        question = Question(sent.text, claims.subject, sent.answer_days)
        return _answer(await supervisions.open(sent.body, sent.reference, question, token_of(request), key))

    @router.get("/{supervision_id}")
    async def show(supervision_id: str, claims: Staff) -> SupervisionOut:
        """One supervision with its questions and answers; also for the member who has the case."""
        return SupervisionOut.shown(await supervisions.show(supervision_id, claims))

    @router.post("/{supervision_id}/answer", response_model=SupervisionMoved)
    async def answer(supervision_id: str, sent: ReplyIn, request: Request, claims: Office, key: Key) -> JSONResponse:
        """Say to the parent how it stands."""
        return _answer(await supervisions.answer(supervision_id, sent.text, claims.subject, token_of(request), key))

    @router.post("/{supervision_id}/ask-again", response_model=SupervisionMoved)
    async def ask_again(supervision_id: str, sent: AskAgainIn, claims: Office, key: Key) -> JSONResponse:
        """The answer does not do: ask again, with a new date."""
        question = Question(sent.text, claims.subject, sent.answer_days)
        return _answer(await supervisions.ask_again(supervision_id, question, key))

    @router.post("/{supervision_id}/close", response_model=SupervisionMoved)
    async def close(supervision_id: str, claims: Office, key: Key) -> JSONResponse:
        """The answer does."""
        return _answer(await supervisions.close(supervision_id, claims.subject, key))

    @router.post("/{supervision_id}/withdraw", response_model=SupervisionMoved)
    async def withdraw(supervision_id: str, claims: Office, key: Key) -> JSONResponse:
        """No answer is needed any more."""
        return _answer(await supervisions.withdraw(supervision_id, claims.subject, key))

    return router


def _answer(answer: tuple[int, object]) -> JSONResponse:
    status, body = answer
    return JSONResponse(body, status)
