"""Who takes part in the programme: units of the body, institutes from outside, local researchers."""

from __future__ import annotations

from sqlalchemy import select

from services.consultation.outputs import Made
from services.consultation.research.inputs import LeavingInput, ParticipantInput
from services.consultation.research.lines import ParticipantMade
from services.consultation.research.registers import standing
from services.consultation.tables import PARTICIPATIONS
from services.consultation.usecases.acting import Actor
from shared.contracts import research
from shared.db.transaction import Transaction
from shared.errors import Conflict, DomainError, NotFound
from shared.ids import derived_id, new_id


async def join(tx: Transaction, actor: Actor, participant: ParticipantInput) -> ParticipantMade:
    """Somebody takes part from now on, or again.

    Raises DomainError on ``name`` for a local researcher's, on ``code`` for one who takes part already, on
    ``recorded_at`` for a day before the same one left.
    """
    moment = actor.moment(tx.now, participant.recorded_at)
    if participant.kind == "researcher" and participant.name is not None:
        raise DomainError("researcher-named", "A local researcher is kept as a code, without a name.", field="name")
    columns = PARTICIPATIONS.c
    same = (columns.kind == participant.kind, columns.code == participant.code, standing(PARTICIPATIONS))
    earlier = await tx.all(select(PARTICIPATIONS).where(*same))
    if any(each.left_at is None for each in earlier):
        raise DomainError("takes-part-already", "{named} takes part already.", field="code", named=participant.code)
    if any(each.left_at > moment.at for each in earlier):
        raise DomainError(
            "before-leaving", "{named} still took part then.", field="recorded_at", named=participant.code
        )
    record_id = new_id()
    participant_id = earlier[0].participant_id if earlier else new_id()
    await tx.execute(
        PARTICIPATIONS.insert(),
        {
            "record_id": record_id,
            "participant_id": participant_id,
            "kind": participant.kind,
            "code": participant.code,
            "name": participant.name,
            "joined_at": moment.at,
            "on_paper": moment.on_paper,
            "recorded_by": actor.account or "officer",
        },
    )
    said = research.ParticipantJoined(
        occurred_at=moment.at,
        on_paper=moment.on_paper,
        participation_id=record_id,
        participant_id=participant_id,
        kind=participant.kind,
    )
    tx.announce(said, event_id=derived_id(record_id, "joined"))
    return ParticipantMade(id=record_id, participant=participant_id)


async def leave(tx: Transaction, actor: Actor, record_id: str, leaving: LeavingInput) -> Made:
    """Somebody takes part no longer.

    Raises NotFound, Conflict for who left already, DomainError on ``recorded_at`` for a day before the beginning.
    """
    moment = actor.moment(tx.now, leaving.recorded_at)
    columns = PARTICIPATIONS.c
    row = await tx.one(select(PARTICIPATIONS).where(columns.record_id == record_id).with_for_update())
    if row is None:
        raise NotFound("participant-not-found", "Nobody of this id takes part.")
    if row.left_at is not None or row.withdrawn_at is not None:
        raise Conflict("left-already", "{named} takes part no longer.", named=row.code)
    if moment.at < row.joined_at:
        raise DomainError("before-joining", "{named} did not take part yet then.", field="recorded_at", named=row.code)
    await tx.execute(PARTICIPATIONS.update().where(columns.record_id == record_id).values(left_at=moment.at))
    left = research.ParticipantLeft(occurred_at=moment.at, on_paper=moment.on_paper, participation_id=record_id)
    tx.announce(left, event_id=derived_id(record_id, "left"))
    return Made(id=record_id)
