"""Fields that a newer release added to events of a known kind: noticed now, read once a release is here that can.

Such an event is taken at once, by what is known of it; nothing waits. The stream keeps the whole of it, so after an
upgrade the figures are made anew from the stream, once, by themselves (docs/decisions/0022).
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Container, Iterable
from contextlib import asynccontextmanager
from typing import Any

import structlog
from sqlalchemy import Table, and_, or_, select

from services.reporting.rebuilding.rebuilds import Rebuilds
from services.reporting.tables import UnreadField
from shared.contracts.catalogue import class_at
from shared.contracts.event import Event
from shared.contracts.subjects import Address
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.messaging.handlers import Received
from shared.tasks import stop

log = structlog.get_logger(__name__)

MOST_NOTED = 200
"""Fields in all that are noted: what another body sends must not fill a table."""
TRY_AGAIN_SECONDS = 30.0
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,63}")

Noted = tuple[str, str]
"""A kind of event (``report.issue.closed.v1``) and the name of a field."""


def kind_name(event: type[Event]) -> str:
    """``report.issue.closed.v1``."""
    return f"{event.plane}.{event.noun}.{event.verb}.v{event.version}"


def unread_in(received: Iterable[Received[Any]]) -> set[Noted]:
    """The fields that came with these events and have no place in their classes."""
    found = set()
    for one in received:
        known = type(one.event).model_fields
        unknown = json.loads(one.said).keys() - known.keys() if one.said else ()
        found |= {(kind_name(type(one.event)), name) for name in unknown if _FIELD.fullmatch(name)}
    return found


def _read_of(kind: str) -> Container[str]:
    plane, noun, verb, version = kind.split(".")
    known = class_at(Address("", plane, noun, verb, int(version.removeprefix("v"))))
    return known.model_fields if known else ()


class UnreadFields:
    """What was noticed, in the database."""

    def __init__(self) -> None:
        self._table: Table = UnreadField.__table__  # type: ignore[attr-defined]

    async def note(self, tx: Transaction, received: Iterable[Received[Any]]) -> None:
        """Remember what these events said beyond what is read of them."""
        found = unread_in(received)
        if not found:
            return
        table = self._table
        noted = {(row.kind, row.field) for row in await tx.all(select(table.c.kind, table.c.field))}
        new = sorted(found - noted)[: max(0, MOST_NOTED - len(noted))]
        if new:
            log.info("fields-of-a-newer-release", fields=[f"{kind}: {field}" for kind, field in new])
            rows = [{"kind": kind, "field": field, "first_at": tx.now} for kind, field in new]
            await tx.add_missing(table, rows)

    async def noted(self, reader: Reader) -> list[Noted]:
        """All that was noticed and is not read yet, in order."""
        table = self._table
        rows = await reader.all(select(table.c.kind, table.c.field).order_by(table.c.kind, table.c.field))
        return [(row.kind, row.field) for row in rows]

    async def now_read(self, reader: Reader) -> list[Noted]:
        """Of these, what the classes of this release have a place for."""
        return [(kind, field) for kind, field in await self.noted(reader) if field in _read_of(kind)]

    async def forget(self, tx: Transaction, fields: Iterable[Noted]) -> None:
        """They have been read."""
        table = self._table
        await tx.execute(
            table.delete().where(or_(*(and_(table.c.kind == kind, table.c.field == field) for kind, field in fields)))
        )


class ReadingAgain:
    """After an upgrade: the figures made anew with what could not be read before."""

    def __init__(
        self,
        fields: UnreadFields,
        reader: Reader,
        rebuilds: Rebuilds,
        writer: Writer,
        again_after: float = TRY_AGAIN_SECONDS,
    ) -> None:
        """``again_after``: seconds until a rebuild that failed is begun again; the message server may be away."""
        self._fields = fields
        self._reader = reader
        self._rebuilds = rebuilds
        self._writer = writer
        self._again_after = again_after

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look once, and rebuild in the background where there is something to read."""
        task = asyncio.create_task(self._read_again(), name="read again")
        try:
            yield
        finally:
            await stop(task)

    async def _read_again(self) -> None:
        while True:
            try:
                fields = await self._fields.now_read(self._reader)
                if not fields:
                    return
                log.info("reading-again", fields=[f"{kind}: {field}" for kind, field in fields])
                if await self._rebuilds.finished(self._rebuilds.start()):
                    await self._writer.run(self._forgetting(fields))
                    return
            except Exception as error:
                log.warning("reads-again-later", error=repr(error), seconds=self._again_after)
            await asyncio.sleep(self._again_after)

    def _forgetting(self, fields: list[Noted]) -> Callable[[Transaction], Any]:
        return lambda tx: self._fields.forget(tx, fields)
