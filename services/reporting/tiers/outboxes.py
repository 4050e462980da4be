"""What the body's services have written down and the message server does not have yet, asked of each of them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

SERVICES = ("intake", "routing", "consultation", "notify", "reporting")
TIMEOUT_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class OutboxOf:
    """The events that wait in one service's outbox; None where it could not be asked."""

    service: str
    waiting: int | None


class Outboxes:
    """Asks with the reader's own token."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def everywhere(self, token: str | None) -> Sequence[OutboxOf]:
        """All services, asked at once. Never raises."""
        return await asyncio.gather(*(self._of(service, token) for service in SERVICES))

    async def _of(self, service: str, token: str | None) -> OutboxOf:
        signed = {"Authorization": f"Bearer {token or ''}"}
        try:
            answer = await self._http.get(f"/api/v1/{service}/unpublished", headers=signed, timeout=TIMEOUT_SECONDS)
            return OutboxOf(service, int(answer.raise_for_status().json()["waiting"]))
        except (httpx.HTTPError, ValueError, KeyError, TypeError):
            return OutboxOf(service, None)
