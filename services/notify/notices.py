"""The notices that wait, and what is written down about each try."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from services.notify.domain import Kind, Move, State, after, pause_after
from services.notify.tables import Notice
from shared.clock import Clock
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer

_NOTICES = Notice.__table__  # type: ignore[attr-defined]
_WAITS = _NOTICES.c.settled_at.is_(None)

LEASE = timedelta(seconds=60)
"""A notice that is being sent is nobody else's for that long; after a crash it is tried again then."""


@dataclass(frozen=True, slots=True)
class DueNotice:
    """A notice that is to be sent now. ``tries`` counts this one."""

    notice_id: str
    kind: Kind
    reference: str
    member: str | None
    facts: Mapping[str, Any]
    state: State
    tries: int


class Notices:
    """The waiting notices of this body."""

    def __init__(self, reader: Reader, writer: Writer, clock: Clock) -> None:
        self._reader = reader
        self._writer = writer
        self._clock = clock

    async def next_due_at(self) -> datetime | None:
        """When the next one is to be tried; None where none waits."""
        found: datetime | None = await self._reader.scalar(select(func.min(_NOTICES.c.due_at)).where(_WAITS))
        return found

    async def take_due(self, most: int) -> list[DueNotice]:
        """Up to ``most`` notices whose time has come, oldest first, reserved for the caller while :data:`LEASE` lasts.

        The try is counted before it is made, so that a notice whose sending ends the process is given up one day.
        """

        async def job(tx: Transaction) -> list[DueNotice]:
            due = _WAITS & (_NOTICES.c.due_at <= tx.now)
            first = select(_NOTICES.c.notice_id).where(due).order_by(_NOTICES.c.due_at, _NOTICES.c.number).limit(most)
            rows = await tx.all(
                _NOTICES.update()
                # Said twice: another replica may have taken one between the two looks.
                .where(_NOTICES.c.notice_id.in_(first), due)
                .values(due_at=tx.now + LEASE, tries=_NOTICES.c.tries + 1)
                .returning(_NOTICES)
            )
            return [_due(row) for row in sorted(rows, key=lambda row: row.number)]

        return await self._writer.run(job)

    async def settle(self, notice: DueNotice, move: Move, reason: str | None = None) -> State:
        """Write down how the try ended; a failed one is due again later, or dead when it was the last."""
        pause = pause_after(notice.tries)
        if move is Move.FAIL and pause is None:
            move = Move.GIVE_UP
        state = after(notice.state, move)

        async def job(tx: Transaction) -> None:
            values: dict[str, Any] = {"state": state.value, "reason": reason}
            if state is State.FAILED and pause is not None:
                values["due_at"] = tx.now + pause
            else:
                values["settled_at"] = tx.now
            await tx.execute(_NOTICES.update().where(_NOTICES.c.notice_id == notice.notice_id, _WAITS).values(values))

        await self._writer.run(job)
        return state


def _due(row: Any) -> DueNotice:
    return DueNotice(row.notice_id, Kind(row.kind), row.reference, row.member, row.facts, State(row.state), row.tries)
