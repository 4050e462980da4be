"""``/reports``: the figures of a body over a period, what each of them counts, and how they came about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse

from services.reporting.behind import WITH_REFERENCES
from services.reporting.corrections import compared
from services.reporting.doings import BRIEF_STEPS, KINDS, Doings
from services.reporting.domain import Period
from services.reporting.figures import CATALOGUE, HEADLINES, OUTCOME_NAMES, PART_NAMES, TIER_NAMES
from services.reporting.http.api import STAFF, ResidentsOut, period_of
from services.reporting.http.behind import OFFICE
from services.reporting.lateness import DEADLINES, Lateness
from services.reporting.queries import Reports
from services.reporting.rates import RATE_OF_FIGURE, beside_percent
from services.reporting.rollup import Rollups
from shared.clock import Clock, local_date
from shared.i18n import N_
from shared.i18n.vocabulary import category_name
from shared.web.auth import SignedIn, allow
from shared.web.fields import Code
from shared.web.forms import Form, blank
from shared.web.pages import render
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


def report_pages(reports: Reports, rollups: Rollups, doings: Doings, lateness: Lateness, clock: Clock) -> APIRouter:
    """Pages for all staff."""
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
        bodies = await reports.bodies()
        chosen = await reports.body(body) if body else bodies[0]
        period = _period(from_on, to_on, local_date(clock.now(), chosen.time_zone))
        as_then = replace(period, as_of=as_of or None)
        both = await compared(reports, chosen, as_then) if as_of else None
        counted = both.then if both else await reports.counted(chosen, period)
        may_drill = claims.role in OFFICE and not as_of
        rollup = await rollups.of(chosen.code, as_then)
        return render(
            request,
            "reporting/report.html",
            rollup=rollup if len(rollup.branches) > 1 else None,
            rolled_up=ROLLED_UP,
            drilled=WITH_REFERENCES if may_drill and chosen.code == bodies[0].code else (),
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
