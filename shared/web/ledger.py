"""``/api/v1/<service>/ledger``: what a service let rise, for the body's reporting and for officers."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from nats.errors import Error as NatsError
from pydantic import BaseModel, Field

from shared.contracts.report import LedgerRestored
from shared.db.transaction import Transaction
from shared.errors import Conflict, Unavailable
from shared.ids import derived_id
from shared.runtime import Runtime
from shared.web.auth import Role, allow
from shared.web.routers import api_router

ISO_DAY = r"^\d{4}-\d{2}-\d{2}$"

READERS = Depends(allow(Role.OFFICER, Role.DISPATCHER, Role.SERVICE))
SENDERS = Depends(allow(Role.OFFICER, Role.SERVICE))


class Resend(BaseModel):
    """``first``: the place from which on; ``padding``: how many sequences of the stream to fill before."""

    first: int = Field(ge=1)
    padding: int = Field(default=0, ge=0)


class Restored(BaseModel):
    """The last place that the parent holds as this ledger does."""

    position: int = Field(ge=0)


def ledger_router(runtime: Runtime, service: str) -> APIRouter:
    """A chain's head, days and places; whether it is whole; its events once more."""
    ledger = runtime.ledger
    router = api_router(f"/api/v1/{service}/ledger", "messaging", [READERS])

    @router.get("")
    async def look(
        at: Annotated[int | None, Query(ge=0)] = None,
        since: Annotated[str | None, Query(pattern=ISO_DAY)] = None,
    ) -> dict[str, Any]:
        """The last place; the place ``at``, null where there is none, and ``after`` it the next one's time;
        the days from ``since`` on.
        """
        said: dict[str, Any] = {"head": asdict(await ledger.head())}
        if at is not None:
            point = await ledger.at(at)
            said |= {"at": asdict(point) if point else None, "after": await ledger.oldest_after(at)}
        if since is not None:
            said["days"] = [asdict(day) for day in await ledger.days(since)]
        return said

    @router.get("/verify")
    async def verify() -> dict[str, Any]:
        """``events`` looked at, and the first that was altered, is missing or was put in: ``fault``, or null."""
        events, fault = await ledger.verify()
        return {"events": events, "fault": asdict(fault) if fault else None}

    @router.post("/resend", dependencies=[SENDERS])
    async def resend(asked: Resend) -> dict[str, int]:
        """Publish once more; ``sequence`` is the stream's after it, 0 where nothing was sent."""
        try:
            sent, last = await ledger.resend(asked.first, padding=asked.padding)
        except (NatsError, TimeoutError, OSError) as away:
            raise Unavailable("broker-away", "The message server cannot be reached just now.") from away
        return {"sent": sent, "sequence": last}

    @router.post("/restored", dependencies=[SENDERS])
    async def restored(asked: Restored) -> dict[str, Any]:
        """Say upward that this ledger went back to ``position``; said once for each place it stood at by then."""
        agreed, head = await ledger.at(asked.position), await ledger.head()
        if agreed is None:
            raise Conflict("no-such-place", "This ledger has no such place.", field="position")

        async def say(tx: Transaction) -> None:
            event = LedgerRestored(occurred_at=tx.now, position=agreed.position)
            tx.announce(event, event_id=derived_id("ledger-restored", service, agreed.hash, head.hash))

        await runtime.writer.run(say)
        return {"position": agreed.position, "hash": agreed.hash}

    return router
