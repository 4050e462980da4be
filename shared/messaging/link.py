"""A service's connection to its body's server: kept up for ever, its durable declared, its consumer pulling."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass
from typing import Any

import structlog
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, NatsRouter, PullSub
from faststream.nats.message import NatsBatchMessage
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy as ServerAckPolicy
from nats.js.api import ConsumerConfig

from shared.messaging.consumer import Consumer
from shared.messaging.pull import PromptPull
from shared.messaging.servers import servers_of
from shared.tasks import stop

log = structlog.get_logger(__name__)

BATCH = 256
ACK_WAIT_SECONDS = 30.0
ATTEMPT_ENDS_SECONDS = 0.5
ASK_SECONDS = 5.0
MAX_ACK_PENDING = 4 * BATCH
CONNECT_PAUSES_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)


@dataclass(frozen=True, slots=True)
class Durable:
    """A named place in a stream. Declared here and nowhere else: FastStream never changes an existing one."""

    stream: str
    name: str
    filters: tuple[str, ...]
    linger: float = 0.0
    """Seconds that the first event of a batch waits for others, where nobody waits for what it does: every commit
    saved is one flush of the disk saved for those that somebody does wait for."""

    def config(self) -> ConsumerConfig:
        """As the server is told. The end of trying is ours to decide, so the server has no limit (``max_deliver``)."""
        return ConsumerConfig(
            durable_name=self.name,
            ack_policy=ServerAckPolicy.EXPLICIT,
            ack_wait=ACK_WAIT_SECONDS,
            max_deliver=-1,
            max_ack_pending=MAX_ACK_PENDING,
            filter_subjects=list(self.filters),
        )


def build_router(consumer: Consumer, durable: Durable) -> NatsRouter:
    """A FastStream router with the one subscriber that feeds ``consumer``.

    Built anew for each broker, since a router included twice silently leaves the first. MANUAL, because every
    other policy loses a message or spins (docs/decisions/0006).
    """
    router = NatsRouter(ack_policy=AckPolicy.MANUAL)

    async def as_they_came(message: NatsBatchMessage) -> list[Msg]:
        return message.raw_message

    @router.subscriber(
        durable.filters[0],
        stream=JStream(durable.stream, declare=False),
        durable=durable.name,
        pull_sub=PullSub(batch_size=BATCH, timeout=1.0, batch=True),
        decoder=as_they_came,
        title=f"{durable.stream}/{durable.name}",
    )
    async def take(messages: list[Msg]) -> None:
        """Hands a batch to the service's consumer, which acknowledges each event itself."""
        await consumer.take(messages)

    return router


class Link:
    """One account of a body's server, or of the servers of its cluster, for one service.

    What it reads it reads while it runs; or, ``in_turn``, inside :meth:`reading`, so that of the processes of one
    service one reads at a time.
    """

    def __init__(
        self, url: str, name: str, reads: Sequence[tuple[Durable, Consumer]] = (), *, in_turn: bool = False
    ) -> None:
        """``url`` may name several servers: see :func:`shared.messaging.servers.servers_of`."""
        self._reads = tuple(reads)
        self._in_turn = in_turn
        self._pulls: list[PromptPull] = []
        self._turn = asyncio.Event()
        # -1: with any other value nats-py gives up one day, and FastStream's loop then freezes the process.
        self._broker = NatsBroker(
            servers_of(url),
            name=name,
            max_reconnect_attempts=-1,
            reconnect_time_wait=1,
            ping_interval=5,
            graceful_timeout=10.0,
            error_cb=_log_error,
            reconnected_cb=self._ask_again,
            logger=logging.getLogger("faststream"),
            log_level=logging.DEBUG,
            # Nothing is injected: that cost three times what the consumer itself does with a small batch.
            apply_types=False,
            routers=[build_router(consumer, durable) for durable, consumer in self._reads],
        )
        self._client: Client | None = None
        # One for good: each context that publishes keeps a subscription and a task for its acknowledgements.
        self._jetstream: JetStreamContext | None = None
        self._connected = asyncio.Event()

    @property
    def is_connected(self) -> bool:
        """Whether the server can be reached now."""
        return self._client is not None and self._client.is_connected

    async def jetstream(self) -> JetStreamContext:
        """JetStream of this account; waits for the first connection, not for later ones."""
        await self._connected.wait()
        assert self._jetstream is not None
        return self._jetstream

    async def client(self) -> Client:
        """The bare connection; waits for the first one, not for later ones."""
        await self._connected.wait()
        assert self._client is not None
        return self._client

    async def ask(self, subject: str, question: Mapping[str, Any]) -> dict[str, Any]:
        """What answers on ``subject``, both sides JSON. Raises nats' errors, TimeoutError among them."""
        await self._connected.wait()
        assert self._client is not None
        answer = await self._client.request(subject, json.dumps(question).encode(), timeout=ASK_SECONDS)
        said: dict[str, Any] = json.loads(answer.data)
        return said

    async def pending(self) -> int:
        """Events of this link's durables that are not applied yet."""
        js = await self.jetstream()
        total = 0
        for durable, _ in self._reads:
            info = await js.consumer_info(durable.stream, durable.name)
            total += (info.num_pending or 0) + (info.num_ack_pending or 0)
        return total

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Connect in the background, so that a service starts, and answers, while its server is away."""
        task = asyncio.create_task(self._start(), name="link")
        try:
            async with nullcontext() if self._in_turn else self.reading():
                yield
        finally:
            # An attempt under way ends in a moment; cancelled, it would leave its socket open (nats-py 2.16).
            await asyncio.wait([task], timeout=ATTEMPT_ENDS_SECONDS)
            await stop(task)
            with suppress(Exception):  # the server may be gone already; we are leaving anyway
                await self._broker.stop()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[None]:
        """Feed the consumers while inside, once there is a connection; and what comes within a second afterwards."""
        task = asyncio.create_task(self._begin_to_read(), name="begin to read")
        try:
            yield
        finally:
            await stop(task)
            self._turn.clear()

    async def _begin_to_read(self) -> None:
        await self._connected.wait()
        failures = 0
        while not self._turn.is_set():
            try:
                for _, consumer in self._reads:
                    # What an older release kept came before anything that is still to be read.
                    await consumer.take_up_kept()
                self._turn.set()
            except Exception as error:
                pause = CONNECT_PAUSES_SECONDS[min(failures, len(CONNECT_PAUSES_SECONDS) - 1)]
                failures += 1
                log.warning("reading-waits", error=repr(error), seconds=pause)
                await asyncio.sleep(pause)

    async def _start(self) -> None:
        failures = 0
        while not self._connected.is_set():
            try:
                await self._connect()
            except Exception as error:
                pause = CONNECT_PAUSES_SECONDS[min(failures, len(CONNECT_PAUSES_SECONDS) - 1)]
                failures += 1
                log.warning("link-waits", error=repr(error), seconds=pause)
                await asyncio.sleep(pause)

    async def _connect(self) -> None:
        client = await self._broker.connect()
        self._client, self._jetstream = client, client.jetstream(timeout=5.0)
        for durable, _ in self._reads:
            await self._declare(durable)
        await self._broker.start()
        for subscriber, (durable, _) in zip(self._broker.subscribers, self._reads, strict=True):
            self._make_prompt(subscriber, durable)
        self._connected.set()

    def _make_prompt(self, subscriber: object, durable: Durable) -> None:
        assert self._client is not None
        pull = PromptPull(
            self._client,
            durable.stream,
            durable.name,
            batch=BATCH,
            linger=durable.linger,
            mend=lambda: self._declare(durable),
            turn=self._turn,
        )
        # FastStream asks this attribute for every batch; see shared/messaging/pull.py for why it is replaced.
        self._pulls.append(pull)
        subscriber.subscription = pull  # type: ignore[attr-defined]

    async def _ask_again(self) -> None:
        for pull in self._pulls:
            pull.ask_again()

    async def _declare(self, durable: Durable) -> None:
        assert self._client is not None
        await self._client.jetstream(timeout=5.0).add_consumer(durable.stream, durable.config())


async def _log_error(error: Exception) -> None:
    log.debug("nats-error", error=repr(error))
