"""The delivery log: what was told, when, and whether it went out. It has neither text nor address to show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from services.notify.domain import Audience, Kind, State
from services.notify.tables import Notice
from shared.db.reader import Reader
from shared.errors import DomainError
from shared.web.paging import decode_cursor, encode_cursor

_NOTICES = Notice.__table__  # type: ignore[attr-defined]

PAGE = 50
LARGEST_NUMBER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class LoggedNotice:
    """A line of the log. ``due_at`` is the next try, of a notice that still waits."""

    notice_id: str
    kind: Kind
    audience: Audience
    reference: str
    member: str | None
    state: State
    tries: int
    queued_at: datetime
    due_at: datetime | None
    settled_at: datetime | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class LogPage:
    """Fifty lines at most, the newest first, and the cursor of what came before."""

    items: list[LoggedNotice]
    next: str | None


class DeliveryLog:
    """Reads the notices."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    async def page(self, cursor: str | None = None, state: State | None = None) -> LogPage:
        """One page; ``state`` leaves only such. Raises DomainError on field ``cursor``."""
        statement = select(_NOTICES).order_by(_NOTICES.c.number.desc()).limit(PAGE + 1)
        if state is not None:
            statement = statement.where(_NOTICES.c.state == state.value)
        if cursor is not None:
            statement = statement.where(_NOTICES.c.number < _place(cursor))
        rows = await self._reader.all(statement)
        more = len(rows) > PAGE
        return LogPage([_line(row) for row in rows[:PAGE]], encode_cursor(rows[PAGE - 1].number) if more else None)


def _place(cursor: str) -> int:
    (number,) = decode_cursor(cursor, int)
    if not isinstance(number, int) or abs(number) > LARGEST_NUMBER:
        raise DomainError("cursor-not-valid", "This cursor was not given out here.", field="cursor")
    return number


def _line(row: Any) -> LoggedNotice:
    kind, state = Kind(row.kind), State(row.state)
    return LoggedNotice(
        notice_id=row.notice_id,
        kind=kind,
        audience=kind.audience,
        reference=row.reference,
        member=row.member,
        state=state,
        tries=row.tries,
        queued_at=row.queued_at,
        due_at=None if row.settled_at else row.due_at,
        settled_at=row.settled_at,
        reason=row.reason,
    )
