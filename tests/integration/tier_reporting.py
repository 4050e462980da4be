"""Reporting of one body on its own real server, started and stopped like a process of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import nats

from services.reporting import app as reporting
from services.reporting.settings import ReportingSettings
from shared.clock import SystemClock
from shared.contracts.envelope import headers_of
from shared.contracts.event import Event
from shared.web.auth import SESSION_COOKIE, Role, TokenSigner, new_key_pair
from tests.integration.reporting_run import NOW
from tests.integration.two_tiers import TierServer

LOOKS_EVERY = 0.2


@dataclass(frozen=True)
class Body:
    """The running service as its staff see it."""

    client: httpx.AsyncClient
    token: str

    async def ask(self, path: str, **query: str) -> Any:
        """The JSON that an officer gets."""
        answer = await self.client.get(path, params=query, headers={"Authorization": f"Bearer {self.token}"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def page(self, path: str, language: str) -> str:
        """The page that an officer's browser gets."""
        self.client.cookies.set(SESSION_COOKIE, self.token)
        answer = await self.client.get(path, headers={"Accept-Language": language})
        assert answer.status_code == 200, answer.text
        return answer.text

    async def figures(self, body: str) -> dict[str, Any]:
        """Those of the year in which everything in these tests happens."""
        year = {"from": "2023-01-01", "to": "2023-12-31"}
        found: dict[str, Any] = await self.ask("/api/v1/figures", body=body, **year)
        return found


@asynccontextmanager
async def reporting_at(server: TierServer, database_url: str, **settings: Any) -> AsyncIterator[Body]:
    """The body's reporting, on the accounts that ``doorstep up`` gives it."""
    own, _ = new_key_pair()
    staff, staff_public = new_key_pair()
    origin = f"http://{server.site.body}.test"
    told = {
        "body": server.site.body,
        "tier": "prefecture" if server.site.children else "county",
        "parent": server.site.parent,
        "service": "reporting",
        "database_url": database_url,
        "nats_url": server.services_url,
        "nats_uplink_url": server.reporting_url,
        "origin": origin,
        # Nobody listens there: what asks the neighbours must say so and go on.
        "neighbours_url": "http://127.0.0.1:9",
        "signing_key": own,
        "verify_keys": {"routing": staff_public},
        "tier_look_seconds": LOOKS_EVERY,
    }
    service = reporting.build(ReportingSettings.model_validate(told | settings))
    signer = TokenSigner("routing", staff, server.site.body, SystemClock())
    token = signer.sign(subject="account", role=Role.OFFICER, lifetime=timedelta(hours=1))
    async with (
        service.app.router.lifespan_context(service.app),
        httpx.AsyncClient(transport=httpx.ASGITransport(service.app), base_url=origin) as client,
    ):
        yield Body(client, token)


async def say(server: TierServer, subject: str, kind: type[Event], data: dict[str, bytes], release: str | None) -> None:
    """``server``'s body publishes, as its relay would; ``data`` by event id, ``release`` as the writer's own."""
    client = await nats.connect(server.services_url)
    try:
        for event_id, body in data.items():
            headers = headers_of(event_id, server.site.body, "intake", kind, NOW)
            if release is None:
                del headers["ce-release"]
            else:
                headers["ce-release"] = release
            await client.jetstream().publish(subject, body, headers=headers)
    finally:
        await client.close()
