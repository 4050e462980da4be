"""``/api/v1/tiers/late``: which cases of the bodies below are late now."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from services.reporting.late import Late, LateCase
from shared.contracts.words import DeadlineKind
from shared.web.auth import Role, allow
from shared.web.fields import Code
from shared.web.paging import Page
from shared.web.routers import api_router

Cursor = Annotated[str | None, Query(max_length=500)]


class LateOut(BaseModel):
    """A case and what was not done in time. ``through``: the bodies down to it, the nearest first, itself last."""

    body: str
    reference: str
    deadline_id: str
    kind: DeadlineKind
    since: datetime
    category: str | None
    community: str | None
    through: list[str]

    @classmethod
    def of(cls, late: LateCase) -> LateOut:
        """The same for the wire."""
        return cls.model_validate(
            {name: getattr(late, name) for name in cls.model_fields} | {"through": [*late.through]}
        )


def late_api(late: Late) -> APIRouter:
    """For officers and dispatchers."""
    router = api_router("/api/v1/tiers", "tiers", [Depends(allow(Role.OFFICER, Role.DISPATCHER))])

    @router.get("/late")
    async def late_cases(
        body: Code | None = None, kind: DeadlineKind | None = None, reference: Code | None = None, cursor: Cursor = None
    ) -> Page[LateOut]:
        """Cases of the bodies below with something that was due and is still owed, the longest late first, 50 to a
        page; by body, kind of deadline and reference where these are given."""
        found = await late.page(body=body, kind=kind, reference=reference, cursor=cursor)
        return Page[LateOut](items=[LateOut.of(each) for each in found.items], next=found.next)

    return router
