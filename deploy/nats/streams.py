"""Declares a body's streams; run again, it changes nothing or brings them up to date."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import (
    ExternalStream,
    StorageType,
    StreamConfig,
    StreamSource,
    SubjectTransform,
)
from nats.js.errors import APIError

from deploy.nats.names import (
    INNER,
    deliver_prefix,
    domain_api,
    from_stream,
    inner_subjects,
    report_subjects,
    stamped,
    uplink_stream,
)
from deploy.trouble import NothingUp

DUPLICATE_WINDOW = 600.0
"""Seconds in which a repeated ``Nats-Msg-Id`` is taken for the same message; longer repeats are the inbox's."""

NO_DUPLICATE_WINDOW = 0.1
"""Seconds; the least the server takes. What a parent holds of a child is to be as much as the child has."""

_NAME_IN_USE = 10058
"""JetStream's error code: a stream of that name exists with another configuration."""


@dataclass(frozen=True)
class StewardUrls:
    """Addresses (with credentials) of the user that may declare streams, in each account."""

    local: str
    uplink: str


class StreamsNotDeclared(NothingUp):
    """The server did not take the declarations in time."""


async def declare_streams(urls: StewardUrls, body: str, *, children: Iterable[str], within: float = 60.0) -> None:
    """Declare everything that ``body`` owns, trying again with growing delays for ``within`` seconds.

    ``INNER`` in account LOCAL; ``UP_<body>``, and one ``FROM_<child>`` per child, in account
    UPLINK. Raises :class:`StreamsNotDeclared` with the last reason.
    """
    deadline = asyncio.get_running_loop().time() + within
    delay = 0.05
    while True:
        try:
            async with asyncio.timeout_at(deadline):
                await _declare_once(urls, body, tuple(children))
            return
        except (NatsError, OSError, TimeoutError) as reason:
            if asyncio.get_running_loop().time() + delay >= deadline:
                raise StreamsNotDeclared(f"the streams of {body} could not be declared: {reason!r}") from reason
        await asyncio.sleep(delay)
        delay = min(delay * 2, 5.0)


async def _declare_once(urls: StewardUrls, body: str, children: tuple[str, ...]) -> None:
    async with _jetstream(urls.local) as local:
        await _ensure_stream(local, inner_stream_config(body))
    async with _jetstream(urls.uplink) as uplink:
        for child in children:
            await _ensure_stream(uplink, from_stream_config(child))
        await _ensure_stream(uplink, uplink_stream_config(body, children))


def inner_stream_config(body: str) -> StreamConfig:
    """The stream of what stays in the body."""
    return StreamConfig(
        name=INNER,
        subjects=[inner_subjects(body)],
        storage=StorageType.FILE,
        duplicate_window=DUPLICATE_WINDOW,
    )


def uplink_stream_config(body: str, children: Iterable[str]) -> StreamConfig:
    """What rises: the body's own reports and, already stamped, those of its children."""
    sources = [StreamSource(name=from_stream(child)) for child in children]
    return StreamConfig(
        name=uplink_stream(body),
        subjects=[report_subjects(body)],
        sources=sources or None,
        storage=StorageType.FILE,
        duplicate_window=DUPLICATE_WINDOW,
    )


def from_stream_config(child: str) -> StreamConfig:
    """At the parent: the child's reports, their subjects stamped with the child they came from.

    The parent's server asks for what follows the last message it holds itself, so a break at any moment loses
    nothing (docs/decisions/0009).
    """
    source = StreamSource(
        name=uplink_stream(child), external=ExternalStream(api=domain_api(child), deliver=deliver_prefix(child))
    )
    return StreamConfig(
        name=from_stream(child),
        sources=[source],
        subject_transform=SubjectTransform(src=">", dest=f"{stamped(child)}.>"),
        storage=StorageType.FILE,
        duplicate_window=NO_DUPLICATE_WINDOW,
    )


async def _ensure_stream(jetstream: JetStreamContext, config: StreamConfig) -> None:
    try:
        await jetstream.add_stream(config)
    except APIError as error:
        if error.err_code != _NAME_IN_USE:
            raise
        await jetstream.update_stream(config)


@asynccontextmanager
async def _jetstream(url: str) -> AsyncIterator[JetStreamContext]:
    client = Client()
    try:
        # Within: who is told to stop while it connects closes what is open by then.
        await client.connect(url, allow_reconnect=False, connect_timeout=2, error_cb=_raise_nothing)
        yield client.jetstream(timeout=5)
    finally:
        await client.close()


async def _raise_nothing(_: Exception) -> None:
    """The caller sees the failed request itself; nats-py would print a traceback as well."""
