"""``/office/coverage``: which place is covered by whom, and where nobody is; for whoever may dispatch."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from services.routing.http.roster_look import Look
from services.routing.roster.coverage import Coverage, Of, page
from services.routing.rosterkeeping import RosterKeeping
from shared.i18n import N_
from shared.i18n.vocabulary import STATION_KINDS
from shared.web.auth import Claims, Role, allow
from shared.web.pages import render

Dispatching = Annotated[Claims, Depends(allow(Role.DISPATCHER, Role.OFFICER))]
Cursor = Annotated[str | None, Query(max_length=500)]

LISTS: Mapping[Of, tuple[str, str]] = {
    "townships": (N_("Townships by stations"), N_("Townships without a station")),
    "communities": (N_("Communities by members"), N_("Communities without a member")),
    "members": (N_("Members by stations and units"), N_("Members at no station or in no unit")),
    "stations": (N_("Stations by composition and readiness"), N_("Stations that lack something")),
}
"""What each list is called, and its gaps."""


def build_coverage_pages(keeping: RosterKeeping) -> APIRouter:
    """The router; everything it needs comes with ``keeping``."""
    router = APIRouter(prefix="/office/coverage", include_in_schema=False)

    @router.get("")
    async def coverage(
        request: Request, claims: Dispatching, of: Of = "townships", gaps: bool = False, cursor: Cursor = None
    ) -> Response:
        """How many of each there are and how many gaps; then one of the lists, whole or only its gaps."""
        look = await Look.of(keeping, request, claims)
        covered = Coverage(look.directory.roster)
        context = look.context(
            roster=covered.roster,
            lists=LISTS,
            of=of,
            gaps=gaps,
            totals={what: len(covered.of(what)) for what in LISTS},
            missing={what: covered.gaps(what) for what in LISTS},
            found=page(covered.of(of), cursor, gaps_only=gaps),
            kinds=STATION_KINDS,
        )
        return render(request, "routing/roster/coverage.html", **context)

    return router
