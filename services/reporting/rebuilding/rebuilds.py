"""The rebuilds of one instance: one at a time, in the background, each findable by its id while the process lives."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import structlog

from services.reporting.projection import Projection
from services.reporting.rebuilding.rebuild import Progress, Read, Rebuild, Source
from services.reporting.ways import Ways
from shared.db.writer import Writer
from shared.errors import NotFound
from shared.ids import new_id
from shared.tasks import stop

log = structlog.get_logger(__name__)

Open = Callable[[], AbstractAsyncContextManager[Source]]


class Rebuilds:
    """Starts rebuilds and says how far they are. Not kept in the database: a rebuild ends with its process."""

    def __init__(self, *, writer: Writer, open_source: Open, read: Read, projection: Projection, ways: Ways) -> None:
        self._writer = writer
        self._open_source = open_source
        self._read = read
        self._projection = projection
        self._ways = ways
        self._known: dict[str, Progress] = {}
        self._running: tuple[str, asyncio.Task[None]] | None = None

    def start(self) -> str:
        """The id of a new rebuild, or of the one that is under way."""
        if self._running is not None and not self._running[1].done():
            return self._running[0]
        rebuild_id = new_id()
        progress = self._known[rebuild_id] = Progress()
        self._running = rebuild_id, asyncio.create_task(self._run(progress), name="rebuild")
        return rebuild_id

    async def anew(self) -> bool:
        """Make one that begins from now on, after whatever is under way; whether it came to its end."""
        if self._running is not None:
            await asyncio.wait([self._running[1]])
        rebuild_id = self.start()
        assert self._running is not None
        await asyncio.wait([self._running[1]])
        return self.progress(rebuild_id).state == "done"

    def progress(self, rebuild_id: str) -> Progress:
        """How far it is. Raises NotFound."""
        try:
            return self._known[rebuild_id]
        except KeyError:
            raise NotFound("rebuild-not-found", "There is no such rebuild.", field="id") from None

    async def finished(self, rebuild_id: str) -> bool:
        """Wait for its end; whether it came to a good one. Raises NotFound."""
        progress = self.progress(rebuild_id)
        if self._running is not None and self._running[0] == rebuild_id:
            await asyncio.wait([self._running[1]])
        return progress.state == "done"

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """A rebuild under way at the end is given up; the tables in use are then as they were."""
        try:
            yield
        finally:
            if self._running is not None:
                await stop(self._running[1])

    async def _run(self, progress: Progress) -> None:
        try:
            async with self._open_source() as source:
                await Rebuild(
                    writer=self._writer,
                    source=source,
                    read=self._read,
                    projection=self._projection,
                    ways=self._ways,
                    progress=progress,
                ).run()
        except Exception as error:
            # Whoever asked has long had an answer; the state is where they look, and the log says why.
            log.error("rebuild-failed", error=repr(error), done=progress.done, total=progress.total)
            progress.state = "failed"
        else:
            progress.state = "done"
            log.info("rebuilt", events=progress.done, skipped=progress.skipped)
