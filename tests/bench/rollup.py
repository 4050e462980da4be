"""How far a prefecture's figures lag behind what its county reports, and how soon it catches up after being away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped] # it brings no types
from nats.js import JetStreamContext

from deploy.run_file import RunningBody
from tests.bench.measure import Latency
from tests.bench.replay import WINDOW, connected, send, submitted_issues
from tests.bench.servers import Pipeline
from tests.bench.watch import Watch

_PATIENCE_SECONDS = 120.0
_TICK_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Parent:
    """A parent body whose reporting database is a SQLite file."""

    body: RunningBody

    @property
    def projection(self) -> Pipeline:
        """Issues becoming visible in its figures."""
        return Pipeline(
            name="the prefecture's figures",
            url=self.body.url,
            notices=Path(self.body.database_urls["reporting"].partition("///")[2]),
            notices_query="SELECT rowid, reference FROM issues WHERE rowid > ? ORDER BY rowid",
            process=psutil.Process(self.body.pids["services"]),
        )

    @contextmanager
    def away(self) -> Iterator[None]:
        """Neither its message server nor its services run meanwhile."""
        stopped = [psutil.Process(self.body.pids[name]) for name in ("services", "nats")]
        for process in stopped:
            process.suspend()
        try:
            yield
        finally:
            for process in reversed(stopped):
                process.resume()


async def lag(child: RunningBody, name: str, parent: Parent, per_second: int, seconds: float) -> Latency:
    """From reporting an issue as ``name`` to its being in the parent's figures, at ``per_second`` for ``seconds``."""
    sent: dict[str, float] = {}
    with Watch(parent.projection) as watch:
        async with connected(child.nats_url) as client:
            js = client.jetstream(publish_async_max_pending=20 * WINDOW)
            began = time.time()
            while (elapsed := time.time() - began) < seconds:
                due = int(elapsed * per_second) - len(sent)
                for event in submitted_issues(due):
                    sent[event.reference] = time.time()
                    await send(js, name, event)
                await asyncio.sleep(_TICK_SECONDS)  # the load is so much a second, and no more
            await js.publish_async_completed()
        seen = await asyncio.to_thread(watch.wait_for, set(sent), patience=_PATIENCE_SECONDS)
    return Latency.of([seen[reference] - at for reference, at in sent.items()])


async def catch_up(child: RunningBody, name: str, parent: Parent, count: int) -> float:
    """Seconds until the parent's figures hold all of ``count`` issues that were reported while it was away."""
    with Watch(parent.projection) as watch:
        with parent.away():
            references = await _report(child, name, count)
        began = time.time()
        seen = await asyncio.to_thread(watch.wait_for, references, patience=_PATIENCE_SECONDS)
    return max(seen.values()) - began


async def _report(child: RunningBody, name: str, count: int) -> set[str]:
    references: set[str] = set()
    async with connected(child.nats_url) as client:
        js: JetStreamContext = client.jetstream(publish_async_max_pending=2 * WINDOW)
        while len(references) < count:
            events = list(submitted_issues(min(WINDOW, count - len(references))))
            await asyncio.gather(*[await send(js, name, event) for event in events])
            references.update(event.reference for event in events)
    return references
