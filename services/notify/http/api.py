"""``/api/v1/notices``: the delivery log."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from services.notify.briefings import queue_briefing
from services.notify.domain import State
from services.notify.queries import DeliveryLog, LogPage
from shared.db.writer import Writer
from shared.messaging.arrivals import Arrivals
from shared.web.auth import Role, allow
from shared.web.routers import api_router

WATCHERS = (Role.OFFICER, Role.DISPATCHER)


def notices_api(delivery_log: DeliveryLog) -> APIRouter:
    """For officers and dispatchers."""
    router = api_router("/api/v1/notices", "notices", [Depends(allow(*WATCHERS))])

    @router.get("")
    async def notices(
        state: State | None = None, cursor: Annotated[str | None, Query(max_length=300)] = None
    ) -> LogPage:
        """What was told to whom and whether it went out, the newest first; neither text nor address."""
        return await delivery_log.page(cursor, state)

    return router


def briefings_api(writer: Writer, arrivals: Arrivals) -> APIRouter:
    """For reporting: a briefing is written and wants to be sent."""
    router = api_router("/api/v1/notify", "notices", [Depends(allow(Role.SERVICE))])

    @router.put("/briefings/{week}", status_code=204)
    async def briefing(week: date) -> None:
        """Send the briefing on the week from that Monday to the office; said again, nothing more is sent."""
        await writer.run(lambda tx: queue_briefing(tx, week))
        arrivals.pulse()  # which wakes the sender

    return router
