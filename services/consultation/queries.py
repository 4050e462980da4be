"""What people look up. Every list is newest first and at most a page of 50 long."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.engine import Row

from services.consultation.outputs import (
    ActivityLine,
    Answer,
    CaseLine,
    CaseWhole,
    CommitmentLine,
    ConsultationLine,
    ConsultationWhole,
    PublicCommitment,
    ReferralLine,
    SurveyLine,
    ThreadEntry,
)
from services.consultation.tables import (
    ACTIVITIES,
    ACTIVITY_MEMBERS,
    CASES,
    COMMITMENTS,
    CONSULTATION_LINKS,
    CONSULTATIONS,
    ENTRIES,
    REFERRALS,
    ROSTER_CODES,
    ROSTER_MEMBERS,
    ROSTER_STATIONS,
    SURVEY_MEMBERS,
    SURVEYS,
)
from services.consultation.usecases.acting import Actor
from services.consultation.usecases.commitments import concerning
from shared.db.reader import Reader
from shared.errors import NotFound
from shared.web.paging import Page, decode_cursor, encode_cursor

PAGE = 50
LONGEST_THREAD = 500
"""Entries of one case shown at once; a case with more would be read by nobody on a phone."""


class Casebook:
    """Cases and what was done about them, for those who may see them."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def state(self, reference: str) -> str | None:
        """Where a case stands, whoever asks; None where there is none."""
        state: str | None = await self._reader.scalar(select(CASES.c.state).where(CASES.c.reference == reference))
        return state

    async def cases(self, actor: Actor, states: Sequence[str] = (), cursor: str | None = None) -> Page[CaseLine]:
        """The cases of a member, or all for staff. Raises DomainError on ``cursor``."""
        statement = select(CASES).order_by(CASES.c.id.desc()).limit(PAGE + 1)
        if not actor.sees_all:
            statement = statement.where(CASES.c.member == actor.member)
        if states:
            statement = statement.where(CASES.c.state.in_(states))
        if cursor:
            statement = statement.where(CASES.c.id < decode_cursor(cursor, int)[0])
        rows = await self._reader.all(statement)
        following = encode_cursor(rows[PAGE - 1].id) if len(rows) > PAGE else None
        return Page(items=[_line(row) for row in rows[:PAGE]], next=following)

    async def case(self, actor: Actor, reference: str) -> CaseWhole:
        """One case with its thread. Raises NotFound for somebody else's as for none."""
        row = await self._reader.one(select(CASES).where(CASES.c.reference == reference))
        if row is None or not (actor.sees_all or row.member == actor.member):
            raise NotFound("case-not-found", "There is no such case.")
        consultations = await self._reader.all(
            _of_issue(reference).order_by(CONSULTATIONS.c.opened_at.desc()).limit(PAGE)
        )
        return CaseWhole(
            **_line(row).model_dump(),
            answer=row.answer,
            thread=await self._thread(reference),
            referrals=await self._referrals(reference),
            surveys=await self._surveys(select(SURVEYS).where(SURVEYS.c.reference == reference)),
            consultations=[_consultation(each) for each in consultations],
            commitments=await self._commitments([each.consultation_id for each in consultations]),
        )

    async def answer(self, reference: str) -> Answer:
        """What the resident is told. Raises NotFound."""
        row = await self._reader.one(select(CASES.c.answer, CASES.c.outcome).where(CASES.c.reference == reference))
        if row is None:
            raise NotFound("case-not-found", "There is no such case.")
        consultations = await self._reader.all(_of_issue(reference))
        commitments = await self._commitments([each.consultation_id for each in consultations])
        return Answer(
            answer=row.answer,
            outcome=row.outcome,
            commitments=[
                PublicCommitment(**each.model_dump(include={"by", "what", "due_on", "state"})) for each in commitments
            ],
        )

    async def consultation(self, actor: Actor, consultation_id: str) -> ConsultationWhole:
        """One consultation. Raises NotFound for one that does not concern ``actor``."""
        row = await self._reader.one(select(CONSULTATIONS).where(CONSULTATIONS.c.consultation_id == consultation_id))
        links: dict[str, list[str]] = {"survey": [], "issue": [], "member": [], "department": []}
        of_it = select(CONSULTATION_LINKS).where(CONSULTATION_LINKS.c.consultation_id == consultation_id)
        for link in await self._reader.all(of_it.order_by(CONSULTATION_LINKS.c.code)):
            links[link.kind].append(link.code)
        if row is None or not await self._concerns(actor, links):
            raise NotFound("consultation-not-found", "There is no such consultation.")
        return ConsultationWhole(
            **_consultation(row).model_dump(),
            residents=row.residents,
            agreed=row.agreed,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            surveys=links["survey"],
            issues=links["issue"],
            members=links["member"],
            departments=links["department"],
            commitments=await self._commitments([consultation_id]),
        )

    async def consultations(self, actor: Actor, cursor: str | None = None) -> Page[ConsultationLine]:
        """Consultations, newest first: a member's own, or all for staff. Raises DomainError on ``cursor``."""
        columns = CONSULTATIONS.c
        statement = select(CONSULTATIONS)
        if not actor.sees_all:
            statement = statement.where(concerning(columns.consultation_id, actor.member))
        rows, following = await self._newest(statement, columns.opened_at, columns.consultation_id, cursor)
        return Page(items=[_consultation(row) for row in rows], next=following)

    async def commitments(self, actor: Actor, state: str = "open", cursor: str | None = None) -> Page[CommitmentLine]:
        """Commitments in one state, the first due first. Raises DomainError on ``cursor``."""
        due, ident = COMMITMENTS.c.due_on, COMMITMENTS.c.commitment_id
        statement = select(COMMITMENTS).where(COMMITMENTS.c.state == state).order_by(due, ident).limit(PAGE + 1)
        if not actor.sees_all:
            statement = statement.where(concerning(COMMITMENTS.c.consultation_id, actor.member))
        if cursor:
            shown = decode_cursor(cursor, str)[0]
            last = select(due).where(ident == shown).scalar_subquery()
            statement = statement.where((due > last) | ((due == last) & (ident > shown)))
        rows = await self._reader.all(statement)
        following = encode_cursor(rows[PAGE - 1].commitment_id) if len(rows) > PAGE else None
        return Page(items=[_commitment(row) for row in rows[:PAGE]], next=following)

    async def activities(self, actor: Actor, cursor: str | None = None) -> Page[ActivityLine]:
        """Activities, newest first: a member's own, or all for staff. Raises DomainError on ``cursor``."""
        columns = ACTIVITIES.c
        statement = select(ACTIVITIES)
        if not actor.sees_all:
            own = select(ACTIVITY_MEMBERS.c.activity_id).where(ACTIVITY_MEMBERS.c.member == actor.member)
            statement = statement.where(columns.activity_id.in_(own))
        rows, following = await self._newest(statement, columns.held_at, columns.activity_id, cursor)
        items = [ActivityLine.model_validate({**row._mapping, "id": row.activity_id}) for row in rows]
        return Page(items=items, next=following)

    async def surveys_to_rest_on(self, actor: Actor, station: str) -> list[SurveyLine]:
        """The newest surveys that a consultation at ``station`` may rest on: the station's and the member's own."""
        own = select(SURVEY_MEMBERS.c.survey_id).where(SURVEY_MEMBERS.c.member == (actor.member or ""))
        return await self._surveys(select(SURVEYS).where((SURVEYS.c.station == station) | SURVEYS.c.survey_id.in_(own)))

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

    async def _newest(
        self, statement: Select[Any], at: ColumnElement[datetime], ident: ColumnElement[str], cursor: str | None
    ) -> tuple[Sequence[Row[Any]], str | None]:
        """A page of ``statement``, newest first, and the cursor of the next: the id of the last row shown."""
        if cursor:
            shown = decode_cursor(cursor, str)[0]
            last = select(at).where(ident == shown).scalar_subquery()
            statement = statement.where((at < last) | ((at == last) & (ident < shown)))
        rows = await self._reader.all(statement.order_by(at.desc(), ident.desc()).limit(PAGE + 1))
        following = encode_cursor(rows[PAGE - 1]._mapping[ident]) if len(rows) > PAGE else None
        return rows[:PAGE], following

    async def _concerns(self, actor: Actor, links: dict[str, list[str]]) -> bool:
        if actor.sees_all or actor.member in links["member"]:
            return True
        own = select(CASES.c.reference).where(CASES.c.reference.in_(links["issue"]), CASES.c.member == actor.member)
        return await self._reader.scalar(own.limit(1)) is not None

    async def _thread(self, reference: str) -> list[ThreadEntry]:
        statement = select(ENTRIES).where(ENTRIES.c.reference == reference)
        rows = await self._reader.all(statement.order_by(ENTRIES.c.at, ENTRIES.c.id).limit(LONGEST_THREAD))
        return [
            ThreadEntry(
                id=row.entry_id,
                at=row.at,
                kind=row.kind,
                audience=row.audience,
                member=row.member,
                text=row.text,
                details=row.details,
                on_paper=row.on_paper,
            )
            for row in rows
        ]

    async def _referrals(self, reference: str) -> list[ReferralLine]:
        statement = select(REFERRALS).where(REFERRALS.c.reference == reference).order_by(REFERRALS.c.made_at)
        return [
            ReferralLine(
                id=row.referral_id,
                department=row.department,
                state=row.state,
                due_on=row.due_on,
                made_at=row.made_at,
                replied_at=row.replied_at,
            )
            for row in await self._reader.all(statement.limit(PAGE))
        ]

    async def _surveys(self, statement: Select[Any]) -> list[SurveyLine]:
        rows = await self._reader.all(statement.order_by(SURVEYS.c.made_at.desc()).limit(PAGE))
        return [
            SurveyLine(
                id=row.survey_id,
                station=row.station,
                category=row.category,
                reference=row.reference,
                findings=row.findings,
                made_at=row.made_at,
            )
            for row in rows
        ]

    async def _commitments(self, consultation_ids: Sequence[str]) -> list[CommitmentLine]:
        statement = select(COMMITMENTS).where(COMMITMENTS.c.consultation_id.in_(consultation_ids))
        rows = await self._reader.all(statement.order_by(COMMITMENTS.c.due_on, COMMITMENTS.c.commitment_id).limit(PAGE))
        return [_commitment(row) for row in rows]


def _linked(kind: str, code: str) -> Select[Any]:
    links = CONSULTATION_LINKS.c
    return select(links.consultation_id).where(links.kind == kind, links.code == code)


def _of_issue(reference: str) -> Select[Any]:
    found = select(CONSULTATIONS).where(CONSULTATIONS.c.consultation_id.in_(_linked("issue", reference)))
    return found.order_by(CONSULTATIONS.c.opened_at.desc()).limit(PAGE)


def _line(row: Row[Any]) -> CaseLine:
    return CaseLine.model_validate(row, from_attributes=True)


def _consultation(row: Row[Any]) -> ConsultationLine:
    return ConsultationLine.model_validate({**row._mapping, "id": row.consultation_id})


def _commitment(row: Row[Any]) -> CommitmentLine:
    return CommitmentLine.model_validate({**row._mapping, "id": row.commitment_id})
