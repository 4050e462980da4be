"""``/api/v1/figures/closings``: which days of the own body's report are closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from services.reporting.closings import Closings
from services.reporting.http.api import STAFF
from shared.web.auth import Claims, Role, allow
from shared.web.routers import api_router


class ClosingIn(BaseModel):
    """``through``: the last day to be closed, with all before it."""

    model_config = ConfigDict(extra="forbid")

    through: date


class ClosingOut(BaseModel):
    """All days up to ``through`` were closed on ``closed_on``: ask for figures ``as_of`` that day to see them so."""

    through: date
    closed_on: date
    closed_at: datetime
    closed_by: str


class ClosingsOut(BaseModel):
    """The earliest days first."""

    items: Sequence[ClosingOut]


def closings_api(closings: Closings) -> APIRouter:
    """Read by all staff, made by the officer."""
    router = api_router("/api/v1/figures", "figures")

    @router.get("/closings", dependencies=[Depends(allow(*STAFF))])
    async def every() -> ClosingsOut:
        """Which days are closed, and since when."""
        return ClosingsOut(items=[ClosingOut(**asdict(each)) for each in await closings.all()])

    @router.post("/closings", status_code=201)
    async def close(closing: ClosingIn, claims: Annotated[Claims, Depends(allow(Role.OFFICER))]) -> ClosingOut:
        """Close all days up to one. What becomes known of them later is a correction; nothing is hidden."""
        return ClosingOut(**asdict(await closings.close(closing.through, claims.subject)))

    return router
