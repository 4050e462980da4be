"""What can be seen of a body's links from the monitoring of its own message server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from deploy.nats.names import down_stream, from_stream, handed_stream, uplink_stream
from deploy.tiers.own_body import OwnBody
from deploy.tiers.register import Child, Tiers
from deploy.tiers.reload import look

_PATIENCE = 3.0
_STREAMS = "jsz?acc=UPLINK&streams=true&consumers=true&direct-consumers=true"
"""The parent's own consumer is a direct one, which JetStream's API lists to nobody."""


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
    """In the stream: what rises from here, or what came from the child; None where there is no stream yet."""
    lag: int | None
    """Events that have not crossed; None while the link is down, when nobody here knows how far the other is."""
    last_event: str | None
    """When the last event came into the stream, ISO 8601."""
    address: str | None = None
    """Of the parent's leaf listener."""
    down_stream: str | None = None
    """By which issues and answers are handed down this link."""
    down_lag: int | None = None
    """Of those that have not crossed; None as ``lag``."""
    invited_until: str | None = None
    """When an invitation expires that was given out and not used, ISO 8601."""


async def links(body: OwnBody) -> list[LinkState]:
    """The link to the parent, if there is one, and those to the children."""
    tiers = body.register.read()
    async with httpx.AsyncClient(timeout=_PATIENCE) as client:
        leafs = await look(client, f"{body.config.monitor_url}/leafz")
        streams = _by_name(await look(client, f"{body.config.monitor_url}/{_STREAMS}"))
    linked = None if leafs is None else {str(leaf["account"]) for leaf in leafs.get("leafs") or ()}
    return [*_parent(body, tiers, linked, streams), *_children(tiers, linked, streams)]


def _parent(body: OwnBody, tiers: Tiers, linked: set[str] | None, streams: _Streams) -> Iterator[LinkState]:
    if tiers.link is None:
        return
    state, name = _state(linked, "UPLINK"), uplink_stream(body.code)
    stream = streams.get(name, {})
    handed = streams.get(handed_stream(body.code), {}).get("sources") or ()
    from_above = [one["lag"] for one in handed if one["name"] == down_stream(body.code)]
    yield LinkState(
        body=tiers.link.parent,
        side="parent",
        state=state,
        stream=name,
        events=_count(stream),
        lag=_asked_for(stream) if state == "up" else None,
        last_event=_last(stream),
        address=tiers.link.address,
        down_stream=down_stream(body.code),
        down_lag=sum(from_above) if from_above and state == "up" else None,
    )


def _children(tiers: Tiers, linked: set[str] | None, streams: _Streams) -> Iterator[LinkState]:
    for code, child in tiers.children.items():
        state, name = _child_state(child, _state(linked, f"C_{code}")), from_stream(code)
        stream = streams.get(name, {})
        sources = stream.get("sources") or ()
        yield LinkState(
            body=code,
            side="child",
            state=state,
            stream=name,
            events=_count(stream),
            lag=sum(one["lag"] for one in sources) if sources and state == "up" else None,
            last_event=_last(stream),
            down_stream=down_stream(code),
            down_lag=_asked_for(streams.get(down_stream(code), {})) if state == "up" else None,
            invited_until=child.invitation.expires_at.isoformat() if child.invitation else None,
        )


def _asked_for(stream: Mapping[str, Any]) -> int | None:
    """What the server on the other side still has to take from ``stream``; None while it asks for nothing."""
    asking = [one for one in stream.get("direct_consumer_detail") or () if one.get("push_bound")]
    return max((one["num_pending"] for one in asking), default=None)


def _state(linked: set[str] | None, account: str) -> str:
    if linked is None:
        return "unknown"
    return "up" if account in linked else "down"


def _child_state(child: Child, state: str) -> str:
    if child.secret_hash is not None or state in ("up", "unknown"):
        return state
    return "invited" if child.invitation else "left"


_Streams = Mapping[str, Mapping[str, Any]]


def _by_name(seen: Mapping[str, Any] | None) -> _Streams:
    accounts = (seen or {}).get("account_details") or ()
    return {stream["name"]: stream for account in accounts for stream in account.get("stream_detail") or ()}


def _count(stream: Mapping[str, Any]) -> int | None:
    return stream["state"]["messages"] if stream else None


def _last(stream: Mapping[str, Any]) -> str | None:
    """A stream that never had a message says year 1."""
    return str(stream["state"]["last_ts"]) if _count(stream) else None
