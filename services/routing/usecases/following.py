"""Keep up with what neighbours say of an issue: withdrawn, closed, reopened."""

from __future__ import annotations

from dataclasses import replace

from services.routing import orders
from services.routing.domain.order import Move, OrderState
from services.routing.orders import OrderRecord
from shared.contracts.inner import IssueClosed, IssueReopened, IssueWithdrawn
from shared.db.transaction import Transaction
from shared.errors import TooEarly
from shared.messaging.handlers import Received

_OVER = (OrderState.CLOSED, OrderState.WITHDRAWN)


async def withdrawn(tx: Transaction, received: Received[IssueWithdrawn]) -> None:
    """The resident took the issue back: nobody carries it any longer."""
    event = received.event
    order = await _known(tx, event.reference)
    if event.version_of_issue <= order.intake_version:
        return
    if order.state in _OVER:
        await orders.save(tx, order, replace(order, intake_version=event.version_of_issue))
        return
    await orders.end_asking(tx, order, "withdrawn")
    await orders.change(tx, order, Move.WITHDRAW, answer_by=None, intake_version=event.version_of_issue)


async def reopened(tx: Transaction, received: Received[IssueReopened]) -> None:
    """The resident said it is not solved: it is open work of the same member again."""
    event = received.event
    order = await _known(tx, event.reference)
    if event.version_of_issue <= order.intake_version:
        return
    if order.state is OrderState.WITHDRAWN:
        return
    if order.state is not OrderState.CLOSED:
        raise TooEarly  # what it reopens was closed, and we have not heard of that yet
    await orders.change(tx, order, Move.REOPEN, intake_version=event.version_of_issue)


async def closed(tx: Transaction, received: Received[IssueClosed]) -> None:
    """The case is closed: the member's load falls."""
    event = received.event
    order = await _known(tx, event.reference)
    if event.version_of_issue <= order.case_version:
        return
    if order.state in _OVER:
        await orders.save(tx, order, replace(order, case_version=event.version_of_issue))
        return
    await orders.change(
        tx,
        order,
        Move.CLOSE,
        member=order.member or event.member,
        answer_by=None,
        case_version=event.version_of_issue,
    )


async def _known(tx: Transaction, reference: str) -> OrderRecord:
    order = await orders.find(tx, reference)
    if order is None:
        raise TooEarly
    return order
