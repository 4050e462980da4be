"""``/office/tiers``: the tree, how each link stands, and what waits."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import HTMLResponse

from services.reporting.figures import TIER_NAMES
from services.reporting.http.ledger_api import TierLedgers
from services.reporting.ledger.comparing import Standing
from services.reporting.tiers.outboxes import Outboxes
from services.reporting.tiers.topology import Topology
from shared.i18n import N_
from shared.web.auth import Role, allow, token_of
from shared.web.pages import render

STANDINGS = {
    Standing.AGREES.value: (N_("The same"), "good"),
    Standing.RISING.value: (N_("Rising"), "info"),
    Standing.LACKS.value: (N_("The body above lacks events"), "bad"),
    Standing.WENT_BACK.value: (N_("Went back"), "bad"),
    Standing.DIFFERS.value: (N_("Not the same"), "bad"),
    Standing.UNKNOWN.value: (N_("Not known yet"), "wait"),
}
"""How a chain stands, by name and badge."""


def tier_pages(topology: Topology, outboxes: Outboxes, ledgers: TierLedgers) -> APIRouter:
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
            heads=await ledgers.heads(),
            standings=STANDINGS,
            outbox=await outboxes.everywhere(token_of(request)),
            tier_names=TIER_NAMES,
        )

    return router
