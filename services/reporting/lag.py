"""How many reported events have not become figures yet, and how far they have risen."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import StreamSourceInfo

from shared.errors import Unavailable
from shared.messaging.link import Link

PATIENCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Lag:
    """``pending`` events are not applied here. ``reported`` were reported in this body and below it, ever.

    ``risen`` gives, for each child body, how many of its ``reported`` are here: what is missing is on its way.
    """

    pending: int
    reported: int
    risen: Mapping[str, int]


async def lag_of(link: Link, stream: str) -> Lag:
    """Asks the body's own server. Raises Unavailable while that is away, or does not know yet."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            js = await link.jetstream()
            whole = await js.stream_info(stream)
            below = whole.sources or []
            risen = {source.name.removeprefix("FROM_"): await _held(js, source.name) for source in below}
            pending = await link.pending() + sum(_not_passed_on(source) for source in below)
            return Lag(pending, whole.state.messages, risen)
    except (NatsError, TimeoutError, OSError) as away:
        raise Unavailable("broker-away", "The message server cannot be reached just now.") from away


async def _held(js: JetStreamContext, stream: str) -> int:
    return (await js.stream_info(stream)).state.messages


def _not_passed_on(source: StreamSourceInfo) -> int:
    """What came from a child and is not in the body's own stream yet; a server that just started cannot say."""
    if source.lag is None or source.active is None or source.active < 0:
        raise Unavailable("broker-away", "The message server cannot be reached just now.")
    return source.lag
