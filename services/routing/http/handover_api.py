"""The JSON API of handovers between this body and those next to it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import JSONResponse

from services.routing.domain.handover import HandoverState
from services.routing.handover.keeping import HandoverKeeping
from services.routing.handover.sending import Offer
from services.routing.handover.taking import GivenBack
from services.routing.http.handover_bodies import AnswerIn, HandoverLine, HandoverOut, MovedOut, OfferIn, ReturnIn
from shared.web.auth import Claims, Role, allow, token_of
from shared.web.idempotency import IdempotencyKey, idempotency
from shared.web.paging import Page
from shared.web.routers import api_router

Key = Annotated[IdempotencyKey | None, Depends(idempotency)]
Dispatching = Annotated[Claims, Depends(allow(Role.DISPATCHER, Role.OFFICER))]
Staff = Annotated[Claims, Depends(allow(Role.MEMBER, Role.DISPATCHER, Role.OFFICER))]
Cursor = Annotated[str | None, Query(max_length=500)]

Side = Literal["in", "out"]
"""What was offered to this body, or what it offered."""


def build_handover_api(handovers: HandoverKeeping) -> APIRouter:
    """The router; everything it needs comes with ``handovers``."""
    router = api_router("/api/v1/handovers", "routing")

    @router.get("")
    async def list_handovers(
        _: Dispatching, side: Side = "in", state: HandoverState | None = None, cursor: Cursor = None
    ) -> Page[HandoverLine]:
        """Handovers of one direction, the newest first, 50 to a page."""
        found = await handovers.page(is_ours=side == "out", state=state, cursor=cursor)
        return Page[HandoverLine](items=[HandoverLine.of(record) for record in found.items], next=found.next)

    @router.post("", response_model=MovedOut, status_code=201)
    async def offer(sent: OfferIn, request: Request, claims: Staff, key: Key) -> JSONResponse:
        """Hand an issue up to the parent, or down to a body below; the text is looked over before it leaves."""
        wanted = Offer(sent.reference, sent.text, claims.subject, sent.to, sent.answer_days)
        return _answer(await handovers.offer(wanted, claims, token_of(request), key))

    @router.get("/{handover_id}")
    async def show(handover_id: str, claims: Staff) -> HandoverOut:
        """One handover, with who had it how long."""
        return HandoverOut.shown(await handovers.show(handover_id, claims))

    @router.post("/{handover_id}/accept", response_model=MovedOut)
    async def accept(handover_id: str, claims: Dispatching, key: Key) -> JSONResponse:
        """Take what is offered: it becomes an order of this body under the same reference."""
        return _answer(await handovers.accept(handover_id, claims.subject, key))

    @router.post("/{handover_id}/return", response_model=MovedOut)
    async def give_back(handover_id: str, sent: ReturnIn, claims: Dispatching, key: Key) -> JSONResponse:
        """Return what is offered, with the reason and whose it is instead."""
        given = GivenBack(sent.reason, sent.proposed_owner, claims.subject)
        return _answer(await handovers.give_back(handover_id, given, key))

    @router.post("/{handover_id}/withdraw", response_model=MovedOut)
    async def withdraw(handover_id: str, claims: Dispatching, key: Key) -> JSONResponse:
        """Take an offer back that was not answered yet."""
        return _answer(await handovers.withdraw(handover_id, claims.subject, key))

    @router.post("/{handover_id}/answer", response_model=MovedOut)
    async def answer(handover_id: str, sent: AnswerIn, claims: Staff, key: Key) -> JSONResponse:
        """Say to the other body what came of it; the member who has the order, or the office."""
        return _answer(await handovers.answer(handover_id, sent.text, sent.outcome, claims, key))

    return router


def _answer(answer: tuple[int, object]) -> JSONResponse:
    status, body = answer
    return JSONResponse(body, status)
