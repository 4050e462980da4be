"""Orders in the database. An order changes here and nowhere else: state, deadline and its member's load together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, Table, func, or_, select

from services.routing.domain.order import CARRIED, ORDER, Move, OrderState
from services.routing.domain.people import Load
from services.routing.roster.reads import Reads
from services.routing.tables import Asking, Order, Workload
from shared.db.transaction import Transaction
from shared.errors import Conflict, NotFound
from shared.states import IllegalMove

ORDERS: Table = Order.__table__  # type: ignore[attr-defined]
ASKINGS: Table = Asking.__table__  # type: ignore[attr-defined]
WORKLOADS: Table = Workload.__table__  # type: ignore[attr-defined]

Ending = Literal[
    "accepted", "declined", "timed-out", "passed-on", "withdrawn", "claimed", "handed-over", "returned", "joined"
]
_GIVEN = frozenset({Move.ASSIGN, Move.CLAIM, Move.HAND_OVER, Move.TAKE_OVER})
"""Moves by which a member is given an order."""
_UNDONE_BY: Mapping[Ending, tuple[Ending, ...]] = {"handed-over": ("accepted",), "returned": ("accepted",)}
"""What a later ending takes the place of: an order that was taken can still be handed over or given back."""
_REFUSED = ("declined", "returned")
MANY = 500
"""Past so many members it is cheaper to look at everybody."""


@dataclass(frozen=True, slots=True)
class OrderRecord:
    """An order as it stands. ``version`` counts what routing announced of it, the other two what it heard."""

    reference: str
    state: OrderState
    station: str
    community: str
    category: str | None
    channel: str
    language: str
    submitted_at: datetime
    on_paper: bool
    member: str | None
    attempt: int
    answer_by: datetime | None
    why: dict[str, Any] | None
    version: int
    intake_version: int
    case_version: int
    township: str | None = None
    round: int = 1
    take_by: datetime | None = None
    proposed_owner: str | None = None
    handed_by: str | None = None
    """The body that it was handed over by; None for an issue of this body's own residents."""


@dataclass(frozen=True, slots=True)
class AskingRecord:
    """One member, asked once."""

    reference: str
    attempt: int
    member: str
    asked_at: datetime
    answer_by: datetime
    why: dict[str, Any]
    round: int = 1
    ending: Ending | None = None
    ended_at: datetime | None = None
    reason_code: str | None = None
    reason: str | None = None
    proposed_owner: str | None = None


COLUMNS = [ORDERS.c[field.name] for field in fields(OrderRecord)]


def _values(record: OrderRecord | AskingRecord) -> dict[str, Any]:
    # Not dataclasses.asdict, which copies every explanation to its last leaf.
    return {field.name: getattr(record, field.name) for field in fields(record)}


def record_of(row: Row[Any]) -> OrderRecord:
    """A row of the orders table as a record."""
    values = dict(row._mapping)
    return OrderRecord(**{**values, "state": OrderState(values["state"])})


def no_such_order() -> NotFound:
    """What is answered for an unknown order and for somebody else's alike."""
    return NotFound("order-not-found", "There is no such order here.", field="reference")


async def find(reads: Reads, reference: str) -> OrderRecord | None:
    """The order of an issue, or None."""
    row = await reads.one(select(*COLUMNS).where(ORDERS.c.reference == reference))
    return record_of(row) if row else None


async def get(reads: Reads, reference: str) -> OrderRecord:
    """The order of an issue. Raises NotFound."""
    order = await find(reads, reference)
    if order is None:
        raise no_such_order()
    return order


async def late_ones(tx: Transaction, limit: int) -> list[OrderRecord]:
    """Orders whose member did not answer in time, the longest overdue first."""
    statement = select(*COLUMNS).where(ORDERS.c.state == OrderState.ASSIGNED, ORDERS.c.answer_by <= tx.now)
    return [record_of(row) for row in await tx.all(statement.order_by(ORDERS.c.answer_by).limit(limit))]


async def next_deadline(reads: Reads) -> datetime | None:
    """When the next order passes on unless it is answered."""
    moment: datetime | None = await reads.scalar(
        select(ORDERS.c.answer_by).where(ORDERS.c.state == OrderState.ASSIGNED).order_by(ORDERS.c.answer_by).limit(1)
    )
    return moment


async def askings_of(reads: Reads, reference: str) -> list[AskingRecord]:
    """Everybody who was asked for an issue, in order."""
    statement = select(ASKINGS).where(ASKINGS.c.reference == reference).order_by(ASKINGS.c.attempt)
    return [AskingRecord(**row._mapping) for row in await reads.all(statement)]


async def carried_by(tx: Transaction, member: str, limit: int) -> list[OrderRecord]:
    """Open orders of a member, the oldest first."""
    statement = select(*COLUMNS).where(ORDERS.c.member == member, ORDERS.c.state.in_(CARRIED))
    return [record_of(row) for row in await tx.all(statement.order_by(ORDERS.c.submitted_at).limit(limit))]


async def unroutable_after(tx: Transaction, reference: str, limit: int) -> list[OrderRecord]:
    """Orders that nobody fitted, by reference, from the one after ``reference`` on."""
    statement = select(*COLUMNS).where(ORDERS.c.state == OrderState.UNROUTABLE, ORDERS.c.reference > reference)
    return [record_of(row) for row in await tx.all(statement.order_by(ORDERS.c.reference).limit(limit))]


async def asked_for(reads: Reads, references: Collection[str]) -> dict[str, frozenset[str]]:
    """Who is not asked again, by order: everybody asked in its present round, and whoever gave it back in any."""
    statement = (
        select(ASKINGS.c.reference, ASKINGS.c.member)
        .join(ORDERS, ORDERS.c.reference == ASKINGS.c.reference)
        .where(ASKINGS.c.reference.in_(references))
        .where(or_(ASKINGS.c.round == ORDERS.c.round, ASKINGS.c.ending.in_(_REFUSED)))
    )
    asked: dict[str, set[str]] = {reference: set() for reference in references}
    for row in await reads.all(statement):
        asked[row.reference].add(row.member)
    return {reference: frozenset(members) for reference, members in asked.items()}


async def open_counts(reads: Reads) -> dict[str, Load]:
    """How many orders everybody has; not when the last came, which is the dearer half of reading thousands."""
    carried = await reads.all(select(WORKLOADS.c.member, WORKLOADS.c.open_orders))
    return {member: Load(count) for member, count in map(tuple, carried)}


async def loads(reads: Reads, members: Collection[str]) -> dict[str, Load]:
    """What these members carry now; one query for however many."""
    carried = select(WORKLOADS.c.member, WORKLOADS.c.open_orders, WORKLOADS.c.last_assigned_at)
    if len(members) <= MANY:
        carried = carried.where(WORKLOADS.c.member.in_(members))
    return {row.member: Load(row.open_orders, row.last_assigned_at) for row in await reads.all(carried)}


async def given_since(reads: Reads, members: Collection[str], since: datetime) -> dict[str, int]:
    """How many orders these members were given since; one query for however many."""
    given = select(ASKINGS.c.member, func.count().label("orders")).where(ASKINGS.c.asked_at >= since)
    if len(members) <= MANY:
        given = given.where(ASKINGS.c.member.in_(members))
    return {row.member: row.orders for row in await reads.all(given.group_by(ASKINGS.c.member))}


async def open_orders(tx: Transaction, orders: Sequence[OrderRecord], askings: Sequence[AskingRecord]) -> None:
    """Write new orders and whom they were given to."""
    await tx.add(ORDERS, [_values(order) for order in orders])
    if askings:
        await tx.add(ASKINGS, [_values(asking) for asking in askings])
        await _shift(tx, [(asking.member, 1) for asking in askings], assigned=True)


async def change(tx: Transaction, order: OrderRecord, move: Move, **values: Any) -> OrderRecord:
    """Apply ``move`` with the other new ``values`` and give the order as it is then.

    Raises Conflict where the state does not allow it, or where somebody else was quicker.
    """
    try:
        after = replace(order, state=ORDER.after(order.state, move), **values)
    except IllegalMove as error:
        raise Conflict("order-state", "The order no longer allows this.") from error
    await save(tx, order, after)
    before_carrier = order.member if order.state in CARRIED else None
    carrier = after.member if after.state in CARRIED else None
    if before_carrier != carrier:
        shifts = [(before_carrier, -1), (carrier, 1)]
        await _shift(tx, [(member, n) for member, n in shifts if member], assigned=move in _GIVEN)
    return after


async def touch(tx: Transaction, order: OrderRecord, **values: Any) -> OrderRecord:
    """Give the order new ``values`` in the state in which it is. Raises Conflict where somebody else was quicker."""
    after = replace(order, **values)
    await save(tx, order, after)
    return after


async def save(tx: Transaction, before: OrderRecord, after: OrderRecord) -> None:
    """Write ``after`` unless the order is no longer as it was ``before``. Raises Conflict."""
    old = asdict(before)
    changed = {name: value for name, value in asdict(after).items() if value != old[name]}
    if not changed:
        return
    done = await tx.execute(
        ORDERS.update()
        .where(
            ORDERS.c.reference == before.reference,
            ORDERS.c.state == before.state,
            ORDERS.c.version == before.version,
        )
        .values(changed)
    )
    if done.rowcount != 1:
        raise Conflict("order-changed", "Somebody changed this order at the same moment. Please look again.")


async def ask(tx: Transaction, asking: AskingRecord) -> None:
    """Note who was asked."""
    await tx.execute(ASKINGS.insert(), [asdict(asking)])


async def end_asking(
    tx: Transaction,
    order: OrderRecord,
    ending: Ending,
    *,
    reason_code: str | None = None,
    reason: str | None = None,
    proposed_owner: str | None = None,
) -> None:
    """Note how the present asking ended; ``reason`` are the member's own words."""
    await tx.execute(
        ASKINGS.update()
        .where(ASKINGS.c.reference == order.reference, ASKINGS.c.attempt == order.attempt)
        .where(or_(ASKINGS.c.ending.is_(None), ASKINGS.c.ending.in_(_UNDONE_BY.get(ending, ()))))
        .values(
            ending=ending,
            ended_at=tx.now,
            reason_code=reason_code,
            reason=reason,
            proposed_owner=proposed_owner,
        )
    )


async def _shift(tx: Transaction, shifts: Sequence[tuple[str, int]], *, assigned: bool) -> None:
    """Add to what members carry; ``assigned``: and whoever carries more was given an order just now."""
    sums: dict[str, int] = defaultdict(int)
    for member, number in shifts:
        sums[member] += number
    rows = [
        {"member": member, "open_orders": number, "last_assigned_at": tx.now if assigned and number > 0 else None}
        for member, number in sorted(sums.items())
    ]
    statement = tx.insert(WORKLOADS)
    added = {
        "open_orders": WORKLOADS.c.open_orders + statement.excluded.open_orders,
        "last_assigned_at": func.coalesce(statement.excluded.last_assigned_at, WORKLOADS.c.last_assigned_at),
    }
    await tx.execute(statement.on_conflict_do_update(index_elements=["member"], set_=added), rows)
