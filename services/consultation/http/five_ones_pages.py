"""``/work/five-ones``, a member's own record, and ``/office/five-ones``, the body's coverage and what it asks."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.consultation.desk import Desk
from services.consultation.domain.five_ones import ONES
from services.consultation.five_ones.deciding import decide
from services.consultation.five_ones.lines import TargetsInput, TargetsLine
from services.consultation.http.asking import Looking, Reading, Recording
from services.consultation.http.five_ones_api import Year
from services.consultation.http.form_models import FormKey
from services.consultation.http.forms import Job, Refused, Sent
from services.consultation.http.showing import entered, show, take
from services.consultation.usecases.acting import Actor
from shared.i18n import N_
from shared.web.forms import blank
from shared.web.pages import see_other

OFFICE = "/office/five-ones"
YEARS_SHOWN = 5


def build_five_ones_pages(desk: Desk, zone: str) -> APIRouter:
    """The router, for a body whose years begin in ``zone``; included before the pages of single cases."""
    router = APIRouter(include_in_schema=False)
    book = desk.books.five_ones

    def years(chosen: int) -> tuple[int, list[int]]:
        this = desk.books.commitments.today().year
        return chosen or this, list(range(this, this - YEARS_SHOWN, -1))

    @router.get("/work/five-ones")
    async def own(request: Request, actor: Reading, year: Year | None = None) -> Response:
        """The reader's own record; staff have none, and see the coverage instead."""
        if actor.member is None:
            return see_other(OFFICE)
        chosen, choice = years(year or 0)
        return show(request, "five_ones.html", actor, record=await book.own(actor.member, chosen), years=choice)

    async def office(request: Request, actor: Actor, year: int = 0, refused: Refused | None = None) -> Response:
        chosen, choice = years(year)
        asked = await book.coverage(choice[0])
        targets = {one: str(asked.targets[one]) for one in ONES}
        return show(
            request,
            "five_ones_office.html",
            actor,
            refused,
            coverage=await book.coverage(chosen),
            decisions=await book.decisions(),
            years=choice,
            entered=entered(refused, targets=blank(from_year=str(choice[0]), **targets)),
        )

    @router.get(OFFICE)
    async def coverage(request: Request, actor: Looking, year: Year | None = None) -> Response:
        return await office(request, actor, year or 0)

    @router.post(OFFICE)
    async def ask(request: Request, actor: Recording, key: FormKey) -> Response:
        def job(form: TargetsInput) -> Job[TargetsLine]:
            return lambda tx: decide(tx, actor, form, zone)

        try:
            sent = Sent("targets", TargetsInput, job, N_("It is decided what is asked of each member."))
            return await take(request, desk, key, sent, OFFICE)
        except Refused as refused:
            return await office(request, actor, refused=refused)

    return router
