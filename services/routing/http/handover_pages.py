"""Pages of handovers: what was offered to this body and by it, one handover with its course, and offering."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar, get_args

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from services.routing.domain.handover import CHOSEN, HandoverMove, HandoverState
from services.routing.handover.keeping import HandoverKeeping
from services.routing.handover.lists import Shown
from services.routing.handover.sending import Offer
from services.routing.handover.taking import GivenBack
from services.routing.http.bodies import Input
from services.routing.http.handover_api import Side
from services.routing.http.handover_bodies import AnswerIn, OfferIn, ReturnIn
from shared.contracts.words import Outcome
from shared.errors import DomainError
from shared.i18n.vocabulary import OUTCOMES
from shared.web.auth import Claims, Role, allow, token_of
from shared.web.forms import Form, blank, read_form
from shared.web.pages import render, see_other
from shared.web.state import translator_of

M = TypeVar("M", bound=BaseModel)
Dispatching = Annotated[Claims, Depends(allow(Role.DISPATCHER, Role.OFFICER))]
Staff = Annotated[Claims, Depends(allow(Role.MEMBER, Role.DISPATCHER, Role.OFFICER))]
Cursor = Annotated[str | None, Query(max_length=500)]
ANSWERS = tuple(each for each in get_args(Outcome) if each != "withdrawn")


class NothingForm(Input):
    """A button with nothing to fill in."""


def build_handover_pages(handovers: HandoverKeeping) -> APIRouter:
    """The router; everything it needs comes with ``handovers``."""
    router = APIRouter(prefix="/office/handovers", include_in_schema=False)
    _add_offering(router, handovers)
    _add_lists(router, handovers)
    _add_moves(router, handovers)
    return router


def _add_offering(router: APIRouter, handovers: HandoverKeeping) -> None:
    @router.get("/new")
    async def begin(request: Request, claims: Staff, reference: Annotated[str, Query(max_length=64)] = "") -> Response:
        return _offering(handovers, request, claims, blank(reference=reference))

    @router.post("/new")
    async def offer(request: Request, claims: Staff) -> Response:
        form = await read_form(request, OfferIn)
        if form.value is None:
            return _offering(handovers, request, claims, form, 422)
        sent = form.value
        wanted = Offer(sent.reference, sent.text, claims.subject, sent.to, sent.answer_days)
        try:
            _, made = await handovers.offer(wanted, claims, token_of(request), None)
        except DomainError as refusal:
            return _offering(handovers, request, claims, form.refused(refusal, translator_of(request)), refusal.status)
        return see_other(f"/office/handovers/{made['handover_id']}")


def _add_lists(router: APIRouter, handovers: HandoverKeeping) -> None:
    @router.get("")
    async def listed(
        request: Request, _: Dispatching, side: Side = "in", state: str = "", cursor: Cursor = None
    ) -> Response:
        wanted = HandoverState(state) if state in set(HandoverState) else None
        found = await handovers.page(is_ours=side == "out", state=wanted, cursor=cursor)
        return render(
            request, "routing/handovers.html", found=found, side=side, state=wanted, states=tuple(HandoverState)
        )

    @router.get("/{handover_id}")
    async def one(handover_id: str, request: Request, claims: Staff) -> Response:
        return _page(request, claims, await handovers.show(handover_id, claims), blank())


def _add_moves(router: APIRouter, handovers: HandoverKeeping) -> None:
    @router.post("/{handover_id}/accept")
    async def accept(handover_id: str, request: Request, claims: Dispatching) -> Response:
        return await _act(
            handovers,
            request,
            claims,
            handover_id,
            NothingForm,
            lambda _: handovers.accept(handover_id, claims.subject, None),
        )

    @router.post("/{handover_id}/return")
    async def give_back(handover_id: str, request: Request, claims: Dispatching) -> Response:
        return await _act(
            handovers,
            request,
            claims,
            handover_id,
            ReturnIn,
            lambda sent: handovers.give_back(
                handover_id, GivenBack(sent.reason, sent.proposed_owner, claims.subject), None
            ),
        )

    @router.post("/{handover_id}/withdraw")
    async def withdraw(handover_id: str, request: Request, claims: Dispatching) -> Response:
        return await _act(
            handovers,
            request,
            claims,
            handover_id,
            NothingForm,
            lambda _: handovers.withdraw(handover_id, claims.subject, None),
        )

    @router.post("/{handover_id}/answer")
    async def answer(handover_id: str, request: Request, claims: Staff) -> Response:
        return await _act(
            handovers,
            request,
            claims,
            handover_id,
            AnswerIn,
            lambda sent: handovers.answer(handover_id, sent.text, sent.outcome, claims, None),
        )


async def _act(
    handovers: HandoverKeeping,
    request: Request,
    claims: Claims,
    handover_id: str,
    model: type[M],
    act: Callable[[M], Awaitable[object]],
) -> Response:
    """What every button does: act, then show the handover again with what came of it."""
    form = await read_form(request, model)
    status = 422
    if form.value is not None:
        try:
            await act(form.value)
        except DomainError as refusal:
            form, status = form.refused(refusal, translator_of(request)), refusal.status
        else:
            return see_other(f"/office/handovers/{handover_id}")
    return _page(request, claims, await handovers.show(handover_id, claims), form, status)


def _page(request: Request, claims: Claims, shown: Shown, form: Form[Any], status: int = 200) -> Response:
    record = shown.record
    in_office = claims.role is not Role.MEMBER
    say = translator_of(request).gettext
    return render(
        request,
        "routing/handover.html",
        status,
        shown=shown,
        handover=record,
        form=form,
        asked=in_office and not record.is_ours and record.state is CHOSEN[HandoverMove.ACCEPT],
        answering=not record.is_ours and record.state is CHOSEN[HandoverMove.ANSWER],
        withdrawing=in_office and record.is_ours and record.state is CHOSEN[HandoverMove.WITHDRAW],
        outcomes=[(code, say(OUTCOMES[code])) for code in ANSWERS],
        outcome_name=OUTCOMES.get(record.outcome or ""),
    )


def _offering(
    handovers: HandoverKeeping, request: Request, claims: Claims, form: Form[Any], status: int = 200
) -> Response:
    near = handovers.neighbours
    above = [near.parent] if near.parent else []
    below = [] if claims.role is Role.MEMBER else list(near.children)
    return render(request, "routing/handover_offer.html", status, form=form, above=above, below=below)
