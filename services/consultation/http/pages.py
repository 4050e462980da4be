"""The list of cases under ``/work``: a member's own, or all for staff of the body."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.consultation.desk import Desk
from services.consultation.domain import CaseState
from services.consultation.http.asking import Cursor, Reading
from services.consultation.http.case_api import CaseStates
from services.consultation.http.showing import show


def build_pages(desk: Desk) -> APIRouter:
    """The router; included before the pages of single cases."""
    router = APIRouter(prefix="/work", include_in_schema=False)

    @router.get("")
    async def work(
        request: Request, actor: Reading, state: CaseStates | None = None, cursor: Cursor = None
    ) -> Response:
        """What waits for an answer and what is in progress; or one state, a page at a time."""
        waiting = [CaseState.ASSIGNED, CaseState.RETURNED] if actor.sees_all else [CaseState.ASSIGNED]
        shown = [(state, [state])] if state else [("assigned", waiting), ("in-progress", [CaseState.IN_PROGRESS])]
        lists = [(name, await desk.casebook.cases(actor, states, cursor)) for name, states in shown]
        due = await desk.deadlines.next_of_cases([each.reference for _, page in lists for each in page.items])
        return show(request, "cases.html", actor, lists=lists, state=state, due=due)

    return router
