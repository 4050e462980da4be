"""``/api/v1/figures/behind/<figure>`` and ``/reports/behind/<figure>``: the references that a figure counts."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import HTMLResponse

from services.reporting.behind import Behind, FactPage
from services.reporting.behind_registers import PLACES
from services.reporting.domain import Period
from services.reporting.figures import figure_of
from services.reporting.http.api import asked_period
from services.reporting.queries import Reports
from services.reporting.rollup import Rollups
from shared.i18n.vocabulary import category_name
from shared.web.auth import Role, allow
from shared.web.fields import Code
from shared.web.pages import render
from shared.web.paging import Page
from shared.web.routers import api_router

OFFICE = (Role.OFFICER, Role.DISPATCHER)
Cursor = Annotated[str | None, Query(max_length=500)]


class FactOut(BaseModel):
    """One fact: the body's own reference or id of it, when it occurred, and since when it is known."""

    reference: str
    at: datetime
    known_at: datetime | None
    community: str | None
    category: str | None


def behind_api(behind: Behind, reports: Reports) -> APIRouter:
    """For the office of the body itself."""
    router = api_router("/api/v1/figures", "figures", [Depends(allow(*OFFICE))])

    @router.get("/behind/{figure}")
    async def facts(
        figure: str,
        body: Code,
        period: Annotated[Period, Depends(asked_period)],
        cursor: Cursor = None,
        known_after: date | None = None,
    ) -> Page[FactOut]:
        """The facts that a figure of this body counts, the oldest first, 50 to a page; of a rate those it counts.

        With ``known_after`` those alone that became known after the end of that day: what a closed report lacked.
        """
        found = await behind.page(figure_of(figure), await reports.body(body), period, cursor, known_after)
        return Page[FactOut](items=[FactOut(**asdict(each)) for each in found.items], next=found.next)

    return router


def behind_pages(behind: Behind, reports: Reports, rollups: Rollups) -> APIRouter:
    """For the office: the own references, and what the bodies below have of the same figure."""
    router = APIRouter(include_in_schema=False, dependencies=[Depends(allow(*OFFICE))])

    @router.get("/reports/behind/{figure}")
    async def facts(
        request: Request,
        figure: str,
        period: Annotated[Period, Depends(asked_period)],
        cursor: Cursor = None,
        known_after: date | None = None,
    ) -> HTMLResponse:
        """The oldest first."""
        known, (own, *_) = figure_of(figure), await reports.bodies()
        found: FactPage = await behind.page(known, own, period, cursor, known_after)
        _, *below = (await rollups.of(own.code, period)).branches
        query = {"from": _day(period.from_on), "to": _day(period.to_on)}
        if known_after:
            query["known_after"] = _day(known_after)
        return render(
            request,
            "reporting/behind.html",
            figure=known,
            period=period,
            found=found,
            known_after=known_after,
            below=below,
            own=own.code,
            query=urlencode(query),
            further=urlencode(query | {"cursor": found.next}) if found.next else None,
            category_name=category_name,
            place=PLACES.get(known.key),
        )

    return router


def _day(on: date) -> str:
    return on.isoformat()
