"""The rebuilds of one body: one at a time, in the background of the process that leads, asked for at any.

Kept in the database, so that whichever process is asked knows how far one is. A rebuild ends with its process.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import timedelta

import structlog
from sqlalchemy import Table, select

from services.reporting.projection import Projection
from services.reporting.rebuilding.rebuild import Progress, Read, Rebuild, Source, State
from services.reporting.tables import RebuildRow
from services.reporting.ways import Ways
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.errors import NotFound
from shared.ids import new_id
from shared.tasks import stop

log = structlog.get_logger(__name__)

Open = Callable[[], AbstractAsyncContextManager[Source]]

TOLD_EVERY_SECONDS = 1.0
"""How often one says how far it is."""
LOOKS_ANYWAY_SECONDS = 15.0
"""For one that was asked for at a process that did not get round to telling."""
REMEMBERED_FOR = timedelta(days=30)

_REBUILDS: Table = RebuildRow.__table__  # type: ignore[attr-defined]
_UNDER_WAY = _REBUILDS.c.state.in_(("asked", "running"))


class NoLongerOurs(Exception):
    """Another process leads by now, and has given this rebuild up."""


class Rebuilds:
    """Takes orders for rebuilds, makes them where this process leads, and says how far they are."""

    def __init__(
        self,
        *,
        writer: Writer,
        reader: Reader,
        tell: Callable[[], None],
        open_source: Open,
        read: Read,
        projection: Projection,
        ways: Ways,
    ) -> None:
        """``tell`` lets the process that leads look, where it is another one (:meth:`look`)."""
        self._writer = writer
        self._reader = reader
        self._tell = tell
        self._open_source = open_source
        self._read = read
        self._projection = projection
        self._ways = ways
        self._asked = asyncio.Event()
        self._ended = asyncio.Event()

    async def start(self) -> str:
        """The id of a new rebuild, or of the one that is asked for or under way."""

        async def job(tx: Transaction) -> str:
            known: str | None = await tx.scalar(select(_REBUILDS.c.id).where(_UNDER_WAY).limit(1))
            if known is not None:
                return known
            await tx.execute(_REBUILDS.delete().where(_REBUILDS.c.asked_at < tx.now - REMEMBERED_FOR))
            row = {"id": new_id(), "state": "asked", "done": 0, "total": 0, "skipped": 0, "asked_at": tx.now}
            await tx.add(_REBUILDS, [row])
            return str(row["id"])

        rebuild_id = await self._writer.run(job)
        self.look()
        self._tell()
        return rebuild_id

    def look(self) -> None:
        """Somebody may have asked for one."""
        self._asked.set()

    async def anew(self) -> bool:
        """Make one that begins from now on, after whatever is under way; whether it came to its end."""
        under_way = await self._reader.scalar(select(_REBUILDS.c.id).where(_REBUILDS.c.state == "running").limit(1))
        if under_way is not None:
            await self.finished(under_way)
        return await self.finished(await self.start())

    async def progress(self, rebuild_id: str) -> Progress:
        """How far it is. Raises NotFound."""
        row = await self._reader.one(select(_REBUILDS).where(_REBUILDS.c.id == rebuild_id))
        if row is None:
            raise NotFound("rebuild-not-found", "There is no such rebuild.", field="id")
        # Nobody needs to know whether it has begun.
        state: State = "running" if row.state == "asked" else row.state
        return Progress(done=row.done, total=row.total, skipped=row.skipped, state=state)

    async def finished(self, rebuild_id: str) -> bool:
        """Wait for its end; whether it came to a good one. Raises NotFound."""
        while True:
            ended = self._ended
            progress = await self.progress(rebuild_id)
            if progress.state != "running":
                return progress.state == "done"
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), TOLD_EVERY_SECONDS)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Make those that are asked for while inside; for the process that leads.

        One under way at the end is given up; the tables in use are then as they were.
        """
        await self._writer.run(_give_up_left_over)
        task = asyncio.create_task(self._keep_making(), name="rebuilds")
        try:
            yield
        finally:
            await stop(task)

    async def _keep_making(self) -> None:
        while True:
            self._asked.clear()
            try:
                while rebuild_id := await self._writer.run(_take):
                    await self._make(rebuild_id)
            except Exception as error:
                log.warning("rebuilds-wait", error=repr(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._asked.wait(), LOOKS_ANYWAY_SECONDS)

    async def _make(self, rebuild_id: str) -> None:
        progress = Progress()
        task = asyncio.create_task(self._rebuild(rebuild_id, progress), name="rebuild")
        try:
            while not task.done():
                await asyncio.wait([task], timeout=TOLD_EVERY_SECONDS)
                if not task.done():
                    await self._note(rebuild_id, progress)
            await self._note(rebuild_id, progress)
        finally:
            await stop(task)
            self._ended.set()
            self._ended = asyncio.Event()

    async def _rebuild(self, rebuild_id: str, progress: Progress) -> None:
        async def still_ours(tx: Transaction) -> None:
            if await tx.scalar(select(_REBUILDS.c.state).where(_REBUILDS.c.id == rebuild_id)) != "running":
                raise NoLongerOurs(rebuild_id)

        try:
            async with self._open_source() as source:
                await Rebuild(
                    writer=self._writer,
                    source=source,
                    read=self._read,
                    projection=self._projection,
                    ways=self._ways,
                    progress=progress,
                    still_ours=still_ours,
                ).run()
        except Exception as error:
            # Whoever asked has long had an answer; the state is where they look, and the log says why.
            log.error("rebuild-failed", error=repr(error), done=progress.done, total=progress.total)
            progress.state = "failed"
        else:
            progress.state = "done"
            log.info("rebuilt", events=progress.done, skipped=progress.skipped)

    async def _note(self, rebuild_id: str, progress: Progress) -> None:
        values = {"done": progress.done, "total": progress.total, "skipped": progress.skipped, "state": progress.state}
        ours = (_REBUILDS.c.id == rebuild_id) & (_REBUILDS.c.state == "running")
        await self._writer.run(lambda tx: tx.execute(_REBUILDS.update().where(ours).values(values)))


async def _give_up_left_over(tx: Transaction) -> None:
    """Whoever was at one does not lead any more."""
    await tx.execute(_REBUILDS.update().where(_REBUILDS.c.state == "running").values(state="failed"))


async def _take(tx: Transaction) -> str | None:
    asked: str | None = await tx.scalar(select(_REBUILDS.c.id).where(_REBUILDS.c.state == "asked").limit(1))
    if asked is not None:
        await tx.execute(_REBUILDS.update().where(_REBUILDS.c.id == asked).values(state="running"))
    return asked
