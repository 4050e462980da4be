"""A member answers: takes the order (接单), gives it back with a reason, or says that another body must have it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from services.routing import orders, reasons
from services.routing.announcements import Announcements
from services.routing.domain.order import Move, OrderState
from services.routing.orders import OrderRecord
from services.routing.usecases.assigning import Assigning
from shared.contracts.words import DeclineReason
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
    """Takes the answers of members of one body."""

    def __init__(self, body: str, assigning: Assigning, announcements: Announcements) -> None:
        self._body = body
        self._assigning = assigning
        self._announcements = announcements

    async def accept(self, tx: Transaction, reference: str, by: Answerer) -> OrderRecord:
        """The order is taken, once: whoever says it again is told who has it.

        Raises NotFound for an order that was never theirs, Conflict where somebody has it, be it themselves.
        """
        order = await orders.get(tx, reference)
        member = await self._member(tx, order, by)
        if order.state is OrderState.ACCEPTED and order.member == member:
            raise Conflict("order-already-yours", "This order is taken already, by this very member.")
        if order.member != member:
            order = await self._given_on_paper(tx, order, member, by)
        order = await orders.change(tx, order, Move.ACCEPT, answer_by=None, version=order.version + 1)
        await orders.end_asking(tx, order, "accepted")
        self._announcements.accepted(tx, order, by.on_paper_at or tx.now, by.on_paper_at is not None)
        return order

    async def decline(
        self, tx: Transaction, reference: str, by: Answerer, code: DeclineReason, words: str | None
    ) -> OrderRecord:
        """The order is given back and passes on at once; ``words`` stay here.

        Raises NotFound or Conflict like :meth:`accept`, and DomainError on ``reason`` where only words could say why.
        """
        if code == "other" and words is None:
            raise DomainError("reason-needed", "Say why in a few words.", field="reason")
        order = await orders.get(tx, reference)
        member = await self._member(tx, order, by)
        if order.member != member:
            taken()
        order = await orders.change(tx, order, Move.DECLINE, answer_by=None, version=order.version + 1)
        await orders.end_asking(tx, order, "declined", reason_code=code, reason=words)
        self._announcements.declined(tx, order, member, code)
        return await self._assigning.pass_on(tx, order)

    async def return_to(
        self, tx: Transaction, reference: str, by: Answerer, words: str, proposed_owner: str
    ) -> OrderRecord:
        """It is not for this body, but for ``proposed_owner``: the dispatcher decides.

        Raises NotFound or Conflict like :meth:`accept`, Conflict also where the days for it are over, DomainError
        where this very body is proposed.
        """
        order = await orders.get(tx, reference)
        member = await self._member(tx, order, by)
        if order.member != member:
            taken()
        if proposed_owner == self._body:
            raise DomainError("own-body", "This is the body that has it now.", field="proposed_owner")
        scene = await self._assigning.scene(tx)
        until = scene.return_by(order)
        if tx.now > until:
            raise Conflict(
                "return-too-late",
                "An issue of another body can be given back within {days} working days; they ended on {date}.",
                days=scene.present.rule.return_within,
                date=scene.calendar.day_of(until).isoformat(),
            )
        await orders.end_asking(tx, order, "returned", reason=words, proposed_owner=proposed_owner)
        order = await orders.change(
            tx,
            order,
            Move.RETURN,
            member=None,
            answer_by=None,
            why=reasons.returned(member, proposed_owner),
            proposed_owner=proposed_owner,
            version=order.version + 1,
        )
        self._announcements.returned(tx, order, member, proposed_owner)
        return order

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
            taken()
        scene = await self._assigning.scene(tx)
        return await self._assigning.give(tx, scene, order, member, reasons.on_paper(), by.on_paper_at)


def taken() -> NoReturn:
    """Raises the Conflict of somebody who came too late."""
    raise Conflict("order-taken", "This order is with somebody else now.")
