"""Which record counts for which of the five, and for whom (docs/decisions/0029)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import CompoundSelect, Select, case, func, literal, select, union_all

from services.consultation.tables import (
    ACTIVITIES,
    ACTIVITY_MEMBERS,
    BRIEFS,
    CONSULTATION_LINKS,
    CONSULTATIONS,
)
from shared.contracts.words import FiveOne

KINDS: Mapping[FiveOne, str] = {"talk": "talk", "good_deed": "good-deed", "survey": "survey"}
"""Those that are activities, with the kind of activity; they count for every member who took part."""


def bounds(year: int, zone: str) -> tuple[datetime, datetime]:
    """The first moment of a year and that of the next one, in ``zone`` (IANA name)."""
    begins, ends = date(year, 1, 1), date(year + 1, 1, 1)
    return datetime.combine(begins, time.min, ZoneInfo(zone)), datetime.combine(ends, time.min, ZoneInfo(zone))


def facts(one: FiveOne, year: int, zone: str) -> Select[Any]:
    """Every record of a year that counts for ``one``, with its ``member``, ``id``, ``at`` and what it ``says``."""
    begins, ends = bounds(year, zone)
    if one == "opinion":
        at = BRIEFS.c.handed_in_at
        columns = (BRIEFS.c.member, BRIEFS.c.brief_id.label("id"), at.label("at"), BRIEFS.c.title.label("says"))
        return select(*columns).where(BRIEFS.c.member.is_not(None), at >= begins, at < ends)
    if one == "micro_consultation":
        links, at = CONSULTATION_LINKS.c, CONSULTATIONS.c.held_at
        return (
            select(
                links.code.label("member"),
                CONSULTATIONS.c.consultation_id.label("id"),
                at.label("at"),
                CONSULTATIONS.c.topic.label("says"),
            )
            .join(CONSULTATION_LINKS, links.consultation_id == CONSULTATIONS.c.consultation_id)
            .where(links.kind == "member", at >= begins, at < ends)
        )
    at = ACTIVITIES.c.held_at
    return (
        select(
            ACTIVITY_MEMBERS.c.member,
            ACTIVITIES.c.activity_id.label("id"),
            at.label("at"),
            ACTIVITIES.c.subject.label("says"),
        )
        .join(ACTIVITY_MEMBERS, ACTIVITY_MEMBERS.c.activity_id == ACTIVITIES.c.activity_id)
        .where(ACTIVITIES.c.kind == KINDS[one], at >= begins, at < ends)
    )


def done_by_each(year: int, zone: str) -> CompoundSelect[Any]:
    """How many records of a year count for each ``one`` and ``member``, as ``number``; in one pass over activities."""
    begins, ends = bounds(year, zone)
    one = case({kind: one for one, kind in KINDS.items()}, value=ACTIVITIES.c.kind)
    of_activities = (
        select(one.label("one"), ACTIVITY_MEMBERS.c.member, func.count().label("number"))
        .join(ACTIVITIES, ACTIVITIES.c.activity_id == ACTIVITY_MEMBERS.c.activity_id)
        .where(ACTIVITIES.c.kind.in_(KINDS.values()), ACTIVITIES.c.held_at >= begins, ACTIVITIES.c.held_at < ends)
        .group_by(ACTIVITIES.c.kind, ACTIVITY_MEMBERS.c.member)
    )
    others: tuple[FiveOne, ...] = ("opinion", "micro_consultation")
    return union_all(of_activities, *(_counted(other, year, zone) for other in others))


def _counted(one: FiveOne, year: int, zone: str) -> Select[Any]:
    found = facts(one, year, zone).subquery()
    return select(literal(one), found.c.member, func.count()).group_by(found.c.member)
