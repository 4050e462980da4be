"""``POST /api/v1/vault/search``: a question with a body, since addresses end up in logs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from services.intake.http.api import reader_of
from services.intake.http.bodies import Input
from services.intake.usecases.searching import WordSearch
from shared.web.auth import Claims, Role, allow
from shared.web.fields import Text
from shared.web.paging import Page
from shared.web.routers import api_router

Officer = Annotated[Claims, Depends(allow(Role.OFFICER))]


class SearchIn(Input):
    """What to look for, and why: the reason is kept with the officer's name, the text is not."""

    text: Annotated[str, Text(100, min_length=2)]
    reason: Annotated[str, Text(200, min_length=5)]
    cursor: Annotated[str | None, Field(max_length=300)] = None


class HitOut(BaseModel):
    """An issue that was found, and the words around what was looked for."""

    reference: str
    submitted_at: datetime
    community: str
    excerpt: str


def search_api(search: WordSearch) -> APIRouter:
    """For officers."""
    router = api_router("/api/v1/vault", "vault")

    @router.post("/search")
    async def find(asked: SearchIn, claims: Officer) -> Page[HitOut]:
        """Issues by what their residents wrote, the newest first, 20 to a page. Each that is shown counts as read."""
        found = await search.find(reader_of(claims), asked.text, asked.reason, asked.cursor)
        items = [
            HitOut(
                reference=each.reference,
                submitted_at=each.submitted_at,
                community=each.community,
                excerpt=each.excerpt,
            )
            for each in found.items
        ]
        return Page(items=items, next=found.next)

    return router
