"""Makes the figures anew when events were set aside, since figures only ever grow by themselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from services.reporting.ledger.held import BESIDE
from services.reporting.ledger.holdings import Holdings
from services.reporting.rebuilding.rebuilds import Rebuilds
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.tasks import stop

log = structlog.get_logger(__name__)

LOOK_EVERY_SECONDS = 2.0


class Freshening:
    """Looks for what was set aside and is still in the figures; a row says so, so that a restart forgets nothing."""

    def __init__(self, holdings: Holdings, rebuilds: Rebuilds, writer: Writer) -> None:
        self._holdings = holdings
        self._rebuilds = rebuilds
        self._writer = writer

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look while inside."""
        task = asyncio.create_task(self._run(), name="freshening")
        try:
            yield
        finally:
            await stop(task)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY_SECONDS)
            try:
                last = await self._holdings.stale_figures()
                if last and await self._rebuilds.anew():
                    await self._writer.run(lambda tx, last=last: _settle(tx, last))  # type: ignore[misc]
            except Exception as error:
                log.warning("figures-still-stale", error=repr(error))


async def _settle(tx: Transaction, last: int) -> None:
    await tx.execute(BESIDE.update().where(BESIDE.c.id <= last, BESIDE.c.in_figures.is_(True)).values(in_figures=False))
