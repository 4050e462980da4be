"""A member answers: takes the order (接单), or gives it back with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.routing import orders
from services.routing.announcements import Announcements
from services.routing.domain.order import Move, OrderState
from services.routing.orders import OrderRecord
from services.routing.usecases.assigning import Assigning
from shared.db.transaction import Transaction
from shared.errors import Conflict, DomainError


@dataclass(frozen=True, slots=True)
class Answerer:
    """Who answers: a member for themselves, or an officer for a member (``member`` None: whoever was asked).

    ``on_paper_at`` is the date that a paper record bears.
    """

    member: str | None
    is_officer: bool = False
    on_paper_at: datetime | None = None


class Answering:
    """Takes the answers of members."""

    def __init__(self, assigning: Assigning, announcements: Announcements) -> None:
        self._assigning = assigning
        self._announcements = announcements

    async def accept(self, tx: Transaction, reference: str, by: Answerer) -> OrderRecord:
        """The order is taken; said twice by the same member it is taken once.

        Raises NotFound for an order that was never theirs, Conflict where somebody else has it.
        """
        order = await orders.get(tx, reference)
        member = await self._member(tx, order, by)
        if order.state is OrderState.ACCEPTED and order.member == member:
            return order
        if order.member != member:
            order = await self._given_on_paper(tx, order, member, by)
        order = await orders.change(tx, order, Move.ACCEPT, answer_by=None, version=order.version + 1)
        await orders.end_asking(tx, order, "accepted")
        self._announcements.accepted(tx, order, by.on_paper_at or tx.now, by.on_paper_at is not None)
        return order

    async def decline(self, tx: Transaction, reference: str, by: Answerer, reason: str) -> OrderRecord:
        """The order is given back and passes on at once. Raises NotFound or Conflict like :meth:`accept`."""
        order = await orders.get(tx, reference)
        member = await self._member(tx, order, by)
        if order.member != member:
            raise _taken()
        order = await orders.change(tx, order, Move.DECLINE, answer_by=None, version=order.version + 1)
        await orders.end_asking(tx, order, "declined", reason)
        self._announcements.declined(tx, order, member)
        return await self._assigning.pass_on(tx, order)

    async def _member(self, tx: Transaction, order: OrderRecord, by: Answerer) -> str:
        """Whose answer it is. Raises NotFound for a member who has nothing to do with the order."""
        if by.is_officer:
            member = by.member or order.member
            if member is None:
                raise DomainError("member-needed", "Say which member this is for.", field="member")
            await self._assigning.check_member(tx, member)
            return member
        if by.member is None:
            raise orders.no_such_order()
        if by.member != order.member:
            asked = await orders.askings_of(tx, order.reference)
            if all(asking.member != by.member for asking in asked):
                raise orders.no_such_order()
        return by.member

    async def _given_on_paper(self, tx: Transaction, order: OrderRecord, member: str, by: Answerer) -> OrderRecord:
        if not by.is_officer or order.state not in (OrderState.ASSIGNED, OrderState.UNROUTABLE):
            raise _taken()
        return await self._assigning.give(tx, order, member, {"chosen_by": "officer"}, by.on_paper_at)


def _taken() -> Conflict:
    return Conflict("order-taken", "This order is with somebody else now.")
