"""What the reader of an order may do with it now: what pages offer, and what a member may see at all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.routing.domain.order import ORDER, Move, OrderState
from services.routing.orders import OrderRecord
from services.routing.usecases.deciding import Scene
from services.routing.usecases.dispatching import OFFERED_AGAIN
from services.routing.usecases.stepping_in import CLAIMABLE, shares_station, stands_in


@dataclass(frozen=True, slots=True)
class Allowed:
    """``return_until``: the last moment to say that it is another body's; None where it cannot be said."""

    answer: bool = False
    claim: bool = False
    take_over: bool = False
    assign: bool = False
    offer_again: bool = False
    hand_on: bool = False
    return_until: datetime | None = None

    @property
    def steps_in(self) -> bool:
        """Whether somebody who was not asked may take it."""
        return self.claim or self.take_over


def allowed_to_member(scene: Scene, order: OrderRecord, member: str) -> Allowed:
    """What a member may do: answer their own, step in for others."""
    if order.member == member:
        return Allowed(answer=order.state is OrderState.ASSIGNED, return_until=_return_until(scene, order))
    if scene.directory is None or not scene.is_there(member):
        return Allowed()
    is_open = ORDER.allows(order.state, Move.TAKE_OVER)
    return Allowed(
        claim=order.state in CLAIMABLE and shares_station(scene.directory, order, member),
        take_over=is_open and stands_in(scene, order, member) is not None,
    )


def allowed_to_office(scene: Scene, order: OrderRecord, *, is_officer: bool) -> Allowed:
    """What dispatcher and officer may do; an officer also records what a member answered."""
    return Allowed(
        answer=is_officer and order.state is OrderState.ASSIGNED,
        assign=ORDER.allows(order.state, Move.ASSIGN),
        offer_again=order.state in OFFERED_AGAIN,
        hand_on=order.state is OrderState.ASSIGNED,
        return_until=_return_until(scene, order) if is_officer else None,
    )


def _return_until(scene: Scene, order: OrderRecord) -> datetime | None:
    if not ORDER.allows(order.state, Move.RETURN):
        return None
    until = scene.return_by(order)
    return until if scene.now <= until else None
