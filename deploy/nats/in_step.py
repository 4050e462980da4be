"""Sees to it that what a parent hands down reaches its child, also when the parent was put back to an older backup.

A child's server asks for what follows the last message that it took. A parent's ``DOWN_<child>`` of yesterday is
shorter than that; what is said into it anew would be passed over, without a word and with a lag of 0, until it has
grown past the old end (docs/decisions/0020). The parent's own server shows where the child means to go on. So the
stream is filled with what it holds up to there, and then all of it is said once more: whoever knows an event passes
over it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx
import structlog
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import RawStreamMsg
from nats.js.errors import NotFoundError

from deploy.nats.names import down_stream
from deploy.nats.streams import connected
from shared.ids import new_id

log = structlog.get_logger(__name__)

LOOK_EVERY_SECONDS = 10.0
_STREAMS = "jsz?acc=UPLINK&streams=true&consumers=true&direct-consumers=true&config=true"
_PATIENCE_SECONDS = 5.0


@dataclass(frozen=True)
class Parent:
    """Where the parent's server is looked at, and by whom it is spoken to."""

    monitor_url: str
    services_url: str
    """Account LOCAL: the services', who hand down."""
    steward_url: str
    """Account UPLINK: reads the streams."""


@dataclass(frozen=True)
class Behind:
    """A ``DOWN_<child>`` that ends at ``last``, though the child took all up to ``taken``."""

    child: str
    last: int
    taken: int


async def keep_in_step(parent: Parent, children: Callable[[], Sequence[str]]) -> None:
    """Look and mend until cancelled."""
    while True:
        await asyncio.sleep(LOOK_EVERY_SECONDS)
        with suppress(NatsError, OSError, TimeoutError):  # the server is away: the next look is soon
            for each in await behind(parent, children()):
                log.warning("handing-down-went-back", child=each.child, last=each.last, taken=each.taken)
                said = await mend(parent, each)
                log.info("handing-down-mended", child=each.child, said_again=said)


async def behind(parent: Parent, children: Sequence[str]) -> list[Behind]:
    """The children whose server waits for what follows a message that is not there. Raises OSError while the
    parent's own is away."""
    if not children:
        return []
    try:
        async with httpx.AsyncClient(timeout=_PATIENCE_SECONDS) as client:
            seen = (await client.get(f"{parent.monitor_url}/{_STREAMS}")).json()
    except (httpx.HTTPError, ValueError) as away:
        raise OSError(f"the message server does not answer: {away!r}") from away
    details = {one["name"]: one for account in seen.get("account_details") or () for one in _streams(account)}
    found = []
    for child in children:
        stream = details.get(down_stream(child))
        if stream is None:
            continue
        last = int(stream["state"]["last_seq"])
        taken = max((_taken(one) for one in stream.get("direct_consumer_detail") or ()), default=0)
        if taken > last:
            found.append(Behind(child, last, taken))
    return found


async def mend(parent: Parent, behind: Behind) -> int:
    """Bring the stream past where the child goes on, and say all that it holds once more; how many letters were said.

    Nothing is taken away, so it may end at any moment and begin anew. Raises nats' errors and TimeoutError.
    """
    name = down_stream(behind.child)
    async with connected(parent.steward_url) as steward, connected(parent.services_url) as services:
        reading, saying = steward.jetstream(timeout=_PATIENCE_SECONDS), services.jetstream(timeout=_PATIENCE_SECONDS)
        held = await _held(reading, name, behind.last)
        if not held:
            # Nothing is lost by it: the stream is empty, and only its count moves on.
            await reading.purge_stream(name, seq=behind.taken + 1)
            return 0
        last, said = behind.last, 0
        while last < behind.taken:
            for message in held[: behind.taken - last]:
                last = await _say(saying, message)
                said += 1
        for message in held:
            await _say(saying, message)
        return said + len(held)


def _streams(account: dict[str, Any]) -> list[dict[str, Any]]:
    streams: list[dict[str, Any]] = account.get("stream_detail") or []
    return streams


def _taken(consumer: dict[str, Any]) -> int:
    """Up to which message the child has all, as it said when it asked."""
    return int((consumer.get("config") or {}).get("opt_start_seq") or 1) - 1


async def _held(reading: JetStreamContext, name: str, last: int) -> list[RawStreamMsg]:
    held = []
    for sequence in range(1, last + 1):
        with suppress(NotFoundError):
            held.append(await reading.get_msg(name, sequence))
    return held


async def _say(saying: JetStreamContext, message: RawStreamMsg) -> int:
    # Under a new message id, since the server would drop the repeat; its reader knows it by the event's own.
    headers = {**(message.headers or {}), "Nats-Msg-Id": new_id()}
    return (await saying.publish(str(message.subject), message.data or b"", headers=headers)).seq
