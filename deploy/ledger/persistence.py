"""Sends a request until it is taken: what is refused only because something has not arrived yet is sent again."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import httpx

from deploy.client import BodyClient, Refused

OUTSTANDING = 16
"""Requests under way at a time."""

PATIENCE = 60.0
"""Seconds after which a request that is still refused is given up."""

_FIRST_DELAY, _LONGEST_DELAY = 0.05, 2.0

_PASSING = frozenset({404, 409, 425, 429, 500, 502, 503, 504})
"""Statuses that may pass by waiting: an order is not there before its event is, a server may be starting. All
requests carry an Idempotency-Key, so that sending again is safe."""

_FINAL_CODES = frozenset({"idempotency-key-reused"})


class GivenUp(Exception):
    """A request was refused for good, or for too long."""


class PersistentSender:
    """Posts facts to one body, at most :data:`OUTSTANDING` at a time."""

    def __init__(self, client: BodyClient, body: str, *, patience: float = PATIENCE) -> None:
        self._client = client
        self._body = body
        self._patience = patience
        self._places = asyncio.Semaphore(OUTSTANDING)

    async def post(self, path: str, content: dict[str, Any], *, step: str) -> Any:
        """What the body answers; ``step`` names the request in its body for all time (``issue/L-0001``).

        Raises :class:`GivenUp` with the last reason.
        """
        key = idempotency_key(self._body, step)
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + self._patience
        delay = _FIRST_DELAY
        while True:
            try:
                async with self._places:
                    return await self._client.post(path, content, key=key)
            except (Refused, httpx.TransportError) as refusal:
                if not _may_pass(refusal) or loop.time() + delay > give_up_at:
                    raise GivenUp(f"{step}: POST {path}: {refusal or type(refusal).__name__}") from refusal
            await asyncio.sleep(delay)
            delay = min(delay * 2, _LONGEST_DELAY)


def idempotency_key(body: str, step: str) -> str:
    """The same step of the same body has the same key, in every run and on every machine."""
    return str(uuid5(NAMESPACE_URL, f"doorstep:ledger:{body}:{step}"))


def _may_pass(refusal: Refused | httpx.TransportError) -> bool:
    if isinstance(refusal, Refused):
        return refusal.status in _PASSING and refusal.problem.get("code") not in _FINAL_CODES
    return True
