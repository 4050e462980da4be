"""The clock at each of the two bodies: an offer nobody answered expires, an overdue answer is said to the office.

Neither waits for the other one's word, so both alarms come on time while the link is down.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from services.routing.domain.handover import HandoverState
from services.routing.handover import records
from services.routing.handover.parties import Correspondence
from services.routing.handover.sending import Sending
from services.routing.handover.taking import Taking
from shared.clock import Clock
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.tasks import stop

log = structlog.get_logger(__name__)

AT_ONCE = 100
"""Passed dates in one transaction."""
LOOK_AGAIN_SECONDS = 60.0
"""Another replica may have heard of something since, or the machine may have slept: so look now and then."""


class HandoverClock:
    """Sleeps until the next date of a handover passes, then says so."""

    def __init__(
        self,
        sending: Sending,
        taking: Taking,
        correspondence: Correspondence,
        reader: Reader,
        writer: Writer,
        clock: Clock,
    ) -> None:
        self._sending = sending
        self._taking = taking
        self._correspondence = correspondence
        self._reader = reader
        self._writer = writer
        self._clock = clock
        self._changed = asyncio.Event()

    def wake(self) -> None:
        """Something changed that may bring the next date forward."""
        self._changed.set()

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Watch the dates while inside."""
        task = asyncio.create_task(self._watch(), name="handovers")
        try:
            yield
        finally:
            await stop(task)

    async def settle(self, tx: Transaction) -> None:
        """Say of up to :data:`AT_ONCE` handovers that a date has passed."""
        for record in await records.late_ones(tx, AT_ONCE):
            if record.state is HandoverState.ACCEPTED:
                await records.touch(tx, record, missed="answer")
                self._correspondence.late(tx, record, "answer")
                continue
            await (self._sending if record.is_ours else self._taking).expire(tx, record)
            self._correspondence.late(tx, record, "offer")

    async def _watch(self) -> None:
        while True:
            self._changed.clear()
            try:
                pause = await self._settle_due()
            except Exception as error:  # the database is away; what is late is not less late afterwards
                log.warning("handovers-wait", error=repr(error))
                pause = LOOK_AGAIN_SECONDS
            with suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), pause)

    async def _settle_due(self) -> float:
        """Settle what is due; gives the seconds until there may be more."""
        earliest = await records.next_due(self._reader)
        while earliest is not None and earliest <= self._clock.now():
            await self._writer.run(self.settle)
            earliest = await records.next_due(self._reader)
        if earliest is None:
            return LOOK_AGAIN_SECONDS
        return min(LOOK_AGAIN_SECONDS, (earliest - self._clock.now()).total_seconds())
