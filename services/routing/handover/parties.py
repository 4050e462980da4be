"""The bodies next to this one, and what is said to them and at home about a handover."""

from __future__ import annotations

from typing import Any

from services.routing.domain.handover import HandoverState
from services.routing.handover import records
from services.routing.handover.records import HandoverRecord, Missed
from shared.contracts import inner
from shared.contracts.handover import HandoverEvent, IssueHandedOn, Way
from shared.db.transaction import Transaction
from shared.errors import DomainError
from shared.ids import derived_id
from shared.messaging.neighbours import NextTo


class Neighbours(NextTo):
    """The bodies that an issue may be handed to."""

    def way_to(self, other: str | None, *, field: str = "to") -> tuple[str, Way]:
        """Where it goes, by default up, and which way that is. Raises DomainError on ``field``."""
        if other is None or other == self.parent:
            if self.parent is None:
                raise DomainError("no-parent", "This body has no parent body to hand anything up to.", field=field)
            return self.parent, "up"
        if other not in self.children:
            raise DomainError(
                "not-a-neighbour", "Issues are handed to the parent body or to a body directly below.", field=field
            )
        return other, "down"


class Correspondence:
    """Speaks of the handovers of one body, each thing once: the ids of events follow from what they say."""

    def __init__(self, neighbours: Neighbours) -> None:
        self._neighbours = neighbours

    @property
    def body(self) -> str:
        """Whose correspondence it is."""
        return self._neighbours.body

    def tell(self, tx: Transaction, record: HandoverRecord, event: type[HandoverEvent], **fields: Any) -> None:
        """Tell the other body, once for this kind of event."""
        self._tell(tx, record, event, (), fields)

    def _tell(
        self,
        tx: Transaction,
        record: HandoverRecord,
        event: type[HandoverEvent],
        which: tuple[int, ...],
        fields: dict[str, Any],
    ) -> None:
        said = event.model_validate(
            {
                "occurred_at": tx.now,
                "handover_id": record.handover_id,
                "reference": record.reference,
                "to": record.other,
                **fields,
            }
        )
        is_below = (record.way == "down") is record.is_ours
        down = record.other if is_below else None
        event_id = derived_id(self.body, "handover", record.handover_id, event.verb, *which)
        tx.announce(said, event_id=event_id, to_child=down)

    async def moved(self, tx: Transaction, record: HandoverRecord, holder: str | None = None) -> None:
        """Tell this body's own services how far a handover has come that it offered, and the body that the issue came
        from who has it now. ``holder``: the body that was said to have it, where this step is that."""
        event = inner.HandoverMoved(
            occurred_at=tx.now,
            handover_id=record.handover_id,
            reference=record.reference,
            step=await records.count_of_ours(tx, record.reference),
            state=record.state.value,
            other=record.other,
            holder=holder,
        )
        tx.announce(event, event_id=derived_id(self.body, "handover-moved", record.handover_id, record.version))
        await self._pass_on(tx, record)

    async def _pass_on(self, tx: Transaction, record: HandoverRecord) -> None:
        taken = await records.taken_of(tx, record.reference)
        if taken is None:
            return
        is_away = record.state is HandoverState.ACCEPTED
        holder = (record.holder or record.other) if is_away else None
        if holder != taken.holder:
            step = taken.holder_step + 1
            told = await records.hand_on(tx, taken, holder, step, tx.now, self.body)
            self._tell(tx, told, IssueHandedOn, (step,), {"holder": holder or self.body, "step": step})

    def late(self, tx: Transaction, record: HandoverRecord, missed: Missed) -> None:
        """Tell this body's office that a date has passed."""
        event = inner.HandoverLate(
            occurred_at=tx.now,
            handover_id=record.handover_id,
            reference=record.reference,
            other=record.other,
            is_ours=record.is_ours,
            missed=missed,
            due_at=record.take_by if missed == "offer" else record.answer_by,
        )
        tx.announce(event, event_id=derived_id(self.body, "handover-late", record.handover_id, missed))
