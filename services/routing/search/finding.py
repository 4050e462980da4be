"""Looks for issues: the newest first, a page at a time, in the order of an index."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from services.routing.domain.order import OrderState
from services.routing.orders import COLUMNS, ORDERS, record_of
from services.routing.queries import PAGE, OrderPage, iso, place_of
from services.routing.tables import ORDER_DEPARTMENTS
from shared.db.reader import Reader
from shared.errors import DomainError, Forbidden
from shared.ids import clean_reference
from shared.web.paging import encode_cursor
from shared.web.tokens import Claims, Role

_BY_RARITY = ("member", "community", "station", "category", "state")
"""What has the fewest issues for each value first; each has an index in the order of the list."""


@dataclass(frozen=True, slots=True)
class Sought:
    """What is known of the issue; None is not known.

    ``reference`` may be only how it begins; ``from_on`` and ``to_on`` are days of the body, both inside, on which it
    was submitted. Raises DomainError on ``to``.
    """

    reference: str | None = None
    state: OrderState | None = None
    community: str | None = None
    township: str | None = None
    station: str | None = None
    category: str | None = None
    member: str | None = None
    department: str | None = None
    from_on: date | None = None
    to_on: date | None = None

    @property
    def leading(self) -> str | None:
        """What narrows the most, by which the list is read; None for the date alone, or a department's own list."""
        if self.department is not None:
            return None
        if self.state not in (None, OrderState.CLOSED) and not (self.member or self.community or self.station):
            return "state"
        return next((name for name in _BY_RARITY if getattr(self, name) is not None), None)

    def __post_init__(self) -> None:
        if self.from_on and self.to_on and self.to_on < self.from_on:
            raise DomainError("period-ends-early", "The last day must not be before the first.", field="to")


class Search:
    """Looks among the orders of one body, whose days are those of ``zone``."""

    def __init__(self, reader: Reader, zone: str) -> None:
        self._reader = reader
        self._zone = ZoneInfo(zone)

    async def find(self, sought: Sought, asker: Claims, cursor: str | None) -> OrderPage:
        """What ``asker`` may see of it: officers and dispatchers everything, clerks what came in at their stations
        (all, where they are attached to none, as at the desk), members what is theirs.

        Raises DomainError on ``cursor``, Forbidden for whoever is none of these.
        """
        found = self._narrowed(sought)
        if asker.role is Role.MEMBER:
            found = found.where(ORDERS.c.member == (asker.member or ""))
        elif asker.role is Role.CLERK:
            if asker.stations:
                found = found.where(ORDERS.c.station.in_(asker.stations))
        elif asker.role not in (Role.OFFICER, Role.DISPATCHER):
            raise Forbidden("not-allowed", "Your role does not do this.")
        # Of a department's issues in the order of that table's index, of all others in that of the orders' own.
        dates = ORDER_DEPARTMENTS.c if sought.department is not None else ORDERS.c
        at, reference = dates.submitted_at, dates.reference
        if cursor:
            moment, last = place_of(cursor)
            found = found.where(or_(at < moment, and_(at == moment, reference < last)))
        rows = await self._reader.all(found.order_by(at.desc(), reference.desc()).limit(PAGE + 1))
        records = [record_of(row) for row in rows[:PAGE]]
        if len(rows) <= PAGE:
            return OrderPage(records, None)
        return OrderPage(records, encode_cursor(iso(records[-1].submitted_at), records[-1].reference))

    def _narrowed(self, sought: Sought) -> Select[Any]:
        found = select(*COLUMNS)
        if sought.department is not None:
            of_department = ORDER_DEPARTMENTS.c
            found = found.join(ORDER_DEPARTMENTS, of_department.reference == ORDERS.c.reference)
            found = found.where(of_department.department == sought.department)
        leading = sought.leading
        for name in (*_BY_RARITY, "township"):
            value, column = getattr(sought, name), ORDERS.c[name]
            if value is not None:
                # A database without statistics takes any index that fits, and reads a fifth of all issues for a matter
                # where the community beside it has a hundred. What is hidden in a function can lead no index.
                found = found.where((column if name == leading else func.coalesce(column, "")) == value)
        if sought.reference is not None:
            found = found.where(_refers(sought.reference))
        if sought.from_on is not None:
            found = found.where(ORDERS.c.submitted_at >= self._midnight(sought.from_on))
        if sought.to_on is not None and sought.to_on < date.max:
            found = found.where(ORDERS.c.submitted_at < self._midnight(sought.to_on + timedelta(days=1)))
        return found

    def _midnight(self, on: date) -> datetime:
        return datetime.combine(max(on, date(1, 1, 2)), time.min, self._zone)


def _refers(typed: str) -> ColumnElement[bool]:
    whole = clean_reference(typed)
    if whole is not None:
        return ORDERS.c.reference == whole
    begins = typed.strip().upper().replace("-", "").replace(" ", "")
    return ORDERS.c.reference.startswith(f"{begins[:4]}-{begins[4:]}" if len(begins) > 4 else begins, autoescape=True)
