"""What of reporting speaks with the body above and those below, put together once the service runs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from services.reporting.http.ledger_api import TierLedgers
from services.reporting.ledger.alarms import Alarms
from services.reporting.ledger.answering import Answering
from services.reporting.ledger.mending import Mending
from services.reporting.ledger.neighbours import Ledgers
from services.reporting.ledger.reconcile import Parent, Reconcile
from services.reporting.ledger.verifying import Verifying
from services.reporting.rebuilding.rebuild import stream_at
from services.reporting.settings import ReportingSettings
from shared.runtime import Runtime


@asynccontextmanager
async def between_tiers(
    tiers: TierLedgers,
    *,
    settings: ReportingSettings,
    runtime: Runtime,
    stream: str,
    url: str,
    ledgers: Ledgers,
    alarms: Alarms,
) -> AsyncIterator[None]:
    """Answer children, and compare with the parent if there is one, while inside."""
    body, link, clock = settings.body, runtime.link, runtime.clock
    parent, open_stream = Parent(link, body), partial(stream_at, url, stream)
    async with AsyncExitStack() as stack:
        tiers.answering = Answering(link, stream, tiers.holdings, alarms, clock)
        await stack.enter_async_context(tiers.answering.running())
        if settings.parent is not None:
            tiers.mending = Mending(body=body, parent=parent, ledgers=ledgers, open_stream=open_stream)
            tiers.reconcile = Reconcile(
                body=body,
                link=link,
                stream=stream,
                parent=parent,
                ledgers=ledgers,
                holdings=tiers.holdings,
                alarms=alarms,
                clock=clock,
                every_seconds=settings.reconcile_seconds,
            )
            await stack.enter_async_context(tiers.reconcile.running())
        tiers.verifying = Verifying(
            body=body,
            ledgers=ledgers,
            holdings=tiers.holdings,
            open_stream=open_stream,
            reconcile=tiers.reconcile,
            parent=parent,
        )
        yield
