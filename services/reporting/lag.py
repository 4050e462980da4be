"""How many reported events have not become figures yet, here and on their way to the parent body."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from nats.errors import Error as NatsError
from nats.js.errors import NotFoundError

from shared.errors import Unavailable
from shared.messaging.link import Link

TO_PARENT = "to_parent"
"""The durable, declared with the stream, that the parent's server takes reports from."""
PATIENCE_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Lag:
    """Events not applied here, and events that the parent's server has not confirmed (None without a parent)."""

    pending: int
    to_parent: int | None


async def lag_of(link: Link, stream: str, *, has_parent: bool) -> Lag:
    """Asks the body's own server. Raises Unavailable while that is away."""
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            return Lag(await link.pending(), await _to_parent(link, stream) if has_parent else None)
    except (NatsError, TimeoutError, OSError) as away:
        raise Unavailable("broker-away", "The message server cannot be reached just now.") from away


async def _to_parent(link: Link, stream: str) -> int | None:
    try:
        durable = await (await link.jetstream()).consumer_info(stream, TO_PARENT)
    except NotFoundError:
        return None  # the bodies are not joined yet
    return (durable.num_pending or 0) + (durable.num_ack_pending or 0)
