"""Looks at the tree in the background, so that a page asks nobody and works while the message server is away."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import structlog
from prometheus_client import CollectorRegistry, Gauge

from services.reporting.tiers.links import Links
from services.reporting.tiers.looking import Looking
from services.reporting.tiers.seen import Seen
from shared.clock import Clock
from shared.errors import Unavailable
from shared.tasks import stop

log = structlog.get_logger(__name__)


class Watch:
    """The newest look, and since when there has been none."""

    def __init__(self, looking: Looking, links: Links, clock: Clock, every: float, registry: CollectorRegistry) -> None:
        """``every``: seconds between two looks; one look is over before the next begins."""
        self._up = Gauge("doorstep_tier_link_up", "1 while the link is up.", ("neighbour",), registry=registry)
        self._lag = Gauge(
            "doorstep_tier_lag_events", "Events of a child that are not here yet.", ("child",), registry=registry
        )
        self._looking = looking
        self.links = links
        self._clock = clock
        self._every = every
        self.seen: Seen | None = None
        self.away_since: datetime | None = None
        """When the message server was first found away; None while it answers."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Look again and again while inside."""
        task = asyncio.create_task(self._keep_looking(), name="tiers")
        try:
            yield
        finally:
            await stop(task)

    async def _keep_looking(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(self._every)

    async def look(self) -> None:
        """Once, now. Never raises: what cannot be seen is itself what is shown."""
        try:
            seen = await self._looking.look()
            await self.links.follow(seen)
        except Unavailable:
            self.away_since = self.away_since or self._clock.now()
        except Exception as error:
            # A database that is busy, an answer of another server's release: the page shows the look before.
            log.warning("tiers-not-seen", error=repr(error))
        else:
            self.seen, self.away_since = seen, None
            await self._measure(seen)

    async def _measure(self, seen: Seen) -> None:
        for neighbour, link in (await self.links.known()).items():
            self._up.labels(neighbour).set(link.is_up)
        for child, stream in seen.children.items():
            if stream.lag is not None:
                self._lag.labels(child).set(stream.lag)
