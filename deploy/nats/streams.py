"""Declares a body's streams; run again, it changes nothing or brings them up to date."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Iterable, Sequence
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
    down_prefix,
    down_stream,
    downward_subjects,
    from_stream,
    handed_stream,
    handover_subjects,
    inner_subjects,
    parent_api,
    report_subjects,
    stamped,
    uplink_stream,
)
from deploy.trouble import NothingUp
from shared.messaging.servers import servers_of

DUPLICATE_WINDOW = 600.0
"""Seconds in which a repeated ``Nats-Msg-Id`` is taken for the same message; longer repeats are the inbox's."""

NO_DUPLICATE_WINDOW = 0.0
"""The server then keeps all that a source brings. Ids are each body's own: where the reports of several bodies meet,
a window would drop one body's event for another's, and a child could have a sibling's event dropped by using its id
first (docs/decisions/0023)."""

_NAME_IN_USE = 10058
"""JetStream's error code: a stream of that name exists with another configuration."""


@dataclass(frozen=True)
class StewardUrls:
    """Addresses (with credentials) of the user that may declare streams, in each account."""

    local: str
    uplink: str


class StreamsNotDeclared(NothingUp):
    """The server did not take the declarations in time."""


async def declare_streams(
    urls: StewardUrls, body: str, *, children: Iterable[str], within: float = 60.0, copies: int = 1
) -> None:
    """Declare everything that ``body`` owns, trying again with growing delays for ``within`` seconds.

    ``INNER`` in account LOCAL; ``UP_<body>``, and one ``FROM_<child>`` and one ``DOWN_<child>`` per child, in account
    UPLINK. ``copies`` of each are kept, on as many servers of a cluster; durables follow their stream. Raises
    :class:`StreamsNotDeclared` with the last reason.
    """
    await _declare_within(body, within, _streams_of(urls, body, tuple(children)), copies)


async def declare_handed(
    urls: StewardUrls,
    body: str,
    *,
    parent: str | None,
    children: Iterable[str],
    within: float = 60.0,
    copies: int = 1,
) -> None:
    """Declare ``HAND_<body>``, which takes in what is handed to the body, once its parent's ``DOWN_<body>`` is there.

    Earlier does no harm, but the body's server then asks its parent's again only after 10 to 40 s. A body that has
    neither parent nor children has no such stream. Raises :class:`StreamsNotDeclared` with the last reason.
    """
    config = handed_stream_config(body, parent, children)
    if config is not None:
        await _declare_within(body, within, [(urls.uplink, config)], copies)


async def _declare_within(body: str, within: float, streams: Sequence[tuple[str, StreamConfig]], copies: int) -> None:
    deadline = asyncio.get_running_loop().time() + within
    delay = 0.05
    while True:
        try:
            async with asyncio.timeout_at(deadline):
                await _declare_once([(url, config.evolve(num_replicas=copies)) for url, config in streams])
            return
        except (NatsError, OSError, TimeoutError) as reason:
            if asyncio.get_running_loop().time() + delay >= deadline:
                raise StreamsNotDeclared(f"the streams of {body} could not be declared: {reason!r}") from reason
        await asyncio.sleep(delay)
        delay = min(delay * 2, 5.0)


def _streams_of(urls: StewardUrls, body: str, children: tuple[str, ...]) -> list[tuple[str, StreamConfig]]:
    """The address at which each stream is declared, and the stream, in the order in which they need each other."""
    return [
        (urls.local, inner_stream_config(body)),
        *((urls.uplink, from_stream_config(child)) for child in children),
        *((urls.uplink, down_stream_config(body, child)) for child in children),
        (urls.uplink, uplink_stream_config(body, children)),
    ]


async def _declare_once(streams: Sequence[tuple[str, StreamConfig]]) -> None:
    for url, of_account in itertools.groupby(streams, key=lambda each: each[0]):
        async with _jetstream(url) as jetstream:
            for _, config in of_account:
                await _ensure_stream(jetstream, config)


def inner_stream_config(body: str) -> StreamConfig:
    """The stream of what stays in the body."""
    return StreamConfig(
        name=INNER,
        subjects=[inner_subjects(body)],
        storage=StorageType.FILE,
        duplicate_window=DUPLICATE_WINDOW,
    )


def uplink_stream_config(body: str, children: Iterable[str]) -> StreamConfig:
    """What rises: the body's own reports and handovers and, already stamped, the reports of all below it."""
    sources = [StreamSource(name=from_stream(child), subject_transforms=_reports_from(child)) for child in children]
    return StreamConfig(
        name=uplink_stream(body),
        subjects=[report_subjects(body), handover_subjects(body)],
        sources=sources or None,
        storage=StorageType.FILE,
        duplicate_window=NO_DUPLICATE_WINDOW if sources else DUPLICATE_WINDOW,
    )


def _reports_from(child: str) -> list[SubjectTransform]:
    """What rises on: everything but a child's handovers, which are for its parent alone. What came up to the child
    from below left those behind there."""
    stamp = stamped(child)
    return [SubjectTransform(src=each, dest="") for each in (f"{stamp}.from.>", f"{stamp}.doorstep.*.report.>")]


def down_stream_config(body: str, child: str) -> StreamConfig:
    """At the parent: what it hands down to one child."""
    return StreamConfig(
        name=down_stream(child),
        subjects=[downward_subjects(body, child)],
        storage=StorageType.FILE,
        duplicate_window=DUPLICATE_WINDOW,
    )


def handed_stream_config(body: str, parent: str | None, children: Iterable[str]) -> StreamConfig | None:
    """What was handed to ``body``: stamped with the child it came from, or bare, which only the parent's can be."""
    sources = [
        StreamSource(
            name=from_stream(child),
            filter_subject=f"{stamped(child)}.{handover_subjects(child)}",
        )
        for child in children
    ]
    if parent is not None:
        only = SubjectTransform(src=downward_subjects(parent, body), dest=handover_subjects(parent))
        above = ExternalStream(api=parent_api(parent), deliver=down_prefix(body))
        sources.append(StreamSource(name=down_stream(body), external=above, subject_transforms=[only]))
    if not sources:
        return None
    # It drops no repeats: children could take each other's ids. What comes twice is the reader's to notice.
    return StreamConfig(
        name=handed_stream(body), sources=sources, storage=StorageType.FILE, duplicate_window=NO_DUPLICATE_WINDOW
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
    async with connected(url) as client:
        yield client.jetstream(timeout=5)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Client]:
    """A connection for one errand. Raises nats' errors and OSError where nobody answers."""
    client = Client()
    try:
        # Within: who is told to stop while it connects closes what is open by then.
        await client.connect(servers_of(url), allow_reconnect=False, connect_timeout=2, error_cb=_raise_nothing)
        yield client
    finally:
        await client.close()


async def _raise_nothing(_: Exception) -> None:
    """The caller sees the failed request itself; nats-py would print a traceback as well."""
