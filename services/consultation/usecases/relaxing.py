"""No survey, no consultation (不调研不协商) holds unless the body decides otherwise, for some days and for a reason."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Row

from services.consultation.consulting import RelaxationInput
from services.consultation.outputs import Made
from services.consultation.tables import RELAXATIONS
from services.consultation.usecases.acting import Actor
from shared.clock import local_date
from shared.db.transaction import Transaction
from shared.errors import Conflict, DomainError, Forbidden, NotFound
from shared.ids import new_id


class SurveyRule:
    """The rule at a body whose days begin in ``zone`` (IANA name)."""

    def __init__(self, zone: str) -> None:
        self._zone = zone

    async def relax(self, tx: Transaction, actor: Actor, decision: RelaxationInput) -> Made:
        """Write down that consultations may open without a survey for some days.

        Raises Forbidden but for an officer; DomainError on ``until_on`` for days that are past or end before they
        begin, on ``from_on`` for days that another decision covers already.
        """
        _require_officer(actor)
        from_on = decision.from_on or local_date(tx.now, self._zone)
        if decision.until_on < max(from_on, local_date(tx.now, self._zone)):
            raise DomainError("relaxation-ends-early", "The last day is past, or before the first.", field="until_on")
        columns = RELAXATIONS.c
        overlapping = select(columns.relaxation_id).where(
            columns.ended_at.is_(None), columns.from_on <= decision.until_on, columns.until_on >= from_on
        )
        if await tx.scalar(overlapping.limit(1)) is not None:
            raise DomainError("relaxation-overlaps", "Another decision covers some of these days.", field="from_on")
        row = {
            "relaxation_id": new_id(),
            "decided_by": actor.author.code or "",
            "decided_at": tx.now,
            "reason": decision.reason,
            "from_on": from_on,
            "until_on": decision.until_on,
        }
        await tx.execute(RELAXATIONS.insert(), row)
        return Made(id=row["relaxation_id"])

    async def restore(self, tx: Transaction, actor: Actor, relaxation_id: str) -> Made:
        """End a decision before its last day; what opened on it stays open. Raises Forbidden, NotFound, Conflict."""
        _require_officer(actor)
        of_it = RELAXATIONS.c.relaxation_id == relaxation_id
        row = await tx.one(select(RELAXATIONS).where(of_it).with_for_update())
        if row is None:
            raise NotFound("relaxation-not-found", "There is no such decision.")
        if row.ended_at is not None:
            raise Conflict("relaxation-ended", "The decision was ended before.")
        ended = {"ended_at": tx.now, "ended_by": actor.author.code or ""}
        await tx.execute(RELAXATIONS.update().where(of_it).values(ended))
        return Made(id=relaxation_id)

    async def in_force(self, tx: Transaction, on: date) -> str | None:
        """The id of the decision that lets a consultation open on a day without a survey, if there is one."""
        columns = RELAXATIONS.c
        holds = (columns.ended_at.is_(None)) & (columns.from_on <= on) & (columns.until_on >= on)
        row: Row[Any] | None = await tx.one(select(columns.relaxation_id).where(holds).limit(1))
        return row.relaxation_id if row else None


def _require_officer(actor: Actor) -> None:
    if not actor.is_officer:
        raise Forbidden("rule-needs-officer", "Only an officer of the body decides on its rules.")
