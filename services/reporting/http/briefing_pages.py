"""``/reports/briefings``: the weekly briefings to read and to print, and the letter that notify makes of one."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.reporting.briefings.keeping import PAGE, Briefing, Briefings
from services.reporting.briefings.sentences import sentences_of, title_of
from services.reporting.exports.as_pdf import Printer
from services.reporting.exports.sheets import Written
from services.reporting.exports.writing import charts_of
from shared.i18n import Translator
from shared.web.auth import Role, allow
from shared.web.fields import Language
from shared.web.names import NameBook
from shared.web.pages import render
from shared.web.routers import api_router
from shared.web.state import translator_of, web_of

OFFICE = (Role.OFFICER, Role.DISPATCHER)
DRAWN = ("trend", "categories", "outcomes", "deadlines")


def briefing_pages(briefings: Briefings, names: NameBook, printer: Printer) -> APIRouter:
    """For the office."""
    router = APIRouter(prefix="/reports/briefings", include_in_schema=False, dependencies=[Depends(allow(*OFFICE))])

    @router.get("")
    async def past(request: Request, before: Annotated[date | None, Query()] = None) -> HTMLResponse:
        """The newest first."""
        weeks = await briefings.weeks(before)
        older = weeks[-1] if len(weeks) == PAGE else None
        return render(request, "reporting/briefings.html", weeks=weeks, older=older)

    @router.get("/{week}")
    async def one(request: Request, week: date) -> HTMLResponse:
        """Sentences and charts."""
        found, translator = await briefings.of(week), translator_of(request)
        return render(
            request,
            "reporting/briefing.html",
            report=_written(found, translator, names),
            sentences=sentences_of(found.facts, translator),
            translator=translator,
            week=week,
        )

    @router.get("/{week}/pdf")
    async def printed(request: Request, week: date, language: Language | None = None) -> Response:
        """The same to print; 501 where this machine makes no PDF."""
        found, web = await briefings.of(week), web_of(request)
        translator = web.translations.translator(language) if language else translator_of(request)
        html = web.pages.document(
            translator,
            "reporting/printed-briefing.html",
            report=_written(found, translator, names),
            sentences=sentences_of(found.facts, translator),
            translator=translator,
        )
        name = f'attachment; filename="briefing-{found.facts.body}-{week.isoformat()}.pdf"'
        return Response(await printer.pdf_of(html), media_type="application/pdf", headers={"Content-Disposition": name})

    return router


def briefing_api(briefings: Briefings) -> APIRouter:
    """For the office, and the letter for notify."""
    router = api_router("/api/v1/reporting/briefings", "figures")

    @router.get("", dependencies=[Depends(allow(*OFFICE))])
    async def weeks(before: Annotated[date | None, Query()] = None) -> dict[str, Any]:
        """The Mondays of the weeks that were briefed on, the newest first; ``before`` goes on where a list ended."""
        return {"items": [week.isoformat() for week in await briefings.weeks(before)]}

    @router.get("/{week}", dependencies=[Depends(allow(*OFFICE))])
    async def facts(week: date) -> dict[str, Any]:
        """What the briefing was written from."""
        return (await briefings.of(week)).facts.kept()

    @router.get("/{week}/letter", dependencies=[Depends(allow(Role.SERVICE))])
    async def letter(request: Request, week: date, language: Language | None = None) -> dict[str, Any]:
        """Its title and its sentences in a language, the body's own if not said."""
        found, web = await briefings.of(week), web_of(request)
        translator = web.translations.translator(language or web.settings.default_language)
        return {"title": title_of(found.facts, translator), "sentences": sentences_of(found.facts, translator)}

    return router


def _written(found: Briefing, translator: Translator, names: NameBook) -> Written:
    facts, period = found.facts, found.facts.period
    sheets = charts_of(facts.series, translator, names.called)
    return Written(
        name=f"briefing-{facts.body}-{facts.week}",
        title=title_of(facts, translator),
        period=f"{translator.format_date(period.from_on)} – {translator.format_date(period.to_on)}",
        as_of="",
        language=translator.code,
        direction=translator.direction,
        sheets=[sheet for sheet in sheets if sheet.key in DRAWN],
    )
