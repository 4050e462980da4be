"""``/api/v1/reporting/ledger``: how the chains stand between this body, its parent and its children."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import httpx
from fastapi import APIRouter, Depends
from nats.errors import Error as NatsError
from pydantic import BaseModel

from services.reporting.ledger.answering import Answering
from services.reporting.ledger.heads import ChainHeads, chain_heads
from services.reporting.ledger.holdings import Holdings
from services.reporting.ledger.mending import Mending
from services.reporting.ledger.reconcile import Reconcile
from services.reporting.ledger.verifying import Verifying
from services.reporting.rebuilding.replay import StreamWentSilent
from shared.errors import Conflict, Unavailable
from shared.web.auth import Role, allow
from shared.web.routers import api_router


class RepairIn(BaseModel):
    """``everything``: send the ledgers whole, whatever the parent holds."""

    everything: bool = False


class TierLedgers:
    """What the endpoints need; filled while the service runs."""

    def __init__(self, holdings: Holdings) -> None:
        self.holdings = holdings
        self.answering: Answering | None = None
        self.reconcile: Reconcile | None = None
        """None where the body has no parent."""
        self.verifying: Verifying | None = None
        self.mending: Mending | None = None

    async def heads(self) -> list[ChainHeads]:
        """Where every chain ends, here and on the other side."""
        heard = self.answering.heard if self.answering else {}
        return chain_heads(self.reconcile.compared if self.reconcile else {}, await self.holdings.chains(), heard)


def ledger_api(tiers: TierLedgers) -> APIRouter:
    """Reads for the office; repairing is the officer's."""
    router = api_router("/api/v1/reporting/ledger", "ledger", [Depends(allow(Role.OFFICER, Role.DISPATCHER))])

    @router.get("")
    async def look() -> dict[str, Any]:
        """``above``: each chain of this body (and of those below) as the parent holds it, at the last comparison;
        ``below``: what is held here of each chain from below, and how its body said that it stands; ``heads``: where
        all of them end, here and on the other side.
        """
        return {
            "above": _above(tiers.reconcile),
            "below": await _below(tiers),
            "beside": await _beside(tiers),
            "heads": [asdict(each) for each in await tiers.heads()],
        }

    @router.get("/verify")
    async def verify() -> dict[str, Any]:
        """Every event looked at: ``chains``, each with the first ``fault`` or null; ``whole`` where there is none."""
        assert tiers.verifying is not None
        try:
            verdicts = [*await tiers.verifying.own(), *await tiers.verifying.below()]
        except (NatsError, StreamWentSilent, TimeoutError, OSError, httpx.HTTPError) as away:
            raise Unavailable("broker-away", "The message server cannot be reached just now.") from away
        return {"whole": all(each.fault is None for each in verdicts), "chains": [each.as_json() for each in verdicts]}

    @router.post("/repair", dependencies=[Depends(allow(Role.OFFICER))])
    async def repair(asked: RepairIn) -> dict[str, Any]:
        """Send from the ledgers what the parent lacks; what it has already it passes over."""
        if tiers.mending is None:
            raise Conflict("no-parent", "This body has no parent to repair with.")
        try:
            mended = await tiers.mending.run(everything=asked.everything)
        except (NatsError, StreamWentSilent, TimeoutError, OSError, httpx.HTTPError) as away:
            raise Unavailable("broker-away", "The message server cannot be reached just now.") from away
        return {"chains": [asdict(each) for each in mended]}

    return router


def _above(reconcile: Reconcile | None) -> dict[str, Any] | None:
    if reconcile is None:
        return None
    return {
        "answered_at": reconcile.answered_at,
        "stream_went_back": reconcile.stream_went_back,
        "chains": [
            {"body": body, "chain": chain} | asdict(compared) for (body, chain), compared in reconcile.compared.items()
        ],
    }


async def _below(tiers: TierLedgers) -> list[dict[str, Any]]:
    heard = tiers.answering.heard if tiers.answering else {}
    lines = []
    for held in await tiers.holdings.chains():
        said = heard.get((held.body, held.chain))
        lines.append(asdict(held) | {"heard": asdict(said) if said else None})
    return lines


async def _beside(tiers: TierLedgers) -> list[dict[str, Any]]:
    return [asdict(each) for each in await tiers.holdings.beside()]
