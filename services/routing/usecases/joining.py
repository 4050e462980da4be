"""Issues that are one matter: one order carries it, the others rest until they are split again."""

from __future__ import annotations

from services.routing import orders
from services.routing.announcements import Announcements
from services.routing.domain.order import Move, OrderState
from services.routing.orders import OrderRecord
from services.routing.usecases.assigning import Assigning
from shared.contracts.inner import IssueJoined, IssueSplit
from shared.db.transaction import Transaction
from shared.errors import TooEarly
from shared.messaging.handlers import Received


class Joining:
    """Keeps up with what intake's residents and staff find to be the same."""

    def __init__(self, assigning: Assigning, announcements: Announcements) -> None:
        self._assigning = assigning
        self._announcements = announcements

    async def joined(self, tx: Transaction, received: Received[IssueJoined]) -> None:
        """Nobody is asked for it any longer; a member who had taken it is remembered, but carries it no more."""
        order = await _next(tx, received.event)
        if order is None:
            return
        version = received.event.version_of_issue
        # One that joined another before only has a new carrier; one that was closed meanwhile stays what it is.
        if order.state in (OrderState.JOINED, OrderState.CLOSED, OrderState.WITHDRAWN):
            await orders.touch(tx, order, intake_version=version)
            return
        await orders.end_asking(tx, order, "joined")
        member = order.member if order.state is OrderState.ACCEPTED else None
        await orders.change(tx, order, Move.JOIN, member=member, answer_by=None, intake_version=version)

    async def split(self, tx: Transaction, received: Received[IssueSplit]) -> None:
        """Back to the member who had taken it, or to the next who fits; all may be asked who were asked before."""
        order = await _next(tx, received.event)
        if order is None:
            return
        version = received.event.version_of_issue
        if order.state is not OrderState.JOINED:
            await orders.touch(tx, order, intake_version=version)
            return
        scene = await self._assigning.scene(tx)
        if order.member is not None and scene.directory is not None and order.member in scene.directory.members:
            await orders.change(tx, order, Move.RESUME, intake_version=version)
            return
        order = await orders.change(
            tx, order, Move.SPLIT, member=None, round=order.round + 1, take_by=scene.answer_by, intake_version=version
        )
        ((_, choice, why),) = await self._assigning.next_for(tx, scene, [order])
        if choice is not None:
            await self._assigning.give(tx, scene, order, choice.first.member, why)
            return
        order = await orders.touch(tx, order, why=why, version=order.version + 1)
        self._announcements.unroutable(tx, order)


async def _next(tx: Transaction, event: IssueJoined | IssueSplit) -> OrderRecord | None:
    """The order, unless what ``event`` says is known already. Raises TooEarly before the issue was submitted."""
    order = await orders.find(tx, event.reference)
    if order is None:
        raise TooEarly
    return order if event.version_of_issue > order.intake_version else None
