"""``/office/tiers``: the tree, how each link stands, and what waits."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import HTMLResponse

from services.reporting.figures import TIER_NAMES
from services.reporting.tiers.outboxes import Outboxes
from services.reporting.tiers.topology import Topology
from shared.web.auth import Role, allow, token_of
from shared.web.pages import render


def tier_pages(topology: Topology, outboxes: Outboxes) -> APIRouter:
    """For officers and dispatchers."""
    office = [Depends(allow(Role.OFFICER, Role.DISPATCHER))]
    router = APIRouter(include_in_schema=False, dependencies=office)

    @router.get("/office/tiers")
    async def tiers(request: Request) -> HTMLResponse:
        """The tree as of the last look."""
        return render(
            request,
            "reporting/tiers.html",
            tree=await topology.tree(),
            outbox=await outboxes.everywhere(token_of(request)),
            tier_names=TIER_NAMES,
        )

    return router
