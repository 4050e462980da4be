"""One issue at the desk: what the resident said, who has read it, and whether it is the same as another one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.intake.domain import ISSUE, Move, State
from services.intake.entry import Intake
from services.intake.http.api import known_form, reader_of
from services.intake.http.form_models import GroupingForm, JoiningForm
from services.intake.http.labels import badge, label
from services.intake.places import Location
from services.intake.queries import PAGE, Tracked, course, groupings_of, readings_of
from services.intake.usecases.joining import Asked
from services.intake.usecases.likely import LikelySame, Place
from services.intake.usecases.vault import Opened, not_found
from shared.clock import local_date
from shared.db.idempotency import Answer
from shared.errors import DomainError
from shared.ids import clean_reference
from shared.web.auth import Claims, Role, allow
from shared.web.forms import Form, blank, read_form
from shared.web.pages import render
from shared.web.paging import decode_cursor, encode_cursor
from shared.web.state import translator_of

F = TypeVar("F", bound=GroupingForm)
Reader = Annotated[Claims, Depends(allow(Role.CLERK, Role.OFFICER, Role.DISPATCHER))]
Cursor = Annotated[str | None, Query(max_length=300)]


def add_issue_pages(router: APIRouter, intake: Intake) -> None:
    """Add ``/desk/issues/<reference>`` and what can be done there."""

    @router.get("/desk/issues/{reference}")
    async def issue(request: Request, reference: str, claims: Reader, cursor: Cursor = None) -> Response:
        """What the resident said, and who has read it: this reader is already among them."""
        return await _issue(intake, request, reference, claims, blank(), cursor=cursor)

    @router.post("/desk/issues/{reference}/join")
    async def join(request: Request, reference: str, claims: Reader) -> Response:
        """Join it to another issue about the same matter."""

        async def act(asked: Asked, form: JoiningForm) -> Answer:
            return await intake.joining.join(asked, clean_reference(form.to) or form.to)

        return await _act(intake, request, reference, claims, JoiningForm, act)

    @router.post("/desk/issues/{reference}/split")
    async def split(request: Request, reference: str, claims: Reader) -> Response:
        """Make it a matter of its own again."""

        async def act(asked: Asked, _: GroupingForm) -> Answer:
            return await intake.joining.split(asked)

        return await _act(intake, request, reference, claims, GroupingForm, act)


async def _act(
    intake: Intake,
    request: Request,
    reference: str,
    claims: Claims,
    model: type[F],
    act: Callable[[Asked, F], Awaitable[Answer]],
) -> Response:
    form = await read_form(request, model)
    if form.value is None:
        return await _issue(intake, request, reference, claims, form, 422)
    try:
        await act(Asked(reader_of(claims), known_form(reference), form.value.reason), form.value)
    except DomainError as refusal:
        refused = form.refused(refusal, translator_of(request))
        return await _issue(intake, request, reference, claims, refused, refusal.status)
    return RedirectResponse(f"/desk/issues/{known_form(reference)}", 303)


async def _issue(
    intake: Intake,
    request: Request,
    reference: str,
    claims: Claims,
    form: Form[Any],
    status: int = 200,
    *,
    cursor: str | None = None,
) -> Response:
    opened = await intake.vault.open(reader_of(claims), known_form(reference))
    tracked = await course(intake.reader, opened.reference, intake.clock.now())
    if tracked is None:
        raise not_found()
    before: Any = decode_cursor(cursor, int)[0] if cursor else None
    readings = await readings_of(intake.reader, opened.reference, before)
    following = encode_cursor(readings[-1].id) if len(readings) == PAGE else None
    return render(
        request,
        "intake/issue.html",
        status,
        opened=opened,
        tracked=tracked,
        can_join=not tracked.joined and ISSUE.allows(State(tracked.own_state), Move.JOIN),
        likely=await _likely(intake, opened, tracked),
        groupings=await groupings_of(intake.reader, opened.reference),
        readings=readings if claims.role is Role.OFFICER else None,
        following=following,
        form=form,
        local_date=lambda at: local_date(at, intake.zone),
        label=label,
        badge=badge,
    )


async def _likely(intake: Intake, opened: Opened, tracked: Tracked) -> list[LikelySame]:
    """The likely same issues, where it can still be joined and its words are there to compare."""
    if tracked.joined or not opened.words or not ISSUE.allows(State(tracked.own_state), Move.JOIN):
        return []
    place = Place(Location(tracked.station, tracked.community), tracked.category)
    return await intake.likely.to(place, opened.words, besides=opened.reference)
