"""The registers filled: field surveys, finds, documents, results and what they are used for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.engine import Row

from services.consultation.domain.topics import ENTERS
from services.consultation.outputs import Made
from services.consultation.research.inputs import (
    DocumentInput,
    EnteringInput,
    FieldSurveyInput,
    FindInput,
    ResultInput,
    UseInput,
)
from services.consultation.research.registers import TABLES, Register
from services.consultation.research.topics import take_topic
from services.consultation.research.withdrawing import replace, require_replaceable
from services.consultation.tables import FIELD_SURVEYS, RESULTS
from services.consultation.usecases.acting import Actor, Moment
from shared.contracts import research
from shared.contracts.report import ReportEvent
from shared.db.transaction import Transaction
from shared.errors import DomainError
from shared.ids import derived_id, new_id


@dataclass(frozen=True, slots=True)
class Entry:
    """A line about to be entered for a topic."""

    register: Register
    record_id: str
    topic_id: str
    moment: Moment

    @property
    def dated(self) -> dict[str, Any]:
        """What its event says of every line."""
        return {"occurred_at": self.moment.at, "on_paper": self.moment.on_paper, "topic_id": self.topic_id}


async def record_survey(tx: Transaction, actor: Actor, survey: FieldSurveyInput) -> Made:
    """Somebody went out to look. Raises DomainError on ``topic`` or ``corrects``, Conflict by the topic's state."""
    entry = await _begin(tx, actor, "field-survey", survey.topic, survey)
    said = research.FieldSurveyMade(field_survey_id=entry.record_id, **entry.dated)
    return await _enter(tx, actor, entry, survey, said, place=survey.place)


async def record_find(tx: Transaction, actor: Actor, find: FindInput) -> Made:
    """A survey found something. Raises like :func:`record_survey`, and DomainError on ``field_survey``."""
    survey = await _standing(tx, FIELD_SURVEYS, find.field_survey)
    if survey is None:
        raise DomainError("unknown-field-survey", "There is no such field survey.", field="field_survey")
    entry = await _begin(tx, actor, "find", survey.topic_id, find)
    said = research.FindRecorded(find_id=entry.record_id, kind=find.kind, **entry.dated)
    return await _enter(
        tx, actor, entry, find, said, field_survey_id=find.field_survey, kind=find.kind, place=find.place
    )


async def record_document(tx: Transaction, actor: Actor, document: DocumentInput) -> Made:
    """A text was collated. Raises like :func:`record_survey`."""
    entry = await _begin(tx, actor, "document", document.topic, document)
    said = research.DocumentCollated(document_id=entry.record_id, characters=document.characters, **entry.dated)
    return await _enter(tx, actor, entry, document, said, title=document.title, characters=document.characters)


async def record_result(tx: Transaction, actor: Actor, result: ResultInput) -> Made:
    """Something came of a topic. Raises like :func:`record_survey`."""
    entry = await _begin(tx, actor, "result", result.topic, result)
    said = research.ResultPublished(result_id=entry.record_id, kind=result.kind, **entry.dated)
    return await _enter(tx, actor, entry, result, said, kind=result.kind, title=result.title)


async def record_use(tx: Transaction, actor: Actor, use: UseInput) -> Made:
    """A result was put to use, and so its topic; that must be concluded.

    Raises like :func:`record_survey`, DomainError on ``result``.
    """
    result = await _standing(tx, RESULTS, use.result)
    if result is None:
        raise DomainError("unknown-result", "There is no such result.", field="result")
    entry = await _begin(tx, actor, "use", result.topic_id, use)
    said = research.ResultPutToUse(use_id=entry.record_id, kind=use.kind, **entry.dated)
    return await _enter(tx, actor, entry, use, said, result_id=use.result, kind=use.kind)


async def _begin(tx: Transaction, actor: Actor, register: Register, topic_id: str, entering: EnteringInput) -> Entry:
    """Make room for a line: a correction is made in any state, everything else where the topic's state allows it.

    What is corrected keeps its date unless another is given.
    """
    moment = actor.moment(tx.now, entering.recorded_at)
    topic = await take_topic(tx, topic_id, field="topic")
    if entering.corrects is not None:
        wrong = await require_replaceable(tx, register, entering.corrects, topic_id)
        if entering.recorded_at is None:
            moment = Moment(wrong.at, wrong.on_paper)
    else:
        await topic.move(ENTERS[register], actor, moment)
    return Entry(register, new_id(), topic_id, moment)


async def _enter(
    tx: Transaction, actor: Actor, entry: Entry, entering: EnteringInput, said: ReportEvent, **columns: Any
) -> Made:
    row = {
        "record_id": entry.record_id,
        "topic_id": entry.topic_id,
        "note": entering.note,
        "at": entry.moment.at,
        "on_paper": entry.moment.on_paper,
        "recorded_by": actor.account or "officer",
        **columns,
    }
    await tx.execute(TABLES[entry.register].insert(), row)
    tx.announce(said, event_id=derived_id(entry.record_id, "entered"))
    if entering.corrects is not None:
        # Dated when it was corrected, not as what is corrected: reports of before then were what they were.
        await replace(tx, actor, entry.register, entering.corrects, entry.record_id, Moment(tx.now, False))
    return Made(id=entry.record_id)


async def _standing(tx: Transaction, table: Table, record_id: str) -> Row[Any] | None:
    return await tx.one(select(table).where(table.c.record_id == record_id, table.c.withdrawn_at.is_(None)))
