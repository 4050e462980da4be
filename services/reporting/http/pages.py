"""``/reports``: the figures of a body over a period, what each of them counts, and how they came about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.reporting.behind import WITH_REFERENCES
from services.reporting.closings import Closings
from services.reporting.corrections import compared
from services.reporting.counting.spans import STATES
from services.reporting.doings import BRIEF_STEPS, KINDS, Doings
from services.reporting.domain import Period
from services.reporting.figures import CATALOGUE, HEADLINES, OUTCOME_NAMES, PART_NAMES, TIER_NAMES
from services.reporting.http.api import STAFF, ResidentsOut, period_of
from services.reporting.http.behind import OFFICE
from services.reporting.lateness import DEADLINES, Lateness
from services.reporting.queries import KnownBody, Reports
from services.reporting.rates import RATE_OF_FIGURE, beside_percent
from services.reporting.rollup import Rollups
from shared.clock import Clock, local_date
from shared.errors import DomainError
from shared.i18n import N_
from shared.i18n.vocabulary import category_name
from shared.web.auth import Claims, Role, SignedIn, allow
from shared.web.fields import Code
from shared.web.forms import Form, blank, read_form
from shared.web.pages import render, see_other
from shared.web.state import translator_of

ROLLED_UP = (
    "members",
    "residents_received",
    "opinions_collected",
    "opinions_solved",
    "opinions_answered",
    "consultations",
)
"""The figures that the page shows of every body below; the API gives them all."""

MISSING: Mapping[str, str] = {
    "silent": N_("Nothing was heard of {body} for long."),
    "waiting": N_("{events} events of {body} are on their way."),
    "kept": N_("{events} events of {body} wait for a newer release here."),
}


class ClosingForm(BaseModel):
    """The form that closes a period."""

    through: date


def report_pages(
    reports: Reports, rollups: Rollups, closings: Closings, doings: Doings, lateness: Lateness, clock: Clock
) -> APIRouter:
    """Pages for all staff; closing a period is the officer's."""
    router = APIRouter(include_in_schema=False, dependencies=[Depends(allow(*STAFF))])

    @router.get("/reports")
    async def report(
        request: Request,
        claims: SignedIn,
        body: Code | None = None,
        from_on: Annotated[date | None, Query(alias="from")] = None,
        to_on: Annotated[date | None, Query(alias="to")] = None,
        as_of: Annotated[date | Literal[""] | None, Query()] = None,
    ) -> HTMLResponse:
        """One body's report; without a question the own body's, from New Year to today, as it is known now."""
        chosen = await reports.body(body) if body else (await reports.bodies())[0]
        period = _period(from_on, to_on, local_date(clock.now(), chosen.time_zone))
        return await page(request, claims, chosen, period, as_of)

    @router.post("/reports/closings")
    async def close(request: Request, claims: Annotated[Claims, Depends(allow(Role.OFFICER))]) -> Response:
        """Close all days up to one, and show the period that ends with it."""
        form = await read_form(request, ClosingForm)
        try:
            if form.value is not None:
                closing = await closings.close(form.value.through, claims.subject)
                return see_other(f"/reports?to={closing.through.isoformat()}", N_("The period is closed."))
        except DomainError as error:
            form = form.refused(error, translator_of(request))
        own, *_ = await reports.bodies()
        period = _period(None, None, local_date(clock.now(), own.time_zone))
        return await page(request, claims, own, period, None, refused=form)

    async def page(
        request: Request,
        claims: Claims,
        chosen: KnownBody,
        period: Period,
        as_of: date | Literal[""] | None,
        refused: Form[ClosingForm] | None = None,
    ) -> HTMLResponse:
        bodies = await reports.bodies()
        is_own, in_office = chosen.code == bodies[0].code, claims.role in OFFICE
        as_then = replace(period, as_of=as_of or None)
        both = await compared(reports, chosen, as_then) if as_of else None
        rollup = await rollups.of(chosen.code, as_then)
        counted = rollup.top.own
        return render(
            request,
            "reporting/report.html",
            422 if refused else 200,
            rollup=rollup if len(rollup.branches) > 1 else None,
            rolled_up=ROLLED_UP,
            drilled_later=WITH_REFERENCES if is_own and in_office else (),
            closing=await closings.of(period.to_on) if is_own else None,
            may_close=is_own and claims.role is Role.OFFICER,
            close_form=refused or blank(through=period.to_on.isoformat()),
            drilled=WITH_REFERENCES if is_own and in_office and not as_of else (),
            missing_names=MISSING,
            bodies=bodies,
            chosen=chosen,
            period=period,
            form=_form(chosen.code, period, as_of),
            as_of=as_of or None,
            corrections=both.corrections if both else (),
            figure_names={figure.key: figure for figure in CATALOGUE},
            figures=counted.values,
            rates=counted.rates,
            rate_of_figure=RATE_OF_FIGURE,
            beside=beside_percent(translator_of(request)),
            headlines=HEADLINES,
            catalogue=CATALOGUE,
            tier_names=TIER_NAMES,
            part_names=PART_NAMES,
            outcome_names=OUTCOME_NAMES,
            category_name=category_name,
            raised=ResidentsOut.of(await reports.residents(chosen, period)),
            activities=await doings.activities(chosen, period),
            activity_names=KINDS,
            briefs=await doings.briefs(chosen, period),
            brief_names=BRIEF_STEPS,
            missed=await lateness.missed(chosen, period),
            deadline_names=DEADLINES,
            months=await reports.issues_by_month(chosen, period),
            categories=await reports.issues_by_category(chosen, period),
            outcomes=await reports.issues_by_outcome(chosen, period),
        )

    @router.get("/reports/times")
    async def times(
        request: Request,
        body: Code | None = None,
        from_on: Annotated[date | None, Query(alias="from")] = None,
        to_on: Annotated[date | None, Query(alias="to")] = None,
    ) -> HTMLResponse:
        """How long issues and commitments of a body stay in each state; asked for as the report is."""
        chosen = await reports.body(body) if body else (await reports.bodies())[0]
        period = _period(from_on, to_on, local_date(clock.now(), chosen.time_zone))
        found = await reports.times_in_states(chosen, period)
        shown = {"chosen": chosen, "period": period, "times": found, "state_names": STATES}
        return render(request, "reporting/times.html", **shown)

    @router.get("/reports/definitions")
    async def definitions(request: Request) -> HTMLResponse:
        """What every figure is, of what it is made, and where the way of counting comes from."""
        return render(request, "reporting/definitions.html", catalogue=CATALOGUE)

    return router


def _period(from_on: date | None, to_on: date | None, today: date) -> Period:
    to_on = to_on or today
    return period_of(from_on or to_on.replace(month=1, day=1), to_on)


def _form(body: str, period: Period, as_of: date | Literal[""] | None) -> Form[Any]:
    days = {"from": period.from_on, "to": period.to_on, "as_of": as_of}
    return blank(body=body, **{name: day.isoformat() if day else "" for name, day in days.items()})
