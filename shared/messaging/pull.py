"""A pull that gives what is there at once.

FastStream 0.7 asks for the rest of a batch until it is full or the timeout is over, and nats-py 2.16's own
``fetch(n)`` may sit out its timeout too, so a lone event would wait a second. This pull returns as soon as it has
anything, answers the question for the rest with "nothing more", and keeps a request open at the server so that the
next messages need no question first.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from contextlib import suppress

from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription
from nats.errors import Error as NatsError
from nats.errors import TimeoutError as NatsTimeoutError

from shared.messaging.pace import Pace

REQUEST_SECONDS = 30.0
HEARTBEAT_SECONDS = 2.0
"""How often a server that has nothing says so. In a cluster the one that knew of our question may be gone while the one
we are connected to is well, and nobody tells us."""
MISSED_AFTER_SECONDS = 5.0
AT_HAND_SECONDS = 0.1
FAILURE_PAUSE_SECONDS = 0.5
"""Without it a deleted durable is asked for 1,680 times a second."""


class PromptPull:
    """Stands in for nats-py's pull subscription on one durable consumer, with the same ``fetch``."""

    def __init__(
        self,
        client: Client,
        stream: str,
        durable: str,
        *,
        batch: int,
        linger: float,
        mend: Callable[[], Awaitable[None]],
        turn: asyncio.Event,
    ) -> None:
        """``batch`` is what a first question asks for, ``linger`` the seconds its first message waits for others;
        ``mend`` declares the durable again when the server lost it; nothing is asked for unless ``turn`` is set.
        """
        self._client = client
        self._batch = batch
        self._linger = linger
        self._mend = mend
        self._turn = turn
        self._next = f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}"
        self._inbox = client.new_inbox()
        self._subscription: Subscription | None = None
        self._asked = 0
        self._ask_again_at = 0.0
        self._heard_at = 0.0
        self._pace = Pace()

    async def fetch(
        self,
        batch: int = 1,
        timeout: float | None = 5,  # noqa: ASYNC109 - FastStream calls it as nats-py's
        heartbeat: float | None = None,
    ) -> list[Msg]:
        """One to ``batch`` messages. Raises nats' TimeoutError where none came in ``timeout`` seconds."""
        loop = asyncio.get_running_loop()
        if not self._turn.is_set():
            with suppress(NatsError):  # a server that is away has forgotten what we asked of it
                await self._give_back()
            if batch < self._batch:
                raise NatsTimeoutError  # who asks for the rest holds what came before, and is to take that
            await self._turn.wait()
        if self._subscription is None:
            self._subscription = await self._client.subscribe(self._inbox)
        subscription = self._subscription
        if batch < self._batch and subscription.pending_msgs == 0:
            raise NatsTimeoutError  # the question for the rest
        quiet = subscription.pending_msgs == 0 and loop.time() >= self._heard_at + MISSED_AFTER_SECONDS
        if quiet or loop.time() >= self._ask_again_at:
            self._asked = 0  # what was asked for has lapsed at the server, or the server itself has
        if self._asked < self._batch:
            # So that the next batch is on its way while this one is applied.
            await self._ask(self._batch)
        if subscription.pending_msgs < batch:
            await self._pace.gather()
        messages: list[Msg] = []
        deadline = loop.time() + (timeout or REQUEST_SECONDS)
        while True:
            if messages and subscription.pending_msgs == 0:
                # A breath for what is already on its way in the same read of the socket.
                await asyncio.sleep(0)
                if subscription.pending_msgs == 0:
                    return messages
            try:
                message = await subscription.next_msg(timeout=max(0.001, deadline - loop.time()))
            except NatsTimeoutError:
                if messages:
                    return messages
                raise
            self._heard_at = loop.time()
            if _is_heartbeat(message):
                if batch < self._batch:
                    raise NatsTimeoutError  # there is no more, and who asks for the rest holds what there was
                continue
            if _is_status(message):
                # The server let our question lapse (timeout, leadership, consumer gone): ask anew next time.
                self._asked = 0
                if messages:
                    return messages
                if _is_failure(message):
                    await asyncio.sleep(FAILURE_PAUSE_SECONDS)
                    await self._mend()
                raise NatsTimeoutError
            self._asked -= 1
            self._pace.count(1)
            if not messages and self._linger and batch == self._batch and subscription.pending_msgs < batch - 1:
                await asyncio.sleep(self._linger)
            messages.append(message)
            if len(messages) >= batch:
                return messages

    async def _ask(self, messages: int) -> None:
        self._asked += messages
        self._heard_at = asyncio.get_running_loop().time()
        self._ask_again_at = self._heard_at + REQUEST_SECONDS
        request = {
            "batch": messages,
            "expires": int((REQUEST_SECONDS - 1) * 1e9),
            "idle_heartbeat": int(HEARTBEAT_SECONDS * 1e9),
        }
        await self._client.publish(self._next, json.dumps(request).encode(), self._inbox)

    async def _give_back(self) -> None:
        """Ask for nothing more, and have what we were sent, or are being sent, go at once to whose turn it is now."""
        subscription, self._subscription, self._asked = self._subscription, None, 0
        if subscription is None:
            return
        draining = asyncio.create_task(subscription.drain())  # type: ignore[no-untyped-call]
        while not draining.done():
            # A task of its own: the end of the draining cancels whoever waits for a message.
            waiting = asyncio.create_task(subscription.next_msg(timeout=AT_HAND_SECONDS))
            await asyncio.wait([waiting])
            if not waiting.cancelled() and waiting.exception() is None and not _is_status(waiting.result()):
                await waiting.result().nak()
        await draining

    def ask_again(self) -> None:
        """The server was away and has forgotten what we asked of it."""
        self._asked = 0

    async def unsubscribe(self) -> None:
        """Stop; what the server had sent and we had not taken is delivered again later."""
        subscription, self._subscription, self._asked = self._subscription, None, 0
        if subscription is not None:
            await subscription.unsubscribe()


def _is_heartbeat(message: Msg) -> bool:
    return bool(message.headers and message.headers.get("Status") == "100" and not message.reply)


def _is_status(message: Msg) -> bool:
    return bool(message.headers and "Status" in message.headers and not message.reply)


def _is_failure(message: Msg) -> bool:
    return bool(message.headers and message.headers.get("Status") not in ("404", "408"))
