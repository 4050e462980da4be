"""What is said of a supervision to the other body and at home, each thing once."""

from __future__ import annotations

from typing import Any

from services.routing import orders
from services.routing.handover.parties import Neighbours
from services.routing.supervision.records import SupervisionRecord
from shared.contracts import inner
from shared.contracts.handover import SupervisionEvent
from shared.db.transaction import Transaction
from shared.ids import derived_id


class SupervisionNews:
    """Speaks for one body; the ids of events follow from what they say."""

    def __init__(self, neighbours: Neighbours) -> None:
        self._neighbours = neighbours

    @property
    def body(self) -> str:
        """Whose news it is."""
        return self._neighbours.body

    def tell(self, tx: Transaction, record: SupervisionRecord, event: type[SupervisionEvent], **fields: Any) -> None:
        """Tell the other body."""
        said = event.model_validate(
            {
                "occurred_at": tx.now,
                "supervision_id": record.supervision_id,
                "reference": record.reference,
                "to": record.other,
                **fields,
            }
        )
        step = derived_id(self.body, "supervision", record.supervision_id, event.verb, record.version)
        tx.announce(said, event_id=step, to_child=record.other if record.is_ours else None)

    async def moved(self, tx: Transaction, record: SupervisionRecord) -> None:
        """Tell this body's own services how far it has come."""
        event = inner.SupervisionMoved(state=record.state.value, **await self._facts(tx, record))
        tx.announce(event, event_id=derived_id(self.body, "supervision-moved", record.supervision_id, record.version))

    async def late(self, tx: Transaction, record: SupervisionRecord) -> None:
        """Tell this body's office that the answer is overdue."""
        event = inner.SupervisionLate(**await self._facts(tx, record))
        tx.announce(event, event_id=derived_id(self.body, "supervision-late", record.supervision_id, record.version))

    async def _facts(self, tx: Transaction, record: SupervisionRecord) -> dict[str, Any]:
        # A body that presses for a case that it once handed down has an order under its reference itself.
        order = None if record.is_ours else await orders.find(tx, record.reference)
        return {
            "occurred_at": tx.now,
            "supervision_id": record.supervision_id,
            "reference": record.reference,
            "other": record.other,
            "is_ours": record.is_ours,
            "member": order.member if order else None,
            "answer_by": record.answer_by,
        }
