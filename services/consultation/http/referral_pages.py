"""``/work/referrals``: which departments still owe a reply, for who waits for it and for who presses."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.consultation.books.referrals import ReferralStates
from services.consultation.desk import Desk
from services.consultation.http.asking import Cursor, DepartmentAsked, Reading
from services.consultation.http.showing import show


def build_referral_pages(desk: Desk) -> APIRouter:
    """The router; included before the pages of single cases."""
    router = APIRouter(prefix="/work", include_in_schema=False)

    @router.get("/referrals")
    async def referrals(
        request: Request,
        actor: Reading,
        state: ReferralStates | None = None,
        department: DepartmentAsked = None,
        cursor: Cursor = None,
    ) -> Response:
        """What waits longest first."""
        return show(
            request,
            "referrals.html",
            actor,
            page=await desk.books.referrals.page(actor, state, department, cursor),
            state=state,
            department=department or "",
            departments=await desk.casebook.roster_codes("department"),
        )

    return router
