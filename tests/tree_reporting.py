"""Reporting of any body of a tree, reading that body's real stream, and made-up reports of the bodies below."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_type_hints

import httpx
import nats
from nats.aio.client import Client
from nats.js import JetStreamContext

from deploy.topology import Body
from services.reporting import app as reporting
from shared.clock import FixedClock
from shared.contracts.envelope import headers_of
from shared.contracts.event import Event
from shared.contracts.subjects import subject_of
from shared.ids import derived_id
from shared.settings import ServiceSettings
from shared.web.auth import Role, TokenSigner, new_key_pair
from tests.integration.two_tiers import TierServer

WINDOW = 256


@dataclass(frozen=True)
class Reporting:
    """The running service of one body, as its officer sees it."""

    body: str
    client: httpx.AsyncClient

    async def figures(self, body: str, first: str = "2023-01-01", last: str = "2023-12-31") -> str:
        """The figures of ``body`` as ``doorstep figures --json`` prints them, to the byte."""
        answer = await self.client.get("/api/v1/figures", params={"body": body, "from": first, "to": last})
        assert answer.status_code == 200, answer.text
        return json.dumps(answer.json(), indent=2, ensure_ascii=False, sort_keys=True)

    async def knows(self, body: str) -> bool:
        """Whether anything of ``body`` rose so far."""
        answer = await self.client.get(
            "/api/v1/figures", params={"body": body, "from": "2023-01-01", "to": "2023-12-31"}
        )
        return answer.status_code == 200

    async def parked(self) -> list[dict[str, str]]:
        """Events that this reporting would not apply."""
        answer = await self.client.get("/api/v1/reporting/parked")
        assert answer.status_code == 200, answer.text
        found: list[dict[str, str]] = answer.json()["items"]
        return found

    async def caught_up(self, reported: int, within: float = 60) -> None:
        """Returns once everything that should have come, ``reported`` events in all, is in the figures."""
        async with asyncio.timeout(within):
            while True:
                answer = await self.client.get("/api/v1/reporting/lag")
                if answer.status_code == 200:
                    lag = answer.json()
                    if lag["reported"] >= reported and lag["pending"] == 0:
                        return
                await asyncio.sleep(0.05)  # nothing tells when the last one is applied


@asynccontextmanager
async def reporting_at(body: Body, server: TierServer, folder: Path) -> AsyncIterator[Reporting]:
    """Reporting of ``body`` with a new SQLite database in ``folder``; its streams must be declared."""
    clock = FixedClock(datetime.now(UTC))
    own, _ = new_key_pair()
    staff, staff_public = new_key_pair()
    asked_for: type[ServiceSettings] = get_type_hints(reporting.build)["settings"]
    settings = asked_for.model_validate(
        {
            "body": body.code,
            "tier": body.tier,
            "parent": body.parent,
            "service": "reporting",
            "database_url": f"sqlite:///{folder}/{body.code}-reporting.db",
            "nats_url": server.services_url,
            "nats_uplink_url": server.reporting_url,
            "origin": f"http://{body.code}.test",
            "signing_key": own,
            "verify_keys": {"routing": staff_public},
        }
    )
    service = reporting.build(settings, clock=clock)
    token = TokenSigner("routing", staff, body.code, clock).sign(
        subject="account", role=Role.OFFICER, lifetime=timedelta(hours=1)
    )
    async with (
        service.app.router.lifespan_context(service.app),
        httpx.AsyncClient(
            transport=httpx.ASGITransport(service.app),
            base_url=settings.origin,
            headers={"Authorization": f"Bearer {token}"},
        ) as client,
    ):
        yield Reporting(body.code, client)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[tuple[Client, JetStreamContext]]:
    """A connection that outlives its server; denials are for the caller to notice."""

    async def heard(_: Exception) -> None:
        """Denials and broken connections are what these tests are about."""

    client = await nats.connect(url, max_reconnect_attempts=-1, reconnect_time_wait=0.1, error_cb=heard)
    try:
        yield client, client.jetstream(timeout=5, publish_async_max_pending=2 * WINDOW)
    finally:
        await client.close()


async def report(server: TierServer, events: Iterable[Event], *, first: int = 0) -> list[str]:
    """Report ``events`` as the body of ``server``, and wait for every acknowledgement; their ids, in order.

    An id follows from the event's place, which begins at ``first``: a repeat has the same ones, and so have other
    bodies' events, as references and revisions are each body's own.
    """
    body = server.site.body
    ids: list[str] = []
    async with connected(server.services_url) as (_, jetstream), asyncio.timeout(60):
        outstanding = []
        for place, event in enumerate(events, first):
            event_id = derived_id("report", place)
            headers = headers_of(event_id, body, "intake", type(event), event.occurred_at)
            subject = subject_of(body, type(event))
            outstanding.append(
                await jetstream.publish_async(subject, event.model_dump_json().encode(), headers=headers)
            )
            ids.append(event_id)
            if len(outstanding) >= WINDOW:
                await asyncio.gather(*outstanding)
                outstanding.clear()
        await asyncio.gather(*outstanding)
    return ids


async def held(server: TierServer, count: int, within: float = 60) -> list[tuple[str, str]]:
    """Subject and event id of everything in the body's ``UP_`` stream, once at least ``count`` messages are there."""
    return await held_at(server.reporting_url, server.site.body, count, within)


async def held_at(url: str, body: str, count: int, within: float = 60) -> list[tuple[str, str]]:
    """The same of the body whose reporting signs in at ``url``."""
    stream = f"UP_{body}"
    async with connected(url) as (_, jetstream), asyncio.timeout(within):
        while True:
            messages = (await jetstream.stream_info(stream)).state.messages
            if messages >= count:
                break
            await asyncio.sleep(0.05)  # the stream has no way to call us when the last one is stored
        subscription = await jetstream.pull_subscribe("", stream=stream)
        found: list[tuple[str, str]] = []
        while len(found) < messages:
            for message in await subscription.fetch(500, timeout=5):
                found.append((message.subject, (message.headers or {})["ce-id"]))
                await message.ack()
        return found
