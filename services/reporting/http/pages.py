"""``/reports``: the figures of a body over a period, what each of them counts, and how they came about."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse

from services.reporting.doings import BRIEF_STEPS, KINDS, Doings
from services.reporting.domain import Period
from services.reporting.figures import CATALOGUE, OUTCOME_NAMES, PART_NAMES, TIER_NAMES
from services.reporting.http.api import STAFF, ResidentsOut, period_of
from services.reporting.lateness import DEADLINES, Lateness
from services.reporting.queries import Reports
from shared.clock import Clock, local_date
from shared.i18n.vocabulary import category_name
from shared.web.auth import allow
from shared.web.fields import Code
from shared.web.forms import blank
from shared.web.pages import render


def report_pages(reports: Reports, doings: Doings, lateness: Lateness, clock: Clock) -> APIRouter:
    """Pages for all staff."""
    router = APIRouter(include_in_schema=False, dependencies=[Depends(allow(*STAFF))])

    @router.get("/reports")
    async def report(
        request: Request,
        body: Code | None = None,
        from_on: Annotated[date | None, Query(alias="from")] = None,
        to_on: Annotated[date | None, Query(alias="to")] = None,
    ) -> HTMLResponse:
        """One body's report; without a question the own body's, from New Year to today."""
        bodies = await reports.bodies()
        chosen = await reports.body(body) if body else bodies[0]
        period = _period(from_on, to_on, local_date(clock.now(), chosen.time_zone))
        return render(
            request,
            "reporting/report.html",
            bodies=bodies,
            chosen=chosen,
            period=period,
            form=blank(**{"body": chosen.code, "from": period.from_on.isoformat(), "to": period.to_on.isoformat()}),
            figures=await reports.figures(chosen, period),
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

    return router


def _period(from_on: date | None, to_on: date | None, today: date) -> Period:
    to_on = to_on or today
    return period_of(from_on or to_on.replace(month=1, day=1), to_on)
