"""The pages of briefs that bodies below handed up: a register, and one brief with what this body makes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.consultation.briefing import HandingMoved, HandUpInput, NothingInput, StepInput
from services.consultation.desk import Desk
from services.consultation.domain.handings import CHOSEN, HandingMove, HandingState
from services.consultation.http.answering import as_moved
from services.consultation.http.asking import Acting, BriefId, Cursor, actor_of
from services.consultation.http.form_models import FormKey
from services.consultation.http.forms import Job, Refused, Sent
from services.consultation.http.received_api import DECISIONS, Office
from services.consultation.http.showing import entered, show, take
from services.consultation.usecases.acting import Actor
from shared.db.idempotency import Key
from shared.i18n import N_
from shared.web.forms import blank

SAID = {
    HandingMove.ADOPT: N_("The brief is adopted; the body that handed it up hears so."),
    HandingMove.ANSWER: N_("The answer is on its way to the body that handed it up."),
    HandingMove.NOT_ADOPT: N_("The brief is not adopted; the body that handed it up hears why."),
}
"""What the page says after each decision."""


@dataclass(frozen=True)
class ReceivedPages:
    """The pages, as their endpoints show them."""

    desk: Desk

    async def one(self, request: Request, actor: Actor, brief_id: str, refused: Refused | None = None) -> Response:
        """One received brief, with what was done with it and what comes next."""
        brief = await self.desk.books.received.one(brief_id)
        decisions = [move for move in DECISIONS if actor.is_officer and brief.state in CHOSEN[move]]
        undecided = [each for each in brief.handed_on if each.state is HandingState.UNDECIDED]
        may_hand_on = actor.is_officer and brief.state is not HandingState.WITHDRAWN and not undecided
        return show(
            request,
            "received_brief.html",
            actor,
            refused,
            brief=brief,
            moves=[move.value for move in decisions],
            parent=self.desk.upward.parent if may_hand_on else None,
            taking_back=actor.is_officer and bool(undecided),
            entered=entered(refused, **{name: blank() for name in (*HandingMove, "hand-up")}),
        )

    async def act(
        self, request: Request, actor: Actor, brief_id: str, key: Key, sent: Sent[Any, HandingMoved]
    ) -> Response:
        """Do what a form says, and show the brief again."""
        try:
            return await take(request, self.desk, key, sent, f"/work/briefs/received/{brief_id}")
        except Refused as refused:
            return await self.one(request, actor, brief_id, refused)


def build_received_pages(desk: Desk) -> APIRouter:
    """The router; included before the pages of single briefs."""
    router = APIRouter(prefix="/work/briefs/received", include_in_schema=False)
    pages = ReceivedPages(desk)

    @router.get("")
    async def register(request: Request, claims: Office, state: str = "", cursor: Cursor = None) -> Response:
        wanted = HandingState(state) if state in set(HandingState) else None
        page = await desk.books.received.page(wanted, cursor)
        return show(request, "received_briefs.html", actor_of(claims), page=page, state=wanted)

    @router.get("/{brief_id}")
    async def one(request: Request, brief_id: BriefId, claims: Office) -> Response:
        return await pages.one(request, actor_of(claims), brief_id)

    for move in DECISIONS:
        _add_decision(router, pages, move)
    _add_handing_on(router, pages)
    return router


def _add_decision(router: APIRouter, pages: ReceivedPages, move: HandingMove) -> None:
    async def decide(request: Request, brief_id: BriefId, actor: Acting, key: FormKey) -> Response:
        def job(form: StepInput) -> Job[HandingMoved]:
            return lambda tx: as_moved(pages.desk.received.decide(tx, actor, brief_id, move, form.note))

        return await pages.act(request, actor, brief_id, key, Sent(move.value, StepInput, job, SAID[move]))

    router.add_api_route(f"/{{brief_id}}/{move.value}", decide, methods=["POST"], name=f"page-received-{move.value}")


def _add_handing_on(router: APIRouter, pages: ReceivedPages) -> None:
    upward = pages.desk.upward

    @router.post("/{brief_id}/hand-up")
    async def hand_on(request: Request, brief_id: BriefId, actor: Acting, key: FormKey) -> Response:
        def job(form: HandUpInput) -> Job[HandingMoved]:
            return lambda tx: as_moved(upward.hand_on(tx, actor, brief_id, form.answer_days))

        sent = Sent("hand-up", HandUpInput, job, N_("The brief is on its way to the parent body."))
        return await pages.act(request, actor, brief_id, key, sent)

    @router.post("/{brief_id}/take-back")
    async def take_back(request: Request, brief_id: BriefId, actor: Acting, key: FormKey) -> Response:
        def job(_: NothingInput) -> Job[HandingMoved]:
            return lambda tx: as_moved(upward.take_back(tx, actor, brief_id))

        sent = Sent(HandingMove.TAKE_BACK.value, NothingInput, job, N_("The brief is taken back."))
        return await pages.act(request, actor, brief_id, key, sent)
