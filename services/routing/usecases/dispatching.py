"""What the dispatcher does with what lies in the queue, one order or many: each ends by itself, well or not."""

from __future__ import annotations

from dataclasses import dataclass

from services.routing import orders
from services.routing.domain.order import OrderState
from services.routing.orders import OrderRecord
from services.routing.usecases.assigning import Assigning
from shared.db.transaction import Transaction
from shared.errors import Conflict, DomainError

OFFERED_AGAIN = (OrderState.UNROUTABLE, OrderState.RETURNED)


@dataclass(frozen=True, slots=True)
class Done:
    """How it ended for one order: as it is now, or what refused it."""

    reference: str
    order: OrderRecord | None = None
    refusal: DomainError | None = None


class Dispatching:
    """Moves orders on by hand."""

    def __init__(self, assigning: Assigning) -> None:
        self._assigning = assigning

    async def offer_again(self, tx: Transaction, reference: str) -> OrderRecord:
        """Let the rule decide anew: whoever did not answer may be asked again, whoever gave it back is not.

        Raises NotFound; Conflict where somebody has it, or where nobody can be asked.
        """
        order = await orders.get(tx, reference)
        if order.state not in OFFERED_AGAIN:
            raise Conflict("order-state", "The order no longer allows this.")
        order = await orders.touch(tx, order, round=order.round + 1)
        return await self._next(tx, order)

    async def hand_on(self, tx: Transaction, reference: str) -> OrderRecord:
        """Do not wait any longer for the member who was asked: ask the next.

        Raises NotFound; Conflict where nobody is being asked, or nobody is left: then it stays where it is.
        """
        order = await orders.get(tx, reference)
        if order.state is not OrderState.ASSIGNED:
            raise Conflict("order-state", "The order no longer allows this.")
        return await self._next(tx, order)

    async def assign(self, tx: Transaction, reference: str, member: str) -> OrderRecord:
        """Give it to a member of the dispatcher's choice: see :meth:`Assigning.by_dispatcher`."""
        return await self._assigning.by_dispatcher(tx, reference, member)

    async def _next(self, tx: Transaction, order: OrderRecord) -> OrderRecord:
        scene = await self._assigning.scene(tx)
        [(order, choice, why)] = await self._assigning.next_for(tx, scene, [order])
        if choice is None:
            raise Conflict("nobody-fits", "Nobody is left whom the rule could ask.")
        return await self._assigning.give(tx, scene, order, choice.first.member, why)
