"""Referrals as the office looks them up: who was asked what, and how far the reply is."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import Select, select

from services.consultation.books.paging import PAGE, newest
from services.consultation.domain import UNANSWERED
from services.consultation.outputs import AskedLine
from services.consultation.tables import CASES, REFERRALS
from services.consultation.usecases.acting import Actor
from services.consultation.usecases.casefile import worked_on_by
from shared.db.reader import Reader
from shared.web.paging import Page, decode_cursor, encode_cursor

ReferralStates = Literal["made", "reminded", "supervised", "overdue", "replied"]


class ReferralBook:
    """The referrals of the body."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def page(
        self,
        actor: Actor,
        state: ReferralStates | None = None,
        department: str | None = None,
        cursor: str | None = None,
    ) -> Page[AskedLine]:
        """Referrals in one ``state``, or all that wait for a reply: of a member's cases, or all for staff.

        What waits longest comes first; of what was replied to, the newest. Raises DomainError on ``cursor``.
        """
        columns = REFERRALS.c
        statement = select(REFERRALS, CASES.c.category, CASES.c.community, CASES.c.member)
        statement = statement.join(CASES, CASES.c.reference == columns.reference)
        if department:
            statement = statement.where(columns.department == department)
        if not actor.sees_all:
            statement = statement.where(worked_on_by(columns.reference, actor.member))
        if state == "replied":
            replied = statement.where(columns.state == state)
            rows, following = await newest(self._reader, replied, columns.made_at, columns.referral_id, cursor)
        else:
            waiting = statement.where(columns.state.in_((state,) if state else UNANSWERED))
            rows, following = await self._oldest(waiting, cursor)
        items = [AskedLine.model_validate({**row._mapping, "id": row.referral_id}) for row in rows]
        return Page(items=items, next=following)

    async def _oldest(self, statement: Select[Any], cursor: str | None) -> tuple[list[Any], str | None]:
        at, ident = REFERRALS.c.made_at, REFERRALS.c.referral_id
        if cursor:
            shown = decode_cursor(cursor, str)[0]
            last = select(at).where(ident == shown).scalar_subquery()
            statement = statement.where((at > last) | ((at == last) & (ident > shown)))
        rows = await self._reader.all(statement.order_by(at, ident).limit(PAGE + 1))
        return list(rows[:PAGE]), encode_cursor(rows[PAGE - 1].referral_id) if len(rows) > PAGE else None
