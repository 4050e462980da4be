"""Pages of supervisions: what this body presses others for and is pressed for, one with its course, and pressing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from services.routing.domain.supervision import CHOSEN, SupervisionMove, SupervisionState
from services.routing.http.bodies import Input
from services.routing.http.supervision_api import Side
from services.routing.http.supervision_bodies import AskAgainIn, PressIn, ReplyIn
from services.routing.supervision.keeping import Shown, SupervisionKeeping
from services.routing.supervision.pressing import Question
from shared.errors import DomainError
from shared.i18n import N_
from shared.web.auth import Claims, Role, allow, token_of
from shared.web.forms import Form, blank, read_form
from shared.web.pages import render, see_other
from shared.web.state import translator_of

M = TypeVar("M", bound=BaseModel)
Office = Annotated[Claims, Depends(allow(Role.DISPATCHER, Role.OFFICER))]
Staff = Annotated[Claims, Depends(allow(Role.MEMBER, Role.DISPATCHER, Role.OFFICER))]
Cursor = Annotated[str | None, Query(max_length=500)]
Prefilled = Annotated[str, Query(max_length=64)]

LATE: Mapping[str, str] = {
    "first-contact": N_("First contact with the resident"),
    "answer": N_("Answer to the resident"),
    "referral-reply": N_("Reply of a department"),
    "commitment": N_("Commitment"),
}
"""What was not done in time."""


class NothingForm(Input):
    """A button with nothing to fill in."""


def build_supervision_pages(supervisions: SupervisionKeeping) -> APIRouter:
    """The router; everything it needs comes with ``supervisions``."""
    router = APIRouter(prefix="/office/supervisions", include_in_schema=False)
    _add_pressing(router, supervisions)
    _add_lists(router, supervisions)
    _add_moves(router, supervisions)
    return router


def _add_pressing(router: APIRouter, supervisions: SupervisionKeeping) -> None:
    def page(request: Request, form: Form[Any], status: int = 200) -> Response:
        below = supervisions.neighbours.children
        return render(request, "routing/supervision_new.html", status, form=form, below=below)

    @router.get("/new")
    async def begin(request: Request, _: Office, body: Prefilled = "", reference: Prefilled = "") -> Response:
        return page(request, blank(body=body, reference=reference))

    @router.post("/new")
    async def press(request: Request, claims: Office) -> Response:
        form = await read_form(request, PressIn)
        if form.value is None:
            return page(request, form, 422)
        sent = form.value
        question = Question(sent.text, claims.subject, sent.answer_days)
        try:
            _, made = await supervisions.open(sent.body, sent.reference, question, token_of(request), None)
        except DomainError as refusal:
            return page(request, form.refused(refusal, translator_of(request)), refusal.status)
        return see_other(f"/office/supervisions/{made['supervision_id']}")


def _add_lists(router: APIRouter, supervisions: SupervisionKeeping) -> None:
    @router.get("")
    async def listed(
        request: Request, _: Office, side: Side = "in", state: str = "", cursor: Cursor = None
    ) -> Response:
        wanted = SupervisionState(state) if state in set(SupervisionState) else None
        return render(
            request,
            "routing/supervisions.html",
            found=await supervisions.page(is_ours=side == "out", state=wanted, cursor=cursor),
            side=side,
            state=wanted,
            states=tuple(SupervisionState),
            late_names=LATE,
            presses=bool(supervisions.neighbours.children),
        )

    @router.get("/{supervision_id}")
    async def one(supervision_id: str, request: Request, claims: Staff) -> Response:
        return _page(request, claims, await supervisions.show(supervision_id, claims), blank())


def _add_moves(router: APIRouter, supervisions: SupervisionKeeping) -> None:
    @router.post("/{supervision_id}/answer")
    async def answer(supervision_id: str, request: Request, claims: Office) -> Response:
        def act(sent: ReplyIn) -> Awaitable[object]:
            return supervisions.answer(supervision_id, sent.text, claims.subject, token_of(request), None)

        return await _act(supervisions, request, claims, supervision_id, ReplyIn, act)

    @router.post("/{supervision_id}/ask-again")
    async def ask_again(supervision_id: str, request: Request, claims: Office) -> Response:
        def act(sent: AskAgainIn) -> Awaitable[object]:
            question = Question(sent.text, claims.subject, sent.answer_days)
            return supervisions.ask_again(supervision_id, question, None)

        return await _act(supervisions, request, claims, supervision_id, AskAgainIn, act)

    @router.post("/{supervision_id}/close")
    async def close(supervision_id: str, request: Request, claims: Office) -> Response:
        def act(_: NothingForm) -> Awaitable[object]:
            return supervisions.close(supervision_id, claims.subject, None)

        return await _act(supervisions, request, claims, supervision_id, NothingForm, act)

    @router.post("/{supervision_id}/withdraw")
    async def withdraw(supervision_id: str, request: Request, claims: Office) -> Response:
        def act(_: NothingForm) -> Awaitable[object]:
            return supervisions.withdraw(supervision_id, claims.subject, None)

        return await _act(supervisions, request, claims, supervision_id, NothingForm, act)


async def _act(
    supervisions: SupervisionKeeping,
    request: Request,
    claims: Claims,
    supervision_id: str,
    model: type[M],
    act: Callable[[M], Awaitable[object]],
) -> Response:
    """What every button does: act, then show the supervision again with what came of it."""
    form = await read_form(request, model)
    status = 422
    if form.value is not None:
        try:
            await act(form.value)
        except DomainError as refusal:
            form, status = form.refused(refusal, translator_of(request)), refusal.status
        else:
            return see_other(f"/office/supervisions/{supervision_id}")
    return _page(request, claims, await supervisions.show(supervision_id, claims), form, status)


def _page(request: Request, claims: Claims, shown: Shown, form: Form[Any], status: int = 200) -> Response:
    record, in_office = shown.record, claims.role is not Role.MEMBER

    def offers(move: SupervisionMove, *, ours: bool) -> bool:
        return in_office and record.is_ours is ours and record.state is CHOSEN[move]

    return render(
        request,
        "routing/supervision.html",
        status,
        supervision=record,
        course=shown.course,
        has_order=shown.has_order,
        form=form,
        late_name=LATE.get(record.kind, record.kind),
        answering=offers(SupervisionMove.ANSWER, ours=False),
        judging=offers(SupervisionMove.CLOSE, ours=True),
        withdrawing=offers(SupervisionMove.WITHDRAW, ours=True),
    )
