"""The pages of opinion briefs: written from issues, reviewed, numbered, handed in."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from services.consultation.briefing import (
    BriefInput,
    BriefMoved,
    BriefWhole,
    EditingInput,
    HandingMoved,
    HandUpInput,
    NothingInput,
    ReturningInput,
    StepInput,
)
from services.consultation.desk import Desk
from services.consultation.domain import BRIEF, BriefMove, BriefState
from services.consultation.http.answering import as_moved
from services.consultation.http.asking import Acting, BriefId, Cursor, Reading
from services.consultation.http.brief_api import BriefStates
from services.consultation.http.form_models import FormKey
from services.consultation.http.forms import Job, Refused, Sent
from services.consultation.http.showing import entered, show, take
from services.consultation.usecases.acting import Actor
from shared.db.idempotency import Key
from shared.db.transaction import Transaction
from shared.i18n import N_
from shared.web.forms import Form, blank

SAID = {
    BriefMove.SUBMIT: N_("The brief is sent for review."),
    BriefMove.RETURN: N_("The brief is returned to who wrote it."),
    BriefMove.NUMBER: N_("The brief has its number."),
    BriefMove.HAND_IN: N_("The brief is handed in."),
    BriefMove.ADOPT: N_("It is recorded that the brief was adopted."),
    BriefMove.ANSWER: N_("It is recorded that the brief was answered."),
    BriefMove.NOT_ADOPT: N_("It is recorded that the brief was not adopted."),
}
"""What the page says after each move."""
Step = Callable[[Transaction, str | None], Awaitable[BriefMoved]]


@dataclass(frozen=True)
class BriefPages:
    """The pages, as their endpoints show them."""

    desk: Desk

    async def all(
        self,
        request: Request,
        actor: Actor,
        state: BriefStates | None = None,
        issue: str = "",
        cursor: str | None = None,
        refused: Refused | None = None,
    ) -> Response:
        """Briefs, newest first, and the form to begin one, perhaps from an ``issue``."""
        page = await self.desk.books.briefs.page(actor, [state] if state else [], cursor)
        cases = await self.desk.casebook.cases(actor, ["in-progress", "closed"])
        forms = entered(refused, brief=blank(issues=issue))
        references = [case.reference for case in cases.items]
        if issue and issue not in references:
            references.insert(0, issue)
        return show(
            request,
            "briefs.html",
            actor,
            refused,
            page=page,
            state=state,
            issues=references,
            entered=forms,
            sees_received=actor.sees_all,
        )

    async def one(self, request: Request, actor: Actor, brief_id: str, refused: Refused | None = None) -> Response:
        """One brief, with what was done with it and what comes next."""
        brief = await self.desk.books.briefs.one(actor, brief_id)
        writing = {BriefMove.EDIT, BriefMove.SUBMIT}
        moves = [
            move
            for move in BRIEF.moves_from(BriefState(brief.state))
            if move not in self._not_ours(brief) and (actor.is_officer or move in writing)
        ]
        cases = await self.desk.casebook.cases(actor, ["in-progress", "closed"])
        forms = entered(refused, brief=_as_entered(brief), **{move.value: blank() for move in BriefMove})
        return show(
            request,
            "brief.html",
            actor,
            refused,
            brief=brief,
            issues=list(dict.fromkeys([*brief.issues, *(case.reference for case in cases.items)])),
            moves=[move.value for move in moves],
            parent=self.desk.upward.parent,
            entered=forms,
        )

    def _not_ours(self, brief: BriefWhole) -> set[BriefMove]:
        """Moves that the parent makes, or that need one."""
        if brief.state == BriefState.HANDED_UP.value:
            return {BriefMove.ADOPT, BriefMove.ANSWER, BriefMove.NOT_ADOPT}
        return {BriefMove.HAND_UP} if self.desk.upward.parent is None else set()

    async def step(
        self, request: Request, actor: Actor, brief_id: str, key: Key, move: BriefMove, step: Step
    ) -> Response:
        """Take one step with the brief, and show it again."""
        model: type[BaseModel] = ReturningInput if move is BriefMove.RETURN else StepInput

        def job(form: BaseModel) -> Job[BriefMoved]:
            return lambda tx: step(tx, getattr(form, "note", None))

        return await self.act(request, actor, brief_id, key, Sent(move.value, model, job, SAID[move]))

    async def act(self, request: Request, actor: Actor, brief_id: str, key: Key, sent: Sent[Any, Any]) -> Response:
        """Do what a form of one brief says, and show it again."""
        try:
            return await take(request, self.desk, key, sent, f"/work/briefs/{brief_id}")
        except Refused as refused:
            return await self.one(request, actor, brief_id, refused)


def build_brief_pages(desk: Desk) -> APIRouter:
    """The router; included before the pages of single cases."""
    router = APIRouter(prefix="/work/briefs", include_in_schema=False)
    pages = BriefPages(desk)
    _add_writing(router, pages)
    _add_steps(router, pages)
    return router


def _add_writing(router: APIRouter, pages: BriefPages) -> None:
    desk = pages.desk

    @router.get("")
    async def list_briefs(
        request: Request,
        actor: Reading,
        state: BriefStates | None = None,
        issue: str = "",
        cursor: Cursor = None,
    ) -> Response:
        return await pages.all(request, actor, state, issue, cursor)

    @router.post("")
    async def write(request: Request, actor: Acting, key: FormKey) -> Response:
        def job(form: BriefInput) -> Job[BriefMoved]:
            return lambda tx: desk.briefs.write(tx, actor, form)

        try:
            sent = Sent("brief", BriefInput, job, N_("The brief is begun."))
            return await take(request, desk, key, sent, "/work/briefs")
        except Refused as refused:
            return await pages.all(request, actor, refused=refused)

    @router.get("/{brief_id}")
    async def one(request: Request, brief_id: BriefId, actor: Reading) -> Response:
        return await pages.one(request, actor, brief_id)

    @router.post("/{brief_id}/edit")
    async def edit(request: Request, brief_id: BriefId, actor: Acting, key: FormKey) -> Response:
        def job(form: EditingInput) -> Job[BriefMoved]:
            return lambda tx: desk.briefs.edit(tx, actor, brief_id, form)

        try:
            sent = Sent("brief", EditingInput, job, N_("The brief is kept as it now reads."))
            return await take(request, desk, key, sent, f"/work/briefs/{brief_id}")
        except Refused as refused:
            return await pages.one(request, actor, brief_id, refused)


def _add_steps(router: APIRouter, pages: BriefPages) -> None:
    briefs = pages.desk.briefs

    @router.post("/{brief_id}/submit")
    async def submit(request: Request, brief_id: BriefId, actor: Acting, key: FormKey) -> Response:
        async def step(tx: Transaction, note: str | None) -> BriefMoved:
            return await briefs.submit(tx, actor, brief_id, note)

        return await pages.step(request, actor, brief_id, key, BriefMove.SUBMIT, step)

    @router.post("/{brief_id}/return")
    async def give_back(request: Request, brief_id: BriefId, actor: Acting, key: FormKey) -> Response:
        async def step(tx: Transaction, note: str | None) -> BriefMoved:
            return await briefs.give_back(tx, actor, brief_id, note or "")

        return await pages.step(request, actor, brief_id, key, BriefMove.RETURN, step)

    @router.post("/{brief_id}/number")
    async def number(request: Request, brief_id: BriefId, actor: Acting, key: FormKey) -> Response:
        async def step(tx: Transaction, note: str | None) -> BriefMoved:
            return await briefs.number(tx, actor, brief_id, note)

        return await pages.step(request, actor, brief_id, key, BriefMove.NUMBER, step)

    @router.post("/{brief_id}/hand-in")
    async def hand_in(request: Request, brief_id: BriefId, actor: Acting, key: FormKey) -> Response:
        async def step(tx: Transaction, note: str | None) -> BriefMoved:
            return await briefs.hand_in(tx, actor, brief_id, note)

        return await pages.step(request, actor, brief_id, key, BriefMove.HAND_IN, step)

    for move in (BriefMove.ADOPT, BriefMove.ANSWER, BriefMove.NOT_ADOPT):
        _add_settling(router, pages, move)
    _add_handing_up(router, pages)


def _add_handing_up(router: APIRouter, pages: BriefPages) -> None:
    upward = pages.desk.upward

    @router.post("/{brief_id}/hand-up")
    async def hand_up(request: Request, brief_id: BriefId, actor: Acting, key: FormKey) -> Response:
        def job(form: HandUpInput) -> Job[HandingMoved]:
            return lambda tx: as_moved(upward.hand_up(tx, actor, brief_id, form.answer_days))

        sent = Sent(BriefMove.HAND_UP.value, HandUpInput, job, N_("The brief is on its way to the parent body."))
        return await pages.act(request, actor, brief_id, key, sent)

    @router.post("/{brief_id}/take-back")
    async def take_back(request: Request, brief_id: BriefId, actor: Acting, key: FormKey) -> Response:
        def job(_: NothingInput) -> Job[HandingMoved]:
            return lambda tx: as_moved(upward.take_back(tx, actor, brief_id))

        sent = Sent(BriefMove.TAKE_BACK.value, NothingInput, job, N_("The brief is taken back."))
        return await pages.act(request, actor, brief_id, key, sent)


def _add_settling(router: APIRouter, pages: BriefPages, move: BriefMove) -> None:
    async def settle(request: Request, brief_id: BriefId, actor: Acting, key: FormKey) -> Response:
        async def step(tx: Transaction, note: str | None) -> BriefMoved:
            return await pages.desk.briefs.settle(tx, actor, brief_id, move, note)

        return await pages.step(request, actor, brief_id, key, move, step)

    router.add_api_route(f"/{{brief_id}}/{move.value}", settle, methods=["POST"], name=f"settle-{move.value}")


def _as_entered(brief: BriefWhole) -> Form[BaseModel]:
    words = {"title": brief.title, "text": brief.text, "version": str(brief.version)}
    return Form(entered={**{name: (text,) for name, text in words.items()}, "issues": brief.issues})
