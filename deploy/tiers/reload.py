"""Has a running message server take its new configuration, so that nobody who is connected notices."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Any

import httpx

from deploy.trouble import Trouble

_WITHIN = 8.0
_LOOK_EVERY = 0.05


class NotTaken(Trouble):
    """The server keeps its old configuration; its log says why."""


async def reload_server(pid: int, monitor_url: str) -> None:
    """SIGHUP, and wait until the server says that it has loaded anew; raises :class:`NotTaken`."""
    async with httpx.AsyncClient(timeout=2) as client:
        before = (await look(client, f"{monitor_url}/varz") or {}).get("config_load_time")
        try:
            os.kill(pid, signal.SIGHUP)
        except ProcessLookupError:
            return  # it died this moment, and starts again with the new file
        for _ in range(round(_WITHIN / _LOOK_EVERY)):
            if (await look(client, f"{monitor_url}/varz") or {}).get("config_load_time") not in (before, None):
                return
            await asyncio.sleep(_LOOK_EVERY)
    raise NotTaken(f"the message server did not take its new configuration within {_WITHIN:.0f} s; see its nats.log")


async def look(client: httpx.AsyncClient, url: str) -> dict[str, Any] | None:
    """The JSON object at ``url`` of a server's monitoring; None while it does not answer."""
    try:
        content = (await client.get(url)).json()
    except (httpx.TransportError, ValueError):
        return None
    return content if isinstance(content, dict) else None
