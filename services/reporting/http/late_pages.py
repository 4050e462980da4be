"""``/office/tiers/late``: the late cases of the bodies below, from where the office presses for them."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse

from services.reporting.late import Late
from services.reporting.lateness import DEADLINES
from services.reporting.queries import Reports
from shared.i18n.vocabulary import category_name
from shared.web.auth import Role, allow
from shared.web.pages import render

Code = Annotated[str, Query(max_length=64)]


def late_pages(late: Late, reports: Reports) -> APIRouter:
    """For officers and dispatchers."""
    office = [Depends(allow(Role.OFFICER, Role.DISPATCHER))]
    router = APIRouter(include_in_schema=False, dependencies=office)

    @router.get("/office/tiers/late")
    async def late_cases(
        request: Request,
        body: Code = "",
        kind: Code = "",
        cursor: Annotated[str | None, Query(max_length=500)] = None,
    ) -> HTMLResponse:
        """The longest late first."""
        _, *below = await reports.bodies()
        wanted = {"body": body, "kind": kind if kind in DEADLINES else ""}
        found = await late.page(body=wanted["body"] or None, kind=wanted["kind"] or None, cursor=cursor)
        return render(
            request,
            "reporting/late.html",
            found=found,
            bodies=[each.code for each in below],
            wanted=wanted,
            deadline_names=DEADLINES,
            category_name=category_name,
            further=urlencode({**wanted, "cursor": found.next}) if found.next else None,
        )

    return router
