"""Others than the member who was asked: a colleague at the station, or who stands in during leave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from services.routing import orders, reasons
from services.routing.announcements import Announcements
from services.routing.domain.order import Move, OrderState
from services.routing.domain.people import Leave
from services.routing.orders import OrderRecord
from services.routing.roster.book import Directory
from services.routing.usecases.answering import taken
from services.routing.usecases.assigning import Assigning
from services.routing.usecases.deciding import Scene
from shared.db.transaction import Transaction
from shared.errors import Conflict, DomainError, NotFound

AT_ONCE = 200
"""Orders of one member that are handed over in one transaction; nobody carries so many beside a job."""

CLAIMABLE = (OrderState.ASSIGNED, OrderState.UNROUTABLE)


@dataclass(frozen=True, slots=True)
class HandedOver:
    """Whose orders went to whom."""

    away: str
    to: str
    orders: Sequence[OrderRecord]


class SteppingIn:
    """Lets members step in for each other."""

    def __init__(self, assigning: Assigning, announcements: Announcements) -> None:
        self._assigning = assigning
        self._announcements = announcements

    async def claim(self, tx: Transaction, reference: str, member: str) -> OrderRecord:
        """A colleague takes an order that nobody took yet.

        Raises NotFound for an order of another station, Conflict where somebody has it.
        """
        order = await orders.get(tx, reference)
        scene = await self._assigning.scene(tx)
        if scene.directory is None or not shares_station(scene.directory, order, member):
            raise orders.no_such_order()
        if not scene.is_there(member):
            raise Conflict("not-there", "Whoever is on leave, or no longer in office, takes no orders.")
        if order.member == member and order.state is OrderState.ACCEPTED:
            raise Conflict("order-already-yours", "This order is taken already, by this very member.")
        if order.member == member and order.state is OrderState.ASSIGNED:
            return await self._taken(tx, order, Move.ACCEPT)
        if order.state not in CLAIMABLE:
            taken()
        why = reasons.by_colleague(order.station, order.member)
        return await self._at_once(tx, scene, order, member, why, Move.CLAIM)

    async def take_over(self, tx: Transaction, reference: str, member: str) -> OrderRecord:
        """A stand-in takes an order of somebody on leave.

        Raises NotFound for an order that they do not stand in for, Conflict where it is no longer open.
        """
        order = await orders.get(tx, reference)
        scene = await self._assigning.scene(tx)
        leave = stands_in(scene, order, member)
        if leave is None:
            raise orders.no_such_order()
        why = reasons.by_stand_in(leave.member, leave.until)
        return await self._at_once(tx, scene, order, member, why, Move.TAKE_OVER)

    async def take_over_all(self, tx: Transaction, away: str, member: str) -> HandedOver:
        """A stand-in takes every open order of somebody on leave. Raises NotFound where they do not stand in."""
        scene = await self._assigning.scene(tx)
        leave = _leave(scene, away)
        if leave is None or leave.stand_in != member:
            raise NotFound("not-standing-in", "You do not stand in for this member today.", field="code")
        why = reasons.by_stand_in(leave.member, leave.until)
        waiting = await orders.carried_by(tx, away, AT_ONCE)
        moved = [await self._at_once(tx, scene, order, member, why, Move.TAKE_OVER) for order in waiting]
        return HandedOver(away, member, moved)

    async def hand_over(self, tx: Transaction, away: str, to: str | None) -> HandedOver:
        """The office offers every open order of somebody on leave to the stand-in, or to ``to``.

        Raises NotFound for nobody's code, Conflict for somebody who is not on leave, DomainError on ``to`` where
        nobody, or nobody who is there, would get them.
        """
        scene = await self._assigning.scene(tx)
        if scene.directory is None or away not in scene.directory.members:
            raise NotFound("member-not-found", "There is no such member in the roster.", field="code")
        leave = _leave(scene, away)
        if leave is None:
            raise Conflict("not-on-leave", "This member is not on leave today.")
        receiver = to or leave.stand_in
        if receiver is None:
            raise DomainError("no-stand-in", "Nobody stands in for this member: say who gets the orders.", field="to")
        if receiver == away or not scene.is_there(receiver):
            raise DomainError("stand-in-away", "This member is not there today.", field="to")
        why = reasons.by_stand_in(leave.member, leave.until)
        waiting = await orders.carried_by(tx, away, AT_ONCE)
        moved = [await self._assigning.give(tx, scene, order, receiver, why, move=Move.HAND_OVER) for order in waiting]
        return HandedOver(away, receiver, moved)

    async def _at_once(
        self, tx: Transaction, scene: Scene, order: OrderRecord, member: str, why: reasons.Why, move: Move
    ) -> OrderRecord:
        """Given and taken in one: neighbours hear of both."""
        given = await self._assigning.give(tx, scene, order, member, why, move=move)
        return await self._noted(tx, given)

    async def _taken(self, tx: Transaction, order: OrderRecord, move: Move) -> OrderRecord:
        return await self._noted(tx, await orders.change(tx, order, move))

    async def _noted(self, tx: Transaction, order: OrderRecord) -> OrderRecord:
        accepted = await orders.touch(tx, order, answer_by=None, version=order.version + 1)
        await orders.end_asking(tx, accepted, "accepted")
        self._announcements.accepted(tx, accepted, tx.now, on_paper=False)
        return accepted


def shares_station(directory: Directory, order: OrderRecord, member: str) -> bool:
    """Whether a member belongs to the order's station, or to one of the member who was asked."""
    colleague = directory.members.get(member)
    if colleague is None:
        return False
    asked = directory.members.get(order.member) if order.member else None
    return bool({order.station, *(asked.stations if asked else ())} & set(colleague.stations))


def stands_in(scene: Scene, order: OrderRecord, member: str) -> Leave | None:
    """The leave for which ``member`` stands in for the order's member now, or None."""
    leave = _leave(scene, order.member) if order.member else None
    return leave if leave is not None and leave.stand_in == member else None


def _leave(scene: Scene, member: str) -> Leave | None:
    if scene.directory is None:
        return None
    return scene.directory.availability(scene.on).on_leave(member)
