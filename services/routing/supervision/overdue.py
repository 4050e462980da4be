"""The clock at each of the two bodies: an overdue answer is said to the office.

Neither waits for the other one's word, so both alarms come on time while the link is down.
"""

from __future__ import annotations

from services.routing.supervision import records
from services.routing.supervision.news import SupervisionNews
from shared.clock import Clock
from shared.dates import DateClock
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer

AT_ONCE = 100
"""Passed dates in one transaction."""


def watch_supervisions(news: SupervisionNews, reader: Reader, writer: Writer, clock: Clock) -> DateClock:
    """The clock of all supervisions of a body."""

    async def settle(tx: Transaction) -> None:
        for record in await records.late_ones(tx, AT_ONCE):
            await news.late(tx, await records.touch(tx, record, is_overdue=True))

    return DateClock(
        "supervisions", next_due=lambda: records.next_due(reader), settle=settle, writer=writer, clock=clock
    )
