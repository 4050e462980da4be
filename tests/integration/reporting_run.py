"""Reporting of the prefecture ``ili`` on a real server, and what the county below it reports."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import nats
from nats.js import JetStreamContext
from nats.js.api import StreamConfig

from services.reporting import app as reporting
from shared.clock import FixedClock
from shared.contracts import report
from shared.contracts.envelope import headers_of
from shared.contracts.event import Event
from shared.contracts.subjects import subject_of
from shared.settings import ServiceSettings
from shared.web.auth import Role, TokenSigner, new_key_pair
from tests.servers import NatsServer

NOW = datetime(2023, 7, 1, 4, 0, tzinfo=UTC)
STREAM = "UP_ili"
ORIGIN = "http://ili.test"


@dataclass(frozen=True)
class ReportingUnderTest:
    """The running service as its staff see it, and the stream it reads."""

    client: httpx.AsyncClient
    signer: TokenSigner
    jetstream: JetStreamContext

    def token(self, role: Role = Role.OFFICER) -> str:
        return self.signer.sign(subject="account", role=role, lifetime=timedelta(hours=1))

    async def get(self, path: str, role: Role = Role.OFFICER, **query: str) -> httpx.Response:
        return await self.client.get(path, params=query, headers={"Authorization": f"Bearer {self.token(role)}"})

    async def figures(
        self, body: str = "zhaosu", first: str = "2023-01-01", last: str = "2023-12-31"
    ) -> dict[str, Any]:
        answer = await self.get("/api/v1/figures", body=body, **{"from": first, "to": last})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def report(
        self, events: Iterable[tuple[str, Event]], body: str = "zhaosu", said_at: datetime | None = None
    ) -> None:
        """Publish as the parent's server stores it; each event with the id it is given, written down at ``said_at``."""
        for event_id, event in events:
            await self.send(
                event_id, subject_of(body, type(event)), event.model_dump_json().encode(), body, type(event), said_at
            )

    async def send(
        self,
        event_id: str,
        subject: str,
        data: bytes,
        body: str,
        kind: type[Event],
        said_at: datetime | None = None,
    ) -> None:
        via = "" if body == "ili" else f"from.{body}."
        # No Nats-Msg-Id: here the server must not be the one that drops repeats.
        headers = {"ce-id": event_id, "ce-source": headers_of(event_id, body, "x", kind, NOW)["ce-source"]}
        if said_at is not None:
            headers["ce-time"] = said_at.isoformat()
        await self.jetstream.publish(via + subject, data, headers=headers)

    async def caught_up(self) -> None:
        """Returns once every published event is kept."""
        async with asyncio.timeout(20):
            while (await self.get("/api/v1/reporting/lag")).json()["pending"]:  # noqa: ASYNC110 (a durable cannot call us)
                await asyncio.sleep(0.02)

    async def rebuild(self) -> str:
        """Begin a rebuild; its id."""
        started = await self.client.post(
            "/api/v1/reporting/rebuild", headers={"Authorization": f"Bearer {self.token()}"}
        )
        assert started.status_code == 202, started.text
        rebuild_id: str = started.json()["id"]
        return rebuild_id

    async def rebuilt(self, rebuild_id: str | None = None) -> dict[str, Any]:
        """What a rebuild, this one or a new one, says of itself at the end."""
        path = f"/api/v1/reporting/rebuild/{rebuild_id or await self.rebuild()}"
        async with asyncio.timeout(30):
            while True:
                said: dict[str, Any] = (await self.get(path)).json()
                if said["state"] != "running":
                    return said
                await asyncio.sleep(0.02)  # between looks at a background task


@asynccontextmanager
async def reporting_of_ili(
    server: NatsServer, database_url: str, clock: FixedClock | None = None, **told: str
) -> AsyncIterator[ReportingUnderTest]:
    """The service, started, with the prefecture's stream declared."""
    broker = await nats.connect(server.url)
    jetstream = broker.jetstream()
    await jetstream.add_stream(StreamConfig(name=STREAM, subjects=["doorstep.ili.report.>", "from.>"]))
    clock = clock or FixedClock(datetime.now(UTC))
    own, _ = new_key_pair()
    staff, staff_public = new_key_pair()
    settings = ServiceSettings.model_validate(
        {
            "body": "ili",
            "tier": "prefecture",
            "service": "reporting",
            "database_url": database_url,
            "nats_url": server.url,
            "nats_uplink_url": server.url,
            "origin": ORIGIN,
            "signing_key": own,
            "verify_keys": {"routing": staff_public},
            **told,
        }
    )
    service = reporting.build(settings, clock=clock)
    async with (
        service.app.router.lifespan_context(service.app),
        httpx.AsyncClient(transport=httpx.ASGITransport(service.app), base_url=ORIGIN) as client,
    ):
        yield ReportingUnderTest(client, TokenSigner("routing", staff, "ili", clock), jetstream)
    await broker.close()


def roster(revision: int, members: int, **more: Any) -> report.RosterPublished:
    return report.RosterPublished(
        occurred_at=NOW,
        revision=revision,
        tier="county",
        parent="ili",
        members=members,
        members_attached_to_stations=members,
        stations=13,
        stations_in_townships=10,
        townships=10,
        townships_without_a_station=0,
        communities=40,
        communities_without_a_member=0,
        duty_days_per_month=2,
        duty_days_of_month=(10, 20),
        **more,
    )


def submitted(reference: str, at: datetime, category: str | None = "water-supply") -> report.IssueSubmitted:
    return report.IssueSubmitted(
        occurred_at=at, reference=reference, step=1, station="s1", community="c1", category=category, channel="qr"
    )


def closed(reference: str, step: int, at: datetime, outcome: str) -> report.IssueClosed:
    return report.IssueClosed.model_validate(
        {"occurred_at": at, "reference": reference, "step": step, "outcome": outcome}
    )


def reopened(reference: str, step: int, at: datetime) -> report.IssueReopened:
    return report.IssueReopened(occurred_at=at, reference=reference, step=step)


def joined(reference: str, step: int, at: datetime, to: str) -> report.IssueJoined:
    return report.IssueJoined(occurred_at=at, reference=reference, step=step, joined_to=to)


def split(reference: str, step: int, at: datetime) -> report.IssueSplit:
    return report.IssueSplit(occurred_at=at, reference=reference, step=step)


def rated(reference: str, step: int, at: datetime, rating: str) -> report.FeedbackGiven:
    return report.FeedbackGiven.model_validate(
        {"occurred_at": at, "reference": reference, "step": step, "rating": rating}
    )


def reception(reception_id: str, at: datetime) -> report.ReceptionHeld:
    return report.ReceptionHeld(occurred_at=at, reception_id=reception_id, station="s1", community="c1", channel="qr")
