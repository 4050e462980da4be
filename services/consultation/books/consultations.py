"""Consultations as they are looked up: lists, one in full, and the decisions on the survey rule."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.engine import Row

from services.consultation.books.commitments import CommitmentBook
from services.consultation.books.paging import PAGE, newest
from services.consultation.registers import (
    ConsultationLine,
    ConsultationWhole,
    ContributionLine,
    RelaxationLine,
    SurveyLine,
)
from services.consultation.tables import (
    CASES,
    CONSULTATION_LINKS,
    CONSULTATIONS,
    CONTRIBUTIONS,
    RELAXATIONS,
    SURVEY_MEMBERS,
    SURVEYS,
)
from services.consultation.usecases.acting import Actor
from services.consultation.usecases.casefile import worked_on_by
from services.consultation.usecases.consulted import concerning
from shared.db.reader import Reader
from shared.errors import NotFound
from shared.web.paging import Page

Links = dict[str, list[str]]


class ConsultationBook:
    """Consultations, for those whom they concern."""

    def __init__(self, reader: Reader, commitments: CommitmentBook) -> None:
        self._reader = reader
        self._commitments = commitments

    async def page(self, actor: Actor, cursor: str | None = None) -> Page[ConsultationLine]:
        """Consultations, newest first: a member's own, or all for staff. Raises DomainError on ``cursor``."""
        columns = CONSULTATIONS.c
        statement = select(CONSULTATIONS)
        if not actor.sees_all:
            statement = statement.where(concerning(columns.consultation_id, actor.member))
        rows, following = await newest(self._reader, statement, columns.opened_at, columns.consultation_id, cursor)
        return Page(items=[_line(row) for row in rows], next=following)

    async def of_issue(self, reference: str) -> list[ConsultationLine]:
        """The consultations that an issue was brought to, newest first."""
        links = CONSULTATION_LINKS.c
        linked = select(links.consultation_id).where(links.kind == "issue", links.code == reference)
        found = select(CONSULTATIONS).where(CONSULTATIONS.c.consultation_id.in_(linked))
        rows = await self._reader.all(found.order_by(CONSULTATIONS.c.opened_at.desc()).limit(PAGE))
        return [_line(row) for row in rows]

    async def one(self, actor: Actor, consultation_id: str) -> ConsultationWhole:
        """One consultation. Raises NotFound for one that does not concern ``actor``."""
        row, links = await self._found(consultation_id)
        if row is None or not await self._concerns(actor, links):
            raise NotFound("consultation-not-found", "There is no such consultation.")
        return await self._whole(row, links)

    async def whoever_asks(self, consultation_id: str) -> ConsultationWhole:
        """One consultation, for a service beside this one. Raises NotFound."""
        row, links = await self._found(consultation_id)
        if row is None:
            raise NotFound("consultation-not-found", "There is no such consultation.")
        return await self._whole(row, links)

    async def relaxations(self) -> list[RelaxationLine]:
        """The decisions on the survey rule, newest first."""
        statement = select(RELAXATIONS).order_by(RELAXATIONS.c.decided_at.desc(), RELAXATIONS.c.relaxation_id)
        return [_relaxation(row) for row in await self._reader.all(statement.limit(PAGE))]

    async def surveys_to_rest_on(self, actor: Actor, station: str) -> list[SurveyLine]:
        """The newest surveys that a consultation at ``station`` may rest on: the station's and the member's own."""
        own = select(SURVEY_MEMBERS.c.survey_id).where(SURVEY_MEMBERS.c.member == (actor.member or ""))
        return await self._surveys(select(SURVEYS).where((SURVEYS.c.station == station) | SURVEYS.c.survey_id.in_(own)))

    async def surveys_of(self, reference: str) -> list[SurveyLine]:
        """The surveys made for an issue, newest first."""
        return await self._surveys(select(SURVEYS).where(SURVEYS.c.reference == reference))

    async def _surveys(self, statement: Select[Any]) -> list[SurveyLine]:
        rows = await self._reader.all(statement.order_by(SURVEYS.c.made_at.desc()).limit(PAGE))
        return [SurveyLine.model_validate({**row._mapping, "id": row.survey_id}) for row in rows]

    async def _found(self, consultation_id: str) -> tuple[Row[Any] | None, Links]:
        row = await self._reader.one(select(CONSULTATIONS).where(CONSULTATIONS.c.consultation_id == consultation_id))
        links: Links = {"survey": [], "issue": [], "member": [], "department": []}
        of_it = select(CONSULTATION_LINKS).where(CONSULTATION_LINKS.c.consultation_id == consultation_id)
        for link in await self._reader.all(of_it.order_by(CONSULTATION_LINKS.c.code)):
            links[link.kind].append(link.code)
        return row, links

    async def _whole(self, row: Row[Any], links: Links) -> ConsultationWhole:
        of_it = CONTRIBUTIONS.c.consultation_id == row.consultation_id
        written = select(CONTRIBUTIONS).where(of_it).order_by(CONTRIBUTIONS.c.written_at, CONTRIBUTIONS.c.member)
        return ConsultationWhole.model_validate(
            {
                **row._mapping,
                "id": row.consultation_id,
                "resident_roles": row.resident_roles or {},
                "relaxation": await self._relaxation(row.relaxation_id),
                "surveys": links["survey"],
                "rests_on": await self._surveys(select(SURVEYS).where(SURVEYS.c.survey_id.in_(links["survey"]))),
                "issues": links["issue"],
                "members": links["member"],
                "departments": links["department"],
                "contributions": [
                    ContributionLine.model_validate({**each._mapping, "id": each.contribution_id})
                    for each in await self._reader.all(written)
                ],
                "commitments": await self._commitments.of_consultation(row.consultation_id),
            }
        )

    async def _relaxation(self, relaxation_id: str | None) -> RelaxationLine | None:
        if relaxation_id is None:
            return None
        row = await self._reader.one(select(RELAXATIONS).where(RELAXATIONS.c.relaxation_id == relaxation_id))
        return _relaxation(row) if row else None

    async def _concerns(self, actor: Actor, links: Links) -> bool:
        if actor.sees_all or actor.member in links["member"]:
            return True
        own = select(CASES.c.reference).where(CASES.c.reference.in_(links["issue"]))
        found = own.where(worked_on_by(CASES.c.reference, actor.member)).limit(1)
        return await self._reader.scalar(found) is not None


def _line(row: Row[Any]) -> ConsultationLine:
    return ConsultationLine.model_validate({**row._mapping, "id": row.consultation_id})


def _relaxation(row: Row[Any]) -> RelaxationLine:
    return RelaxationLine.model_validate({**row._mapping, "id": row.relaxation_id})
