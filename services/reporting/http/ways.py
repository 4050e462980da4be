"""``/api/v1/reporting/ways``."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict

from services.reporting.ways import Ways, known_ways
from shared.db.reader import Reader
from shared.db.writer import Writer
from shared.web.auth import Role, allow
from shared.web.fields import Code
from shared.web.routers import api_router


class WayIn(BaseModel):
    """``through`` names the bodies that reports of ``body`` pass, from this body's own child down to ``body``."""

    model_config = ConfigDict(extra="forbid")

    body: Code
    through: list[Code]


def ways_api(reader: Reader, writer: Writer, ways: Ways) -> APIRouter:
    """The officer's: by which way each body's reports are taken."""
    router = api_router("/api/v1/reporting", "figures", [Depends(allow(Role.OFFICER))])

    @router.get("/ways")
    async def known() -> dict[str, Any]:
        """Every body below with its ways, the oldest first."""
        return {"items": [asdict(each) for each in await known_ways(reader)]}

    @router.post("/ways", status_code=204)
    async def another(way: WayIn) -> None:
        """Take reports of a body by one more way, because it moved to another parent."""
        await writer.run(lambda tx: ways.allow(tx, way.body, way.through))

    return router
