"""What pages and lists of routing read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Select, and_, func, or_, select

from services.routing.domain.order import OrderState
from services.routing.orders import ASKINGS, COLUMNS, ORDERS, OrderRecord, record_of
from services.routing.roster.book import RosterBook
from shared.db.reader import Reader
from shared.errors import DomainError, NotFound
from shared.web.paging import decode_cursor, encode_cursor

PAGE = 50
_ENDED = (OrderState.DECLINED, OrderState.TIMED_OUT, OrderState.RETURNED)


@dataclass(frozen=True, slots=True)
class OrderPage:
    """Some orders, and the cursor of those after them."""

    items: Sequence[OrderRecord]
    next: str | None


@dataclass(frozen=True, slots=True)
class Address:
    """How a member can be written to."""

    email: str | None
    language: str
    name: str | None


class Queries:
    """Reads for routing's API and pages."""

    def __init__(self, reader: Reader, book: RosterBook, sample_mail_domain: str | None) -> None:
        self._reader = reader
        self._book = book
        self._sample_mail_domain = sample_mail_domain

    async def orders(self, *, member: str | None, state: OrderState | None, cursor: str | None) -> OrderPage:
        """Orders, the newest first: of one member, or with ``member`` None of the whole body.

        A member also finds under ``declined``, ``timed-out`` and ``returned`` what they no longer have.
        """
        if member is not None and state in _ENDED:
            return await self._ended(member, state, cursor)
        statement = select(*_columns())
        if member is not None:
            statement = statement.where(ORDERS.c.member == member)
        if state is not None:
            statement = statement.where(ORDERS.c.state == state)
        rows = await self._reader.all(_after(statement, cursor))
        return _page([record_of(row) for row in rows])

    async def waiting(self, cursor: str | None) -> OrderPage:
        """Orders that wait for an answer, the next deadline first."""
        due, reference = ORDERS.c.answer_by, ORDERS.c.reference
        statement = select(*_columns()).where(ORDERS.c.state == OrderState.ASSIGNED)
        if cursor:
            at, last = place_of(cursor)
            statement = statement.where(or_(due > at, and_(due == at, reference > last)))
        rows = await self._reader.all(statement.order_by(due, reference).limit(PAGE))
        records = [record_of(row) for row in rows]
        if len(records) < PAGE:
            return OrderPage(records, None)
        return OrderPage(records, encode_cursor(iso(cast(datetime, records[-1].answer_by)), records[-1].reference))

    async def counts(self) -> dict[OrderState, int]:
        """How many orders there are in each state."""
        rows = await self._reader.all(select(ORDERS.c.state, func.count().label("orders")).group_by(ORDERS.c.state))
        return {OrderState(row.state): row.orders for row in rows}

    async def address_of(self, member: str) -> Address:
        """How to write to a member. Raises NotFound."""
        directory = await self._book.present(self._reader)
        entry = directory.members.get(member) if directory else None
        if entry is None:
            raise NotFound("member-not-found", "There is no such member in the roster.", field="code")
        invented = f"{member}@{self._sample_mail_domain}" if self._sample_mail_domain else None
        return Address(entry.email or invented, entry.languages[0], entry.display)

    async def _ended(self, member: str, state: OrderState, cursor: str | None) -> OrderPage:
        asking = ASKINGS.c
        statement = (
            select(*_columns(), asking.attempt.label("asked"), asking.why.label("asked_why"))
            .join(ASKINGS, and_(asking.reference == ORDERS.c.reference))
            .where(asking.member == member, asking.ending == state)
        )
        rows = await self._reader.all(_after(statement, cursor))
        return _page([_as_asked(row, member, state) for row in rows])


def _columns() -> list[Any]:
    return list(COLUMNS)


def _as_asked(row: Any, member: str, state: OrderState) -> OrderRecord:
    """The order as it was for somebody who no longer has it."""
    values = {name: row._mapping[name] for name in OrderRecord.__dataclass_fields__}
    order = OrderRecord(**values)
    return replace(order, state=state, member=member, attempt=row.asked, why=row.asked_why, answer_by=None)


def _after(statement: Select[Any], cursor: str | None) -> Select[Any]:
    at, reference = ORDERS.c.submitted_at, ORDERS.c.reference
    if cursor:
        moment, last = place_of(cursor)
        statement = statement.where(or_(at < moment, and_(at == moment, reference < last)))
    return statement.order_by(at.desc(), reference.desc()).limit(PAGE)


def _page(records: list[OrderRecord]) -> OrderPage:
    if len(records) < PAGE:
        return OrderPage(records, None)
    return OrderPage(records, encode_cursor(iso(records[-1].submitted_at), records[-1].reference))


def iso(moment: datetime) -> str:
    """A moment as a cursor holds it."""
    return moment.astimezone(UTC).isoformat()


def place_of(cursor: str) -> tuple[datetime, str]:
    """The moment and the reference in a cursor. Raises DomainError on ``cursor``."""
    at, reference = decode_cursor(cursor, str, str)
    try:
        moment = datetime.fromisoformat(str(at))
        return moment.astimezone(UTC), str(reference)
    except (ValueError, OverflowError) as error:
        raise DomainError("cursor-not-valid", "This cursor was not given out here.", field="cursor") from error
