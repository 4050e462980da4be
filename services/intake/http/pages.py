"""Residents' pages: every one works without scripts, and none needs an account."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.entry import Intake
from services.intake.http.drafts import draft_of
from services.intake.http.form_models import ALREADY_SENT, IssueForm, key_of, new_form_key
from services.intake.http.labels import label, options, plain
from services.intake.http.qr import data_uri, svg
from services.intake.http.same_pages import add_same_pages
from services.intake.http.track_pages import add_track_pages
from services.intake.places import Places, Station
from services.intake.queries import track
from services.intake.usecases.follow import unknown_code
from services.intake.usecases.likely import Place
from shared.errors import Conflict, DomainError, NotFound
from shared.web.forms import Form, blank, read_form
from shared.web.pages import render
from shared.web.state import translator_of

LISTED = 50
SVG_HEADERS = {"Cache-Control": "public, max-age=86400"}


def build_pages(intake: Intake) -> APIRouter:
    """The router of the pages that residents see."""
    router = APIRouter(include_in_schema=False)
    _add_home(router, intake)
    _add_station(router, intake)
    add_same_pages(router, intake)
    add_track_pages(router, intake)
    return router


def _add_home(router: APIRouter, intake: Intake) -> None:
    @router.get("/")
    async def home(request: Request, station: str = "") -> Response:
        """What this is; from here to a station's page or to an issue's."""
        places = await intake.places()
        wanted = station.strip()
        if wanted in places.stations:
            return RedirectResponse(f"/s/{wanted}?via=web", 303)
        return _home(request, places, wanted)


def _home(request: Request, places: Places, wanted: str) -> Response:
    found = [each for each in places.stations.values() if wanted.lower() in f"{each.code} {each.township}".lower()]
    return render(
        request,
        "intake/home.html",
        wanted=wanted,
        stations=found[:LISTED],
        more=len(found) > LISTED,
        form=blank(station=wanted),
        label=label,
    )


def _add_station(router: APIRouter, intake: Intake) -> None:
    @router.get("/s/{station}")
    async def station_page(request: Request, station: str, via: str = "qr") -> Response:
        """Where the QR code at a station leads."""
        places = await intake.places()
        if station not in places.stations:
            return render(request, "intake/no_station.html", 404, form=blank())
        form = blank(form_key=new_form_key(), channel="web" if via == "web" else "qr")
        return _station(request, places, station, form)

    @router.post("/s/{station}")
    async def submit(request: Request, station: str) -> Response:
        """Raise the issue written there and show its receipt, or ask first whether it is one of the likely same."""
        form = await read_form(request, IssueForm)
        try:
            leads_to = await _submitted(intake, request, station, form)
        except DomainError as refusal:
            return _station(request, await intake.places(), station, _refused(request, form, refusal), refusal.status)
        if leads_to is None:
            return _station(request, await intake.places(), station, form, 422)
        return RedirectResponse(leads_to, 303)

    @router.get("/s/{station}/qr.svg")
    async def station_qr(station: str) -> Response:
        """The station's QR code, to be printed."""
        known_station(await intake.places(), station)
        return Response(svg(intake.station_url(station)), media_type="image/svg+xml", headers=SVG_HEADERS)

    @router.get("/track/{code}/receipt")
    async def receipt_page(request: Request, code: str) -> Response:
        """What the resident takes home: the reference, the code and its QR code."""
        tracked = await track(intake.reader, code, intake.clock.now())
        if tracked is None:
            raise unknown_code()
        address = intake.tracking_url(code)
        return render(
            request,
            "intake/receipt.html",
            tracked=tracked,
            code=code,
            address=address,
            qr=data_uri(address),
            label=label,
        )


async def _submitted(intake: Intake, request: Request, station: str, form: Form[IssueForm]) -> str | None:
    """Where the resident goes next: to the receipt, or to the question whether it is one of the likely same issues."""
    if form.value is None:
        return None
    language: Any = translator_of(request).code
    issue = form.value.issue(station, language)
    draft = await draft_of(intake, None, issue, key_of(request, form.value.form_key, form.value))
    assert draft.key is not None
    was_sent = await intake.drafts.answered(draft.key) is not None
    if not was_sent and await intake.likely.to(Place(draft.location, draft.category), draft.words):
        await intake.drafts.keep(form.value.form_key, draft)
        return f"/s/{station}/same/{form.value.form_key}"
    receipt = await intake.submissions.submit(draft)
    return f"/track/{receipt.tracking_code}/receipt"


def _refused(request: Request, form: Form[IssueForm], refusal: DomainError) -> Form[IssueForm]:
    """The form with its refusal; one that was sent before gets a new key, so that it can be sent as another."""
    if isinstance(refusal, Conflict):
        return with_new_key(form).refused(ALREADY_SENT, translator_of(request))
    return form.refused(refusal, translator_of(request))


def with_new_key(form: Form[Any]) -> Form[Any]:
    """The same form as a new one."""
    return Form(entered={**form.entered, "form_key": (new_form_key(),)})


def known_station(places: Places, station: str) -> Station:
    """The station of that code. Raises NotFound."""
    if station not in places.stations:
        raise NotFound("no-such-station", "There is no such station here.")
    return places.stations[station]


def _station(request: Request, places: Places, station: str, form: Form[Any], status: int = 200) -> Response:
    known = known_station(places, station)
    return render(
        request,
        "intake/station.html",
        status,
        station=known,
        community_options=plain(places.communities_for(known)),
        category_options=options("category", sorted(places.categories), translator_of(request).gettext),
        form=form,
        label=label,
    )
