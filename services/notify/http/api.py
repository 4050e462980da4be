"""``/api/v1/notices``: the delivery log."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from services.notify.domain import State
from services.notify.queries import DeliveryLog, LogPage
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
