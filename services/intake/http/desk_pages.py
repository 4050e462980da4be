"""The station desk: a clerk registers walk-ins and calls, and sees who was received today."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.entry import Intake, check_station_of
from services.intake.http.drafts import visitor_of
from services.intake.http.form_models import ALREADY_SENT, DeskForm, key_of, new_form_key
from services.intake.http.issue_pages import add_issue_pages
from services.intake.http.labels import badge, label, options, plain
from services.intake.http.pages import with_new_key
from services.intake.queries import PAGE, ReceptionLine, receptions_on
from services.intake.usecases.receive import Received
from shared.clock import local_date
from shared.errors import Conflict, DomainError, NotFound
from shared.i18n import LANGUAGES
from shared.web.auth import Claims, Role, allow
from shared.web.forms import Form, blank, read_form
from shared.web.pages import render
from shared.web.paging import decode_cursor, encode_cursor
from shared.web.state import translator_of

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

AtDesk = Annotated[Claims, Depends(allow(Role.CLERK, Role.OFFICER))]
Cursor = Annotated[str | None, Query(max_length=300)]


def build_desk_pages(intake: Intake) -> APIRouter:
    """The router of the pages that clerks see."""
    router = APIRouter(include_in_schema=False)

    @router.get("/desk")
    async def desk(request: Request, claims: AtDesk, cursor: Cursor = None, registered: bool = False) -> Response:
        """The form, and today's receptions."""
        return await _desk(intake, request, claims, _blank(claims), cursor=cursor, registered=registered)

    @router.post("/desk")
    async def register(request: Request, claims: AtDesk) -> Response:
        """Register a reception, and show the receipt of its issue, if there is one."""
        form = await read_form(request, DeskForm)
        try:
            received = await _received(intake, request, claims, form)
        except DomainError as refusal:
            refused = _refused(request, form, refusal)
            return await _desk(intake, request, claims, refused, status=refusal.status)
        if received is None:
            return await _desk(intake, request, claims, form, status=422)
        receipt = received.receipt
        return RedirectResponse(f"/track/{receipt.tracking_code}/receipt" if receipt else "/desk?registered=true", 303)

    add_issue_pages(router, intake)
    return router


async def _received(intake: Intake, request: Request, claims: Claims, form: Form[DeskForm]) -> Received | None:
    if form.value is None:
        return None
    reception = form.value.reception()
    check_station_of(claims, reception.station)
    key = key_of(request, form.value.form_key, form.value)
    return await intake.receptions.receive(await visitor_of(intake, claims, reception, key))


def _refused(request: Request, form: Form[DeskForm], refusal: DomainError) -> Form[DeskForm]:
    translator = translator_of(request)
    if isinstance(refusal, Conflict):
        return with_new_key(form).refused(ALREADY_SENT, translator)
    # The form is flat where the API nests the issue.
    field = (refusal.field or "").removeprefix("issue.")
    return form.refused(DomainError(refusal.code, refusal.title, field=field, **refusal.params), translator)


def _blank(claims: Claims) -> Form[Any]:
    first = {"station": claims.stations[0]} if claims.stations else {}
    return blank(form_key=new_form_key(), channel="walk-in", **first)


async def _desk(
    intake: Intake,
    request: Request,
    claims: Claims,
    form: Form[Any],
    *,
    status: int = 200,
    cursor: str | None = None,
    registered: bool = False,
) -> Response:
    places = await intake.places()
    today = local_date(intake.clock.now(), intake.zone)
    lines = await receptions_on(intake.reader, today, intake.zone, claims.stations, _last_seen(cursor))
    return render(
        request,
        "intake/desk.html",
        status,
        form=form,
        station_options=plain(code for code in places.stations if not claims.stations or code in claims.stations),
        community_options=plain(sorted(places.served_by)),
        category_options=options("category", sorted(places.categories), translator_of(request).gettext),
        language_options=[(each.code, each.name) for each in LANGUAGES],
        today=today,
        receptions=lines,
        following=_following(lines),
        registered=registered,
        label=label,
        badge=badge,
    )


def _last_seen(cursor: str | None) -> tuple[datetime, str] | None:
    if cursor is None:
        return None
    microseconds, reception_id = decode_cursor(cursor, int, str)
    try:
        return EPOCH + timedelta(microseconds=int(microseconds or 0)), str(reception_id)
    except OverflowError as error:
        raise NotFound("no-such-page", "There is nothing at this address.") from error


def _following(lines: list[ReceptionLine]) -> str | None:
    if len(lines) < PAGE:
        return None
    return encode_cursor((lines[-1].held_at - EPOCH) // timedelta(microseconds=1), lines[-1].id)
