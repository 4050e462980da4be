"""Opinion briefs as they are looked up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Row

from services.consultation.books.handings import course
from services.consultation.books.paging import newest
from services.consultation.briefing import BriefLine, BriefStepLine, BriefWhole
from services.consultation.handing import records
from services.consultation.tables import BRIEF_ISSUES, BRIEF_STEPS, BRIEFS
from services.consultation.usecases.acting import Actor
from shared.db.reader import Reader
from shared.errors import NotFound
from shared.web.paging import Page

MOST_STEPS = 200


class BriefBook:
    """Briefs: a member's own, or all for staff of the body."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def page(self, actor: Actor, states: Sequence[str] = (), cursor: str | None = None) -> Page[BriefLine]:
        """Briefs, newest first. Raises DomainError on ``cursor``."""
        columns = BRIEFS.c
        statement = select(BRIEFS)
        if not actor.sees_all:
            statement = statement.where(columns.member == actor.member)
        if states:
            statement = statement.where(columns.state.in_(states))
        rows, following = await newest(self._reader, statement, columns.written_at, columns.brief_id, cursor)
        return Page(items=[BriefLine.model_validate(_named(row)) for row in rows], next=following)

    async def one(self, actor: Actor, brief_id: str) -> BriefWhole:
        """One brief. Raises NotFound for a member who did not write it."""
        row = await self._reader.one(select(BRIEFS).where(BRIEFS.c.brief_id == brief_id))
        if row is None or not (actor.sees_all or row.member == actor.member):
            raise NotFound("brief-not-found", "There is no such brief.")
        issues = select(BRIEF_ISSUES.c.reference).where(BRIEF_ISSUES.c.brief_id == brief_id)
        steps = select(BRIEF_STEPS).where(BRIEF_STEPS.c.brief_id == brief_id).order_by(BRIEF_STEPS.c.id)
        return BriefWhole.model_validate(
            {
                **_named(row),
                "issues": [each[0] for each in await self._reader.all(issues.order_by(BRIEF_ISSUES.c.reference))],
                "steps": [
                    BriefStepLine.model_validate(step, from_attributes=True)
                    for step in await self._reader.all(steps.limit(MOST_STEPS))
                ],
                "handings": [
                    await course(self._reader, each) for each in await records.of_brief(self._reader, brief_id)
                ],
            }
        )


def _named(row: Row[Any]) -> dict[str, Any]:
    return {**row._mapping, "id": row.brief_id}
