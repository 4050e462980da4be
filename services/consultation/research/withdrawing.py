"""What was entered wrongly: it is withdrawn for a reason, or replaced by a line that is right. Nothing is altered."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.engine import Row

from services.consultation.domain.topics import TopicMove, TopicState
from services.consultation.outputs import Made
from services.consultation.research.inputs import WithdrawingInput
from services.consultation.research.registers import HANGS_ON, TABLES, standing
from services.consultation.research.topics import TopicInHand, results_of, take_topic
from services.consultation.tables import RESULT_USES
from services.consultation.usecases.acting import Actor, Moment
from shared.contracts import research
from shared.contracts.words import ResearchRecord
from shared.db.transaction import Transaction
from shared.errors import Conflict, DomainError, NotFound
from shared.ids import derived_id

CONCLUDED = (TopicState.CONCLUDED, TopicState.PUT_TO_USE)


async def withdraw(
    tx: Transaction, actor: Actor, register: ResearchRecord, record_id: str, withdrawing: WithdrawingInput
) -> Made:
    """Take a line out of its register; it counts in no period any more.

    Raises NotFound; Conflict for one that is withdrawn already, for a survey with finds or a result with uses, and
    for the only result of a concluded topic.
    """
    moment = actor.moment(tx.now, withdrawing.recorded_at)
    topic = await _topic_of(tx, register, record_id)
    await _require_standing(tx, register, record_id)
    await _require_bare(tx, register, record_id)
    if register == "result" and topic is not None and topic.state in CONCLUDED:
        await _require_another(tx, topic)
    await _write(tx, actor, register, record_id, moment, because=withdrawing.reason)
    if register == "use" and topic is not None and not await _is_used(tx, topic.topic_id):
        await topic.move(TopicMove.TAKE_BACK_USE, actor, Moment(max(moment.at, topic.moved_at), moment.on_paper))
    return Made(id=record_id)


async def replace(
    tx: Transaction, actor: Actor, register: ResearchRecord, old_id: str, new_id: str, moment: Moment
) -> None:
    """``new_id`` stands in place of ``old_id``, with all that belonged to it."""
    if register in HANGS_ON:
        table, column = HANGS_ON[register]
        await tx.execute(table.update().where(table.c[column] == old_id).values({column: new_id}))
    await _write(tx, actor, register, old_id, moment, replaced_by=new_id)


async def require_replaceable(tx: Transaction, register: ResearchRecord, record_id: str, topic_id: str) -> Row[Any]:
    """The line to be replaced.

    Raises DomainError on ``corrects`` for one that is not there or of another topic, Conflict for a withdrawn one.
    """
    row = await _line(tx, TABLES[register], record_id)
    if row is None or row.topic_id != topic_id:
        raise DomainError("nothing-to-correct", "There is no such record of this topic.", field="corrects")
    if row.withdrawn_at is not None:
        raise Conflict("withdrawn-already", "This record was withdrawn already.", field="corrects")
    return row


async def _topic_of(tx: Transaction, register: ResearchRecord, record_id: str) -> TopicInHand | None:
    """The topic of the line, locked before the line is, as everywhere; None for who takes part."""
    table = TABLES[register]
    row = await tx.one(select(table).where(table.c.record_id == record_id))
    if row is None:
        raise NotFound("record-not-found", "There is no such record.")
    return None if register == "participation" else await take_topic(tx, row.topic_id)


async def _require_standing(tx: Transaction, register: ResearchRecord, record_id: str) -> None:
    row = await _line(tx, TABLES[register], record_id)
    if row is None or row.withdrawn_at is not None:
        raise Conflict("withdrawn-already", "This record was withdrawn already.")


async def _require_bare(tx: Transaction, register: ResearchRecord, record_id: str) -> None:
    if register not in ("field-survey", "result"):
        return
    table, column = HANGS_ON[register]
    hanging = select(table.c.record_id).where(table.c[column] == record_id, standing(table)).limit(1)
    if await tx.scalar(hanging) is not None:
        if register == "result":
            raise Conflict("result-used", "This result was put to use. Withdraw its uses first.")
        raise Conflict("survey-with-finds", "This survey has finds. Withdraw them first.")


async def _require_another(tx: Transaction, topic: TopicInHand) -> None:
    if len(await results_of(tx, topic.topic_id)) < 2:
        raise Conflict("only-result", "The topic was concluded with this result. Record the right one first.")


async def _is_used(tx: Transaction, topic_id: str) -> bool:
    used = select(RESULT_USES.c.record_id).where(RESULT_USES.c.topic_id == topic_id, standing(RESULT_USES)).limit(1)
    return await tx.scalar(used) is not None


async def _line(tx: Transaction, table: Table, record_id: str) -> Row[Any] | None:
    return await tx.one(select(table).where(table.c.record_id == record_id).with_for_update())


async def _write(
    tx: Transaction,
    actor: Actor,
    register: ResearchRecord,
    record_id: str,
    moment: Moment,
    *,
    because: str | None = None,
    replaced_by: str | None = None,
) -> None:
    table = TABLES[register]
    changes = {
        "withdrawn_at": moment.at,
        "withdrawn_by": actor.account or "officer",
        "withdrawn_because": because,
        "replaced_by": replaced_by,
    }
    await tx.execute(table.update().where(table.c.record_id == record_id).values(changes))
    said = research.RecordWithdrawn(
        occurred_at=moment.at,
        on_paper=moment.on_paper,
        record=register,
        record_id=record_id,
        replaced_by_id=replaced_by,
    )
    tx.announce(said, event_id=derived_id(record_id, "withdrawn"))
