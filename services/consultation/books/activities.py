"""The register of activities as it is looked up: for the station, and for each member."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select

from services.consultation.books.paging import newest
from services.consultation.registers import ActivityLine, MemberActivities
from services.consultation.tables import ACTIVITIES, ACTIVITY_MEMBERS
from services.consultation.usecases.acting import Actor
from shared.db.reader import Reader
from shared.web.paging import Page


class ActivityBook:
    """Receptions, talks, good deeds, surveys and study sessions."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def page(
        self, actor: Actor, cursor: str | None = None, *, kind: str | None = None, station: str | None = None
    ) -> Page[ActivityLine]:
        """Activities, newest first: a member's own, or all for staff. Raises DomainError on ``cursor``.

        With a ``station`` a member sees all that was done there, so as to say of one “I took part too”.
        """
        columns = ACTIVITIES.c
        statement = select(ACTIVITIES)
        if kind:
            statement = statement.where(columns.kind == kind)
        if station:
            statement = statement.where(columns.station == station)
        elif not actor.sees_all:
            own = select(ACTIVITY_MEMBERS.c.activity_id).where(ACTIVITY_MEMBERS.c.member == actor.member)
            statement = statement.where(columns.activity_id.in_(own))
        rows, following = await newest(self._reader, statement, columns.held_at, columns.activity_id, cursor)
        members: defaultdict[str, list[str]] = defaultdict(list)
        if rows:
            ids = [row.activity_id for row in rows]
            taking_part = select(ACTIVITY_MEMBERS).where(ACTIVITY_MEMBERS.c.activity_id.in_(ids))
            for each in await self._reader.all(taking_part.order_by(ACTIVITY_MEMBERS.c.member)):
                members[each.activity_id].append(each.member)
        items = [
            ActivityLine.model_validate({**row._mapping, "id": row.activity_id, "members": members[row.activity_id]})
            for row in rows
        ]
        return Page(items=items, next=following)

    async def by_member(
        self, actor: Actor, since: datetime, before: datetime, members: Sequence[str] | None = None
    ) -> list[MemberActivities]:
        """How many of each kind each of ``members``, or all, took part in from one moment until before another.

        A member sees the own.
        """
        columns = ACTIVITIES.c
        counted = (
            select(ACTIVITY_MEMBERS.c.member, columns.kind, func.count().label("number"))
            .join(ACTIVITIES, columns.activity_id == ACTIVITY_MEMBERS.c.activity_id)
            .where(columns.held_at >= since, columns.held_at < before)
            .group_by(ACTIVITY_MEMBERS.c.member, columns.kind)
            .order_by(ACTIVITY_MEMBERS.c.member)
        )
        if not actor.sees_all:
            counted = counted.where(ACTIVITY_MEMBERS.c.member == actor.member)
        elif members is not None:
            counted = counted.where(ACTIVITY_MEMBERS.c.member.in_(members))
        found: defaultdict[str, dict[str, int]] = defaultdict(dict)
        for row in await self._reader.all(counted):
            found[row.member][row.kind] = row.number
        return [MemberActivities(member=member, kinds=kinds) for member, kinds in found.items()]

    async def by_kind(self, station: str, since: datetime, before: datetime) -> dict[str, int]:
        """How many of each kind there were at a station, each once however many members took part."""
        columns = ACTIVITIES.c
        counted = (
            select(columns.kind, func.count().label("number"))
            .where(columns.station == station, columns.held_at >= since, columns.held_at < before)
            .group_by(columns.kind)
        )
        return {row.kind: row.number for row in await self._reader.all(counted)}
