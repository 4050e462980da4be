"""What people look up. Every list is newest first and at most a page of 50 long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.engine import Row

from services.consultation.books import Books
from services.consultation.outputs import Answer, CaseLine, CaseWhole
from services.consultation.tables import CASES, ROSTER_CODES, ROSTER_MEMBERS, ROSTER_STATIONS
from services.consultation.threads import LONGEST_THREAD, Threads
from services.consultation.usecases.acting import Actor
from services.consultation.usecases.casefile import cases_of
from services.consultation.usecases.joining import joined_by
from shared.db.reader import Reader
from shared.errors import NotFound
from shared.web.paging import Page, decode_cursor, encode_cursor

PAGE = 50


class Casebook:
    """Cases and what was done about them, for those who may see them."""

    def __init__(self, reader: Reader, threads: Threads, books: Books) -> None:
        self._reader = reader
        self._threads = threads
        self._books = books

    async def state(self, reference: str) -> str | None:
        """Where a case stands, whoever asks; None where there is none."""
        state: str | None = await self._reader.scalar(select(CASES.c.state).where(CASES.c.reference == reference))
        return state

    async def cases(self, actor: Actor, states: Sequence[str] = (), cursor: str | None = None) -> Page[CaseLine]:
        """The cases of a member, or all for staff, but for those worked on under another. Raises DomainError on
        ``cursor``."""
        statement = select(CASES).where(CASES.c.joined_to.is_(None)).order_by(CASES.c.id.desc()).limit(PAGE + 1)
        if not actor.sees_all:
            statement = statement.where(CASES.c.id.in_(cases_of(actor.member)))
        if states:
            statement = statement.where(CASES.c.state.in_(states))
        if cursor:
            statement = statement.where(CASES.c.id < decode_cursor(cursor, int)[0])
        rows = await self._reader.all(statement)
        following = encode_cursor(rows[PAGE - 1].id) if len(rows) > PAGE else None
        overdue = await self._books.commitments.overdue([row.reference for row in rows[:PAGE]])
        return Page(items=[_line(row, overdue.get(row.reference, 0)) for row in rows[:PAGE]], next=following)

    async def case(self, actor: Actor, reference: str) -> CaseWhole:
        """One case with its thread. Raises NotFound for somebody else's as for none."""
        row = await self._reader.one(select(CASES).where(CASES.c.reference == reference))
        members = await self._threads.members(reference)
        if row is None or not (actor.sees_all or actor.member == row.member or actor.member in members):
            raise NotFound("case-not-found", "There is no such case.")
        commitments = await self._books.commitments.of_issue(reference)
        return CaseWhole(
            **_line(row, sum(each.overdue for each in commitments)).model_dump(),
            joined_to=row.joined_to,
            residents=1 + await joined_by(self._reader, reference),
            answer=row.answer,
            competent=row.competent,
            version=row.version,
            members=members,
            thread=await self._threads.of(actor, reference),
            referrals=await self._threads.referrals(reference),
            surveys=await self._books.consultations.surveys_of(reference),
            consultations=await self._books.consultations.of_issue(reference),
            commitments=commitments,
        )

    async def answer(self, reference: str) -> Answer:
        """What the resident is told. Raises NotFound."""
        columns = (CASES.c.answer, CASES.c.outcome, CASES.c.competent)
        row = await self._reader.one(select(*columns).where(CASES.c.reference == reference))
        if row is None:
            raise NotFound("case-not-found", "There is no such case.")
        return Answer(
            answer=row.answer,
            outcome=row.outcome,
            competent=row.competent,
            entries=await self._threads.for_resident(reference),
            commitments=await self._books.commitments.told(reference),
        )

    async def stations(self, actor: Actor) -> list[str]:
        """The stations to choose from: those a member is attached to, first, or all."""
        own: Select[Any] = select(ROSTER_MEMBERS.c.station).where(ROSTER_MEMBERS.c.member == (actor.member or ""))
        found = [row[0] for row in await self._reader.all(own.order_by(ROSTER_MEMBERS.c.station))]
        if found:
            return found
        every = (
            select(ROSTER_STATIONS.c.code)
            .where(ROSTER_STATIONS.c.is_current)
            .order_by(ROSTER_STATIONS.c.code)
            .limit(LONGEST_THREAD)
        )
        return [row[0] for row in await self._reader.all(every)]

    async def colleagues(self, station: str) -> list[str]:
        """The members attached to a station."""
        statement = select(ROSTER_MEMBERS.c.member).where(ROSTER_MEMBERS.c.station == station)
        return [row[0] for row in await self._reader.all(statement.order_by(ROSTER_MEMBERS.c.member).limit(200))]

    async def roster_codes(self, kind: str) -> list[str]:
        """The body's departments or categories."""
        statement = select(ROSTER_CODES.c.code).where(ROSTER_CODES.c.kind == kind).order_by(ROSTER_CODES.c.code)
        return [row[0] for row in await self._reader.all(statement.limit(LONGEST_THREAD))]


def _line(row: Row[Any], overdue_commitments: int) -> CaseLine:
    return CaseLine.model_validate({**row._mapping, "overdue_commitments": overdue_commitments})
