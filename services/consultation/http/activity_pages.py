"""The page of activities: the register of a station, and how much each member took part in."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.consultation.consulting import ActivityInput, ActivityKind, JoiningInput
from services.consultation.desk import Desk
from services.consultation.http.api import moments
from services.consultation.http.asking import Acting, ActivityId, Cursor, Reading
from services.consultation.http.form_models import FormKey
from services.consultation.http.forms import Job, Refused, Sent
from services.consultation.http.showing import Station, at_station, entered, show, take
from services.consultation.outputs import Made
from services.consultation.usecases import activities
from services.consultation.usecases.acting import Actor
from shared.i18n import N_
from shared.web.forms import blank
from shared.web.pages import see_other


@dataclass(frozen=True)
class ActivityPages:
    """The page, as its endpoints show it, for a body in ``zone`` (IANA name)."""

    desk: Desk
    zone: str

    async def all(
        self,
        request: Request,
        actor: Actor,
        station: str | None = None,
        kind: ActivityKind | None = None,
        cursor: str | None = None,
        refused: Refused | None = None,
    ) -> Response:
        """What was done at a station besides the cases, the form to record more, and this year's count."""
        book, today = self.desk.books.activities, self.desk.books.commitments.today()
        at = await at_station(self.desk, actor, station, refused)
        this_year = moments(today.replace(month=1, day=1), today, self.zone)
        return show(
            request,
            "activities.html",
            actor,
            refused,
            **at,
            me=actor.member,
            kind=kind,
            year=today.year,
            page=await book.page(actor, cursor, kind=kind, station=at["station"]),
            by_member=await book.by_member(actor, *this_year, at["colleagues"]),
            by_kind=await book.by_kind(at["station"], *this_year),
            entered=entered(refused, activity=blank(members=actor.member or "")),
        )


def build_activity_pages(desk: Desk, zone: str) -> APIRouter:
    """The router; included before the pages of single cases."""
    router = APIRouter(prefix="/work/activities", include_in_schema=False)
    pages = ActivityPages(desk, zone)

    @router.get("")
    async def list_activities(
        request: Request,
        actor: Reading,
        station: Station = None,
        kind: ActivityKind | None = None,
        cursor: Cursor = None,
    ) -> Response:
        return await pages.all(request, actor, station, kind, cursor)

    @router.post("")
    async def record(request: Request, actor: Acting, key: FormKey) -> Response:
        def job(form: ActivityInput) -> Job[Made]:
            return lambda tx: activities.record_activity(tx, actor, form)

        try:
            sent = Sent("activity", ActivityInput, job, N_("The activity is recorded."))
            return await take(request, desk, key, sent, "/work/activities")
        except Refused as refused:
            return await pages.all(request, actor, refused=refused)

    @router.post("/{activity_id}/members")
    async def join(request: Request, activity_id: ActivityId, actor: Acting, key: FormKey) -> Response:
        await desk.do_once(key, 200, lambda tx: activities.join_activity(tx, actor, activity_id, JoiningInput()))
        return see_other("/work/activities", N_("It is recorded that you took part."))

    return router
