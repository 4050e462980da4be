"""The ledgers of the body's other services, asked over HTTP with reporting's own token."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from services.reporting.ledger.comparing import OfDay
from shared.web.neighbours import neighbour_client

KEEPERS = ("intake", "routing", "consultation")
"""The services that let anything rise."""
PATIENCE_SECONDS = 10.0
SENDING_SECONDS = 600.0
"""A whole ledger may be on its way once more."""


@dataclass(frozen=True, slots=True)
class Looked:
    """A ledger: its last place and hash, the hash and event ``at`` the place asked for, ``after`` it the next one's
    time (ISO 8601), and its days.
    """

    position: int
    hash: str
    at_hash: str | None = None
    at_event: str | None = None
    after: str | None = None
    days: tuple[OfDay, ...] = ()


class Ledgers:
    """Each question raises httpx.HTTPError while the service is away."""

    def __init__(self, client: httpx.AsyncClient, token: Callable[[], str]) -> None:
        self._client = client
        self._token = token

    async def look(self, service: str, *, at: int | None = None, since: str | None = None) -> Looked:
        """The ledger of ``service`` now."""
        query: dict[str, str] = {}
        if at is not None:
            query["at"] = str(at)
        if since is not None:
            query["since"] = since
        said = await self._ask("GET", f"/api/v1/{service}/ledger", params=query)
        there = said.get("at") or {}
        return Looked(
            said["head"]["position"],
            said["head"]["hash"],
            there.get("hash"),
            there.get("event_id"),
            said.get("after"),
            tuple(OfDay(**day) for day in said.get("days", ())),
        )

    async def verify(self, service: str) -> dict[str, Any]:
        """Whether the chain of ``service`` is whole: ``events``, and ``fault`` or null."""
        return await self._ask("GET", f"/api/v1/{service}/ledger/verify", timeout=SENDING_SECONDS)

    async def restored(self, service: str, position: int) -> None:
        """Have ``service`` say upward that its ledger went back to ``position``."""
        await self._ask("POST", f"/api/v1/{service}/ledger/restored", json={"position": position})

    async def resend(self, service: str, first: int, padding: int) -> int:
        """Have ``service`` send from ``first`` on once more; gives how many letters went."""
        body = {"first": first, "padding": padding}
        said = await self._ask("POST", f"/api/v1/{service}/ledger/resend", json=body, timeout=SENDING_SECONDS)
        return int(said["sent"])

    async def _ask(self, verb: str, path: str, **more: Any) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self._token()}"}
        answer = await self._client.request(verb, path, headers=headers, **more)
        answer.raise_for_status()
        said: dict[str, Any] = answer.json()
        return said


@asynccontextmanager
async def http_ledgers(url: str, token: Callable[[], str]) -> AsyncIterator[Ledgers]:
    """The ledgers at the body's own origin."""
    async with neighbour_client(url, PATIENCE_SECONDS) as client:
        yield Ledgers(client, token)
