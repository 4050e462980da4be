"""``/reports/dashboard`` and ``GET /api/v1/figures/export``: one report, to look at, to print and to take away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import date
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from services.reporting.domain import Period
from services.reporting.exports.as_csv import csv_of
from services.reporting.exports.as_pdf import Printer
from services.reporting.exports.as_xlsx import xlsx_of
from services.reporting.exports.facts import Facts
from services.reporting.exports.remembering import Remembered
from services.reporting.exports.sheets import Written
from services.reporting.exports.writing import written
from services.reporting.figures import HEADLINES
from services.reporting.http.api import STAFF, asked_period, period_of
from services.reporting.queries import KnownBody, Reports
from shared.clock import Clock, local_date
from shared.web.auth import allow
from shared.web.fields import Code, Language
from shared.web.forms import blank
from shared.web.names import NameBook
from shared.web.pages import render
from shared.web.routers import api_router
from shared.web.state import translator_of, web_of

Format = Literal["csv", "xlsx", "json", "pdf"]
Table = Literal["figures", "trend", "categories", "channels", "outcomes", "deadlines", "heat", "flow"]
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "json": "application/json",
    "pdf": "application/pdf",
}

Counted = Callable[[KnownBody, Period], Awaitable[Facts]]


def dashboard_pages(reports: Reports, remembered: Remembered, names: NameBook, clock: Clock) -> APIRouter:
    """The page, for all staff."""
    router = APIRouter(include_in_schema=False, dependencies=[Depends(allow(*STAFF))])

    @router.get("/reports/dashboard")
    async def dashboard(
        request: Request,
        body: Code | None = None,
        from_on: Annotated[date | None, Query(alias="from")] = None,
        to_on: Annotated[date | None, Query(alias="to")] = None,
    ) -> HTMLResponse:
        """One body's report in pictures; without a question the own body's, from New Year to today."""
        bodies = await reports.bodies()
        chosen = await reports.body(body) if body else bodies[0]
        last = to_on or local_date(clock.now(), chosen.time_zone)
        period = period_of(from_on or last.replace(month=1, day=1), last)
        counted = await remembered.of(chosen, period)
        translator = translator_of(request)
        asked = {"body": chosen.code, "from": period.from_on.isoformat(), "to": period.to_on.isoformat()}
        return render(
            request,
            "reporting/dashboard.html",
            bodies=bodies,
            facts=counted.facts,
            counted_at=counted.at,
            report=written(counted.facts, translator, names.called),
            headlines=len(HEADLINES),
            translator=translator,
            form=blank(**asked),
            export=urlencode(asked),
        )

    return router


def export_api(reports: Reports, counted: Counted, names: NameBook, printer: Printer) -> APIRouter:
    """The files, for all staff: the same bytes for the same figures."""
    router = api_router("/api/v1/figures", "figures", [Depends(allow(*STAFF))])

    @router.get("/export")
    async def export(
        request: Request,
        body: Code,
        period: Annotated[Period, Depends(asked_period)],
        format_: Annotated[Format, Query(alias="format")],
        table: Table = "figures",
        language: Language | None = None,
    ) -> Response:
        """A report as a file. ``table`` is the one of a CSV file; the others hold all of them.

        501 where this machine makes no PDF.
        """
        facts = await counted(await reports.body(body), period)
        web = web_of(request)
        translator = web.translations.translator(language) if language else translator_of(request)
        if format_ == "json":
            return JSONResponse(facts.document(), headers=_file(f"{body}-{period.from_on}-{period.to_on}.json"))
        report = written(facts, translator, names.called)
        if format_ == "pdf":
            html = web.pages.document(translator, "reporting/printed.html", report=report, translator=translator)
            return _answer(report, "pdf", await printer.pdf_of(html, report))
        if format_ == "xlsx":
            return _answer(report, "xlsx", xlsx_of(report))
        sheet = report.sheet(table)
        assert sheet is not None
        return _answer(report, "csv", csv_of(sheet), f"-{table}")

    return router


def _answer(report: Written, ending: str, content: bytes, part: str = "") -> Response:
    return Response(content, media_type=TYPES[ending], headers=_file(f"{report.name}{part}.{ending}"))


def _file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'}
