"""The research programme as it is looked up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Table, func, select
from sqlalchemy.engine import Row

from services.consultation.books.paging import newest
from services.consultation.research.lines import (
    ParticipantLine,
    RecordLine,
    TopicLine,
    TopicStepLine,
    TopicWhole,
    Totals,
)
from services.consultation.research.registers import TABLES, Register, standing
from services.consultation.tables import (
    DOCUMENTS,
    FIELD_SURVEYS,
    FIND_PHOTOS,
    FINDS,
    PARTICIPATIONS,
    RESULT_USES,
    RESULTS,
    TOPIC_PARTICIPANTS,
    TOPIC_STEPS,
    TOPICS,
)
from shared.contracts.words import ParticipantKind, TopicState
from shared.db.reader import Reader
from shared.errors import NotFound
from shared.web.paging import Page

MOST_AT_ONCE = 200
"""Who works on one topic, and its steps, shown at once."""
BELONGS_TO = {"find": "field_survey_id", "use": "result_id"}
SAYS = ("title", "place")


class ResearchBook:
    """Topics, who takes part, and the registers; for staff of the body."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def topics(self, state: TopicState | None = None, cursor: str | None = None) -> Page[TopicLine]:
        """Topics, newest first. Raises DomainError on ``cursor``."""
        statement = select(TOPICS)
        if state:
            statement = statement.where(TOPICS.c.state == state)
        rows, following = await newest(self._reader, statement, TOPICS.c.planned_at, TOPICS.c.topic_id, cursor)
        return Page(
            items=[TopicLine.model_validate({**row._mapping, "id": row.topic_id}) for row in rows], next=following
        )

    async def topic(self, topic_id: str) -> TopicWhole:
        """One topic. Raises NotFound."""
        row = await self._reader.one(select(TOPICS).where(TOPICS.c.topic_id == topic_id))
        if row is None:
            raise NotFound("topic-not-found", "There is no such topic.")
        steps = select(TOPIC_STEPS).where(TOPIC_STEPS.c.topic_id == topic_id).order_by(TOPIC_STEPS.c.step)
        working = select(TOPIC_PARTICIPANTS.c.participant_id).where(TOPIC_PARTICIPANTS.c.topic_id == topic_id)
        columns = PARTICIPATIONS.c
        taking_part = (
            select(PARTICIPATIONS)
            .where(columns.participant_id.in_(working), standing(PARTICIPATIONS))
            .order_by(columns.kind, columns.code, columns.joined_at)
        )
        return TopicWhole.model_validate(
            {
                **row._mapping,
                "id": topic_id,
                "steps": [
                    TopicStepLine.model_validate(each, from_attributes=True)
                    for each in await self._reader.all(steps.limit(MOST_AT_ONCE))
                ],
                "participants": [
                    _participant(each) for each in await self._reader.all(taking_part.limit(MOST_AT_ONCE))
                ],
                "totals": await self._totals(topic_id),
            }
        )

    async def participants(self, kind: ParticipantKind, cursor: str | None = None) -> Page[ParticipantLine]:
        """Who takes part, or did, of one kind, newest first. Raises DomainError on ``cursor``."""
        columns = PARTICIPATIONS.c
        statement = select(PARTICIPATIONS).where(columns.kind == kind)
        rows, following = await newest(self._reader, statement, columns.joined_at, columns.record_id, cursor)
        return Page(items=[_participant(row) for row in rows], next=following)

    async def assignable(self) -> list[ParticipantLine]:
        """Who takes part now, to choose from."""
        columns = PARTICIPATIONS.c
        now = select(PARTICIPATIONS).where(standing(PARTICIPATIONS), columns.left_at.is_(None))
        rows = await self._reader.all(now.order_by(columns.kind, columns.code).limit(MOST_AT_ONCE))
        return [_participant(row) for row in rows]

    async def lines(self, topic_id: str, register: Register, cursor: str | None = None) -> Page[RecordLine]:
        """The lines of a register for a topic, newest first, withdrawn or not. Raises DomainError on ``cursor``."""
        table = TABLES[register]
        statement = select(table).where(table.c.topic_id == topic_id)
        rows, following = await newest(self._reader, statement, table.c.at, table.c.record_id, cursor)
        return Page(items=await self._lines(register, rows), next=following)

    async def line(self, register: Register, record_id: str) -> RecordLine:
        """One line. Raises NotFound."""
        table: Table = TABLES[register]
        row = await self._reader.one(select(table).where(table.c.record_id == record_id))
        if row is None:
            raise NotFound("record-not-found", "There is no such record.")
        [line] = await self._lines(register, [row])
        return line

    async def picture(self, find_id: str, photo_id: str) -> bytes:
        """A photograph of a find, JPEG. Raises NotFound."""
        columns = FIND_PHOTOS.c
        wanted = select(columns.content).where(columns.photo_id == photo_id, columns.find_id == find_id)
        content: bytes | None = await self._reader.scalar(wanted)
        if content is None:
            raise NotFound("photo-not-found", "There is no such photograph.")
        return content

    async def _totals(self, topic_id: str) -> Totals:
        def of(table: Table, what: Any) -> Any:
            return select(what).where(table.c.topic_id == topic_id, standing(table)).scalar_subquery()

        row = await self._reader.one(
            select(
                of(FIELD_SURVEYS, func.count()).label("field_surveys"),
                of(FINDS, func.count()).label("finds"),
                of(DOCUMENTS, func.count()).label("documents"),
                of(DOCUMENTS, func.coalesce(func.sum(DOCUMENTS.c.characters), 0)).label("characters"),
                of(RESULTS, func.count()).label("results"),
                of(RESULT_USES, func.count()).label("uses"),
            )
        )
        return Totals.model_validate(row, from_attributes=True)

    async def _lines(self, register: Register, rows: Sequence[Row[Any]]) -> list[RecordLine]:
        photos = await self._photos([row.record_id for row in rows]) if register == "find" and rows else {}
        return [_line(register, row, photos.get(row.record_id, ())) for row in rows]

    async def _photos(self, finds: Sequence[str]) -> Mapping[str, Sequence[str]]:
        columns = FIND_PHOTOS.c
        of_these = select(columns.find_id, columns.photo_id).where(columns.find_id.in_(finds))
        found: defaultdict[str, list[str]] = defaultdict(list)
        for row in await self._reader.all(of_these.order_by(columns.added_at, columns.photo_id)):
            found[row.find_id].append(row.photo_id)
        return found


def _participant(row: Row[Any]) -> ParticipantLine:
    return ParticipantLine.model_validate({**row._mapping, "id": row.record_id, "participant": row.participant_id})


def _line(register: Register, row: Row[Any], photos: Sequence[str]) -> RecordLine:
    columns = row._mapping
    return RecordLine.model_validate(
        {
            "kind": None,
            "characters": None,
            **columns,
            "id": row.record_id,
            "register_name": register,
            "topic": row.topic_id,
            "of": columns.get(BELONGS_TO.get(register, "")),
            "says": next((columns[name] for name in SAYS if name in columns), None),
            "photos": photos,
        }
    )
