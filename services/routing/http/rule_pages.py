"""The pages of the rule: what holds, changed by an officer, and what it would decide."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Annotated, Any, get_args

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from starlette.requests import Request
from starlette.responses import Response

from services.routing.domain.rule import Criterion
from services.routing.entry import Routing
from services.routing.http.comparisons import CRITERIA, compared, value
from services.routing.http.explanations import sentences
from services.routing.http.rule_form import RuleForm, filled
from services.routing.reasons import value_of
from services.routing.rulekeeping import Decision, Supposed
from shared.contracts.words import Channel
from shared.errors import DomainError
from shared.i18n import LANGUAGES, N_
from shared.web.auth import Claims, Role, allow
from shared.web.forms import Form, blank, read_form
from shared.web.pages import render, see_other
from shared.web.state import translator_of, web_of

Officer = Annotated[Claims, Depends(allow(Role.OFFICER))]
Dispatching = Annotated[Claims, Depends(allow(Role.DISPATCHER, Role.OFFICER))]

LISTED_AT_MOST = 600
"""Codes offered while somebody types; past that the list would be most of the page."""


class Question(BaseModel):
    """The query of the what-if page; an empty field counts as absent."""

    community: Annotated[str, Field(max_length=64)] = ""
    station: Annotated[str, Field(max_length=64)] = ""
    category: Annotated[str, Field(max_length=64)] = ""
    language: Annotated[str, Field(max_length=20)] = "zh-Hans"
    channel: Annotated[str, Field(max_length=20)] = "web"
    on: Annotated[str, Field(max_length=10)] = ""

    def supposed(self) -> Supposed:
        """As the use case takes it. Raises DomainError on ``on``, ``language`` or ``channel``."""
        if self.language not in {each.code for each in LANGUAGES}:
            raise DomainError("unknown-language", "Choose a language of the list.", field="language")
        channels = {name: name for name in get_args(Channel)}
        if self.channel not in channels:
            raise DomainError("unknown-channel", "Choose a channel of the list.", field="channel")
        try:
            on = date.fromisoformat(self.on) if self.on else None
        except ValueError as error:
            raise DomainError("date-not-valid", "This must be a date.", field="on") from error
        return Supposed(
            community=self.community.strip() or None,
            station=self.station.strip() or None,
            category=self.category or None,
            language=self.language,
            channel=channels[self.channel],
            on=on,
        )


def build_rule_pages(routing: Routing) -> APIRouter:
    """The router; everything it needs comes with ``routing``."""
    router = APIRouter(prefix="/office", include_in_schema=False)
    _add_rule(router, routing)
    _add_what_if(router, routing)
    return router


def _add_rule(router: APIRouter, routing: Routing) -> None:
    @router.get("/rule")
    async def rule(request: Request, _: Dispatching) -> Response:
        return await _rule_page(routing, request)

    @router.post("/rule")
    async def change_rule(request: Request, claims: Officer) -> Response:
        form = await read_form(request, RuleForm)
        try:
            if form.value is not None:
                await routing.rules.change(claims.subject, form.value.based_on, form.value.document())
                return see_other("/office/rule", N_("The rule holds from now on."))
        except DomainError as error:
            form = form.refused(RuleForm.beside(error), translator_of(request))
        return await _rule_page(routing, request, form, 422)


async def _rule_page(routing: Routing, request: Request, form: Form[Any] | None = None, status: int = 200) -> Response:
    present = await routing.rules.present()
    directory = await routing.directory()
    return render(
        request,
        "routing/rule.html",
        status,
        present=present.written,
        versions=await routing.rules.versions(None),
        names=CRITERIA,
        criteria=[each for each in Criterion if each is not Criterion.CODE],
        categories=directory.roster.categories if directory else (),
        channels=get_args(Channel),
        form=form or filled(present.written),
    )


def _add_what_if(router: APIRouter, routing: Routing) -> None:
    @router.get("/what-if")
    async def what_if(request: Request, question: Annotated[Question, Query()], _: Dispatching) -> Response:
        """Without a place only the form; with one, who would get it and why. Changes nothing."""
        form = blank(**question.model_dump())
        if not (question.community or question.station):
            return await _what_if_page(routing, request, form)
        try:
            decision = await routing.rules.what_if(question.supposed())
        except DomainError as error:
            return await _what_if_page(routing, request, form.refused(error, translator_of(request)), status=422)
        return await _what_if_page(routing, request, form, decision)


async def _what_if_page(
    routing: Routing, request: Request, form: Form[Any], decision: Decision | None = None, status: int = 200
) -> Response:
    translator = translator_of(request)
    moment = partial(translator.format_datetime, zone=routing.time_zone)
    called = partial(web_of(request).pages.called, translator=translator)
    directory = await routing.directory()
    roster = directory.roster if directory else None
    shown = [each for each in decision.criteria if each is not Criterion.CODE] if decision else []
    return render(
        request,
        "routing/what_if.html",
        status,
        form=form,
        communities=roster.communities[:LISTED_AT_MOST] if roster else (),
        stations=roster.stations[:LISTED_AT_MOST] if roster else (),
        categories=roster.categories if roster else (),
        channels=get_args(Channel),
        decision=decision,
        why=sentences(decision.order, decision.why, decision.why.get("member"), translator, called) if decision else (),
        compared=compared(decision.why, translator, moment) if decision else (),
        headings=[translator.gettext(CRITERIA[each]) for each in shown],
        line=[
            (
                standing,
                [
                    "–"
                    if (worth := value_of(each, standing)) is None and each is not Criterion.TURN
                    else value(each, worth, translator, moment)
                    for each in shown
                ],
            )
            for standing in (decision.line if decision else ())
        ],
    )
