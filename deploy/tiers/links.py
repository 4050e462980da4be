"""What can be seen of a body's links from its own message server: up or down, what waits, what came last."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx
import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError

from deploy.nats.names import from_stream, uplink_stream
from deploy.tiers.own_body import OwnBody
from deploy.tiers.register import Child, Tiers
from deploy.tiers.reload import look

_PATIENCE = 3.0


@dataclass(frozen=True)
class LinkState:
    """One link of a body, seen from it."""

    body: str
    side: str
    """``parent`` or ``child``."""
    state: str
    """``up``, ``down``, ``invited``, ``left``, or ``unknown`` while our own server does not answer."""
    stream: str
    events: int | None
    """In the stream: what rises from here, or what came from the child."""
    lag: int | None
    """Events that the parent's server has not confirmed; None while the link is down, when only the parent knows."""
    last_event: str | None
    """When the last event came into the stream, ISO 8601."""
    address: str | None = None
    waiting_until: str | None = None
    """When an open invitation expires, ISO 8601."""


async def links(body: OwnBody) -> list[LinkState]:
    """The link to the parent, if there is one, and those to the children."""
    tiers = body.register.read()
    async with httpx.AsyncClient(timeout=_PATIENCE) as client:
        seen = await look(client, f"{body.config.monitor_url}/leafz")
    accounts = None if seen is None else {str(leaf["account"]) for leaf in seen.get("leafs") or ()}
    streams = _Streams(await _connected(body) if accounts is not None else None)
    try:
        found = [] if tiers.link is None else [await _parent(body, tiers, accounts, streams)]
        return found + [await _child(code, child, accounts, streams) for code, child in tiers.children.items()]
    finally:
        await streams.close()


async def _parent(body: OwnBody, tiers: Tiers, accounts: set[str] | None, streams: _Streams) -> LinkState:
    assert tiers.link is not None
    stream = uplink_stream(body.code)
    state = _state(accounts, "UPLINK")
    about = await streams.about(stream)
    return LinkState(
        body=tiers.link.parent,
        side="parent",
        state=state,
        stream=stream,
        events=about.get("messages"),
        lag=await streams.unconfirmed(stream) if state == "up" else None,
        last_event=_when(about),
        address=tiers.link.address,
    )


async def _child(code: str, child: Child, accounts: set[str] | None, streams: _Streams) -> LinkState:
    stream = from_stream(code)
    state = _state(accounts, f"C_{code}")
    if child.secret_hash is None and state != "up":
        state = "invited" if child.invitation else "left"
    about = await streams.about(stream)
    return LinkState(
        body=code,
        side="child",
        state=state,
        stream=stream,
        events=about.get("messages"),
        lag=about.get("lag") if state == "up" else None,
        last_event=_when(about),
        waiting_until=child.invitation.expires_at.isoformat() if child.invitation else None,
    )


def _state(accounts: set[str] | None, account: str) -> str:
    if accounts is None:
        return "unknown"
    return "up" if account in accounts else "down"


def _when(about: dict[str, Any]) -> str | None:
    """A stream that never had a message says year 1."""
    return str(about["last_ts"]) if about.get("messages") else None


async def _connected(body: OwnBody) -> Client | None:
    with suppress(NatsError, OSError, asyncio.TimeoutError):
        return await nats.connect(
            body.config.nats_url("steward_uplink", body.config.secrets.nats_steward),
            allow_reconnect=False,
            connect_timeout=2,
            error_cb=_say_nothing,
        )
    return None


async def _say_nothing(_: Exception) -> None:
    """The failed request itself says enough."""


class _Streams:
    """What JetStream says of the streams in account UPLINK; nothing while there is no connection."""

    def __init__(self, client: Client | None) -> None:
        self._client = client

    async def about(self, stream: str) -> dict[str, Any]:
        """``messages``, ``last_ts``, and ``lag`` where the stream has a source."""
        said = await self._ask(f"$JS.API.STREAM.INFO.{stream}")
        sources = said.get("sources") or [{}]
        return {**said.get("state", {}), "lag": sources[0].get("lag")}

    async def unconfirmed(self, stream: str) -> int | None:
        """What the parent's own consumer has before it; None before the parent has asked for the first time."""
        consumers = (await self._ask(f"$JS.API.CONSUMER.LIST.{stream}")).get("consumers") or ()
        waiting = [
            one["num_pending"] + one["num_ack_pending"] for one in consumers if not one["config"].get("durable_name")
        ]
        return min(waiting, default=None)

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()

    async def _ask(self, subject: str) -> dict[str, Any]:
        if self._client is None:
            return {}
        with suppress(NatsError, asyncio.TimeoutError):
            content = json.loads((await self._client.request(subject, b"", timeout=_PATIENCE)).data)
            return content if isinstance(content, dict) else {}
        return {}
