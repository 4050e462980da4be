"""The dispatcher's queue: narrowed by state, lateness, matter and township; the oldest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, or_, select

from services.routing.domain.order import OrderState
from services.routing.orders import COLUMNS, ORDERS, OrderRecord, record_of
from services.routing.queries import PAGE, OrderPage, iso, place_of
from shared.db.reader import Reader
from shared.web.paging import encode_cursor

NEEDS = (OrderState.UNROUTABLE, OrderState.RETURNED)
"""What only a person can move on."""
QUEUED = (*NEEDS, OrderState.ASSIGNED)
"""What nobody has taken yet."""


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """``state`` None: what needs the dispatcher, or, with ``late``, whatever somebody should have taken by now."""

    state: OrderState | None = None
    late: bool = False
    category: str | None = None
    township: str | None = None

    @property
    def states(self) -> Sequence[OrderState]:
        """The states that are looked at."""
        if self.state is not None:
            return (self.state,)
        return QUEUED if self.late else NEEDS


class Queue:
    """Reads the queue of one body."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def page(self, narrowed: QueueFilter, now: datetime, cursor: str | None) -> OrderPage:
        """Some orders of the queue, from ``cursor`` on. Raises DomainError on ``cursor``."""
        return await self._merged([_of_state(state, narrowed, now, cursor) for state in narrowed.states])

    async def open_at(self, stations: Sequence[str], but: str, cursor: str | None) -> OrderPage:
        """Orders at these stations that nobody took yet, those asked of ``but`` left out."""
        at_stations = [
            _after(_of(state).where(ORDERS.c.station.in_(stations)), cursor)
            for state in (OrderState.ASSIGNED, OrderState.UNROUTABLE)
        ]
        not_theirs = or_(ORDERS.c.member.is_(None), ORDERS.c.member != but)
        return await self._merged([statement.where(not_theirs) for statement in at_stations])

    async def carried_by(self, members: Sequence[str], cursor: str | None) -> OrderPage:
        """Open orders of these members."""
        open_ones = (OrderState.ASSIGNED, OrderState.ACCEPTED)
        return await self._merged(
            [_after(_of(state).where(ORDERS.c.member.in_(members)), cursor) for state in open_ones]
        )

    async def _merged(self, statements: Sequence[Select[Any]]) -> OrderPage:
        # A statement for each state, each in the order of an index: one over all would sort the whole queue.
        found: list[OrderRecord] = []
        for statement in statements:
            found += [record_of(row) for row in await self._reader.all(statement)]
        found.sort(key=lambda order: (order.submitted_at, order.reference))
        shown = found[:PAGE]
        if len(shown) < PAGE:
            return OrderPage(shown, None)
        return OrderPage(shown, encode_cursor(iso(shown[-1].submitted_at), shown[-1].reference))


def _of_state(state: OrderState, narrowed: QueueFilter, now: datetime, cursor: str | None) -> Select[Any]:
    statement = _of(state)
    if narrowed.late:
        statement = statement.where(ORDERS.c.take_by <= now)
    if narrowed.category is not None:
        statement = statement.where(ORDERS.c.category == narrowed.category)
    if narrowed.township is not None:
        statement = statement.where(ORDERS.c.township == narrowed.township)
    return _after(statement, cursor)


def _of(state: OrderState) -> Select[Any]:
    return select(*COLUMNS).where(ORDERS.c.state == state)


def _after(statement: Select[Any], cursor: str | None) -> Select[Any]:
    at, reference = ORDERS.c.submitted_at, ORDERS.c.reference
    if cursor:
        moment, last = place_of(cursor)
        statement = statement.where(or_(at > moment, and_(at == moment, reference > last)))
    return statement.order_by(at, reference).limit(PAGE)
