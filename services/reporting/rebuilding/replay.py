"""Reads a stream from a given place to its present end, as fast as the client allows, without a durable."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy

BATCH = 1000
"""Messages per question; the next question is asked while half of them are still on their way."""
PATIENCE_SECONDS = 20.0
"""How long a stream may stay silent before its end; then the server is away."""
_FORGOTTEN_AFTER_SECONDS = 60.0


class StreamWentSilent(Exception):
    """The server stopped answering before the end of the stream."""


class StreamReplay:
    """One stream on one connection, which is the caller's to open and close."""

    def __init__(self, client: Client, stream: str) -> None:
        self._client = client
        self._stream = stream

    async def last_sequence(self) -> int:
        """The sequence number of the newest message; 0 for an empty stream."""
        info = await self._client.jetstream(timeout=5.0).stream_info(self._stream)
        return info.state.last_seq if info.state.messages else 0

    async def batches(self, first: int, last: int) -> AsyncIterator[list[Msg]]:
        """Messages with sequence numbers from ``first`` to ``last``, in order, as they come.

        Raises :class:`StreamWentSilent`.
        """
        if first > last:
            return
        # No acknowledgements: nothing is taken out of the stream, and the way back is saved.
        consumer = await self._client.jetstream(timeout=5.0).add_consumer(
            self._stream,
            ConsumerConfig(
                ack_policy=AckPolicy.NONE,
                deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=first,
                inactive_threshold=_FORGOTTEN_AFTER_SECONDS,
            ),
        )
        tray = _Tray(self._client, f"$JS.API.CONSUMER.MSG.NEXT.{self._stream}.{consumer.name}")
        await tray.open()
        try:
            while True:
                messages = await tray.take()
                reached = messages[-1].metadata
                if reached.sequence.stream > last:
                    messages = [each for each in messages if each.metadata.sequence.stream <= last]
                if messages:
                    yield messages
                if reached.sequence.stream >= last or reached.num_pending == 0:
                    return
        finally:
            await tray.close()


class _Tray:
    """Where the messages of a pull land. A callback and a list: nats-py's ``next_msg`` makes a task for each."""

    def __init__(self, client: Client, question: str) -> None:
        self._client = client
        self._question = question
        self._inbox = client.new_inbox()
        self._landed: list[Msg] = []
        self._something = asyncio.Event()
        self._on_the_way = 0

    async def open(self) -> None:
        """Listen, and ask for the first batch."""
        self._subscription = await self._client.subscribe(self._inbox, cb=self._land)

    async def close(self) -> None:
        """Stop listening; the server forgets the consumer by itself."""
        await self._subscription.unsubscribe()

    async def take(self) -> list[Msg]:
        """What has landed since the last time, at least one."""
        while not self._landed:
            await self._ask()
            self._something.clear()
            try:
                await asyncio.wait_for(self._something.wait(), PATIENCE_SECONDS)
            except TimeoutError as silent:
                raise StreamWentSilent(f"nothing came for {PATIENCE_SECONDS:.0f} s") from silent
        landed, self._landed = self._landed, []
        await self._ask()
        return landed

    async def _ask(self) -> None:
        if self._on_the_way > BATCH // 2:
            return
        self._on_the_way += BATCH
        request = {"batch": BATCH, "expires": int((PATIENCE_SECONDS - 1) * 1e9)}
        await self._client.publish(self._question, json.dumps(request).encode(), self._inbox)

    async def _land(self, message: Msg) -> None:
        if not message.reply:
            # The server let a question lapse; whatever it still owed is asked for anew.
            self._on_the_way = 0
        else:
            self._on_the_way -= 1
            self._landed.append(message)
        self._something.set()
