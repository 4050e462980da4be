"""A routing service of a test's own: real database, real nats-server, asked over its own HTTP interface."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import nats
from nats.aio.client import Client
from nats.js.api import StreamConfig

from services.routing.app import build
from services.routing.settings import RoutingSettings
from shared.clock import FixedClock
from shared.contracts import inner
from shared.contracts.envelope import headers_of
from shared.contracts.event import Event
from shared.contracts.subjects import subject_of
from shared.ids import new_id, new_reference
from shared.web.auth import Role, TokenSigner, new_key_pair
from tests.servers import NatsServer

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OFFICER = ("officer", "a-long-first-password")


def member(code: str, *, station: str = "st-1", communities: list[str] | None = None, **more: Any) -> dict[str, Any]:
    """A member of the little roster."""
    own: dict[str, Any] = {
        "code": code,
        "stations": [station],
        "communities": communities if communities is not None else ["c-1"],
        "expertise": [],
        "languages": ["zh-Hans"],
    }
    return {**own, **more}


def roster(*members: dict[str, Any]) -> dict[str, Any]:
    """A little roster of the body ``zhaosu``: two townships, each with a station and a community."""
    return {
        "body": {"code": "zhaosu", "tier": "county", "parent": "ili", "time_zone": "Asia/Shanghai"},
        "townships": ["t-1", "t-2"],
        "stations": [
            {"code": "st-1", "kind": "township", "township": "t-1"},
            {"code": "st-2", "kind": "studio", "township": "t-2"},
        ],
        "communities": [
            {"code": "c-1", "township": "t-1", "station": "st-1"},
            {"code": "c-2", "township": "t-2", "station": "st-2"},
        ],
        "members": list(members),
        "departments": [{"code": "d-roads", "categories": ["roads"]}],
        "duty_days": {"days_of_month": [10, 20], "hours": "10:00-13:00"},
    }


@dataclass
class Office:
    """The running service and the hands that reach it."""

    http: httpx.AsyncClient
    clock: FixedClock
    bus: Client
    signers: dict[str, TokenSigner]
    heard: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    async def tell(self, event: Event, service: str = "intake") -> None:
        """Publish ``event`` as a neighbour would."""
        event_id = new_id()
        await self.bus.jetstream().publish(
            subject_of("zhaosu", type(event)),
            event.model_dump_json().encode(),
            headers=headers_of(event_id, "zhaosu", service, type(event), NOW),
        )

    async def submit(self, reference: str | None = None, **more: Any) -> str:
        """An issue comes in."""
        event = inner.IssueSubmitted.model_validate(
            {
                "occurred_at": self.clock.now(),
                "reference": reference or new_reference(),
                "version_of_issue": 1,
                "station": "st-1",
                "community": "c-1",
                "category": None,
                "channel": "web",
                "language": "zh-Hans",
                "anonymous": True,
                "reply_by": "none",
                **more,
            }
        )
        await self.tell(event)
        return event.reference

    def as_(self, role: str, code: str | None = None, service: str | None = None) -> dict[str, str]:
        """Headers of somebody who is signed in."""
        issuer = service or "routing"
        token = self.signers[issuer].sign(
            subject=code or role, role=Role(role), member=code, lifetime=timedelta(hours=1)
        )
        return {"Authorization": f"Bearer {token}"}

    async def import_roster(self, *members: dict[str, Any]) -> Any:
        """Take over the little roster."""
        answer = await self.http.post(
            "/api/v1/roster", content=json.dumps(roster(*members)), headers=self.as_("officer")
        )
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def sign_in_a_browser(self) -> None:
        """The officer signs in on a page; from then on the cookie is sent."""
        self.clock.at = datetime.now(UTC)  # the browser has its own clock, by which cookies end
        answer = await self.http.post("/login", data={"login": OFFICER[0], "password": OFFICER[1]})
        assert answer.status_code == 303, answer.text

    async def order(self, reference: str) -> dict[str, Any]:
        """An order as the dispatcher sees it; routing may still be reading the event of its issue."""
        deadline = asyncio.get_running_loop().time() + 15
        while True:
            answer = await self.http.get(f"/api/v1/orders/{reference}", headers=self.as_("dispatcher"))
            if answer.status_code != 404 or asyncio.get_running_loop().time() > deadline:
                break
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def said(self, *verbs: str) -> list[tuple[str, dict[str, Any]]]:
        """The events heard so far with one of these ``plane.noun.verb``s."""
        return [(kind, event) for kind, event in self.heard if not verbs or kind in verbs]


async def until(look: Callable[[], Awaitable[Any]], expected: Any, seconds: float = 15.0) -> None:
    """Look until it is ``expected``; the pause is between looks at what another task is doing."""
    deadline = asyncio.get_running_loop().time() + seconds
    while (found := await look()) != expected:
        assert asyncio.get_running_loop().time() < deadline, f"still {found}, wanted {expected}"
        await asyncio.sleep(0.02)


@asynccontextmanager
async def running_office(database_url: str, server: NatsServer, folder: Path, **settings: Any) -> AsyncIterator[Office]:
    """Start the service, with a listener for what it says."""
    keys = {service: new_key_pair() for service in ("routing", "intake", "notify")}
    clock = FixedClock(NOW)
    bus = await nats.connect(server.url)
    js = bus.jetstream()
    await js.add_stream(StreamConfig(name="INNER", subjects=["doorstep.zhaosu.inner.>"]))
    await js.add_stream(StreamConfig(name="UP_zhaosu", subjects=["doorstep.zhaosu.report.>"]))
    service = build(
        RoutingSettings(
            body="zhaosu",
            tier="county",
            parent="ili",
            service="routing",
            database_url=database_url,
            nats_url=server.url,
            origin="http://office.test",
            neighbours_url="http://127.0.0.1:1",
            signing_key=keys["routing"][0],
            verify_keys={name: public for name, (_, public) in keys.items()},
            bootstrap_officer=OFFICER[0],
            bootstrap_password=OFFICER[1],
            **settings,
        ),
        clock=clock,
    )
    signers = {name: TokenSigner(name, private, "zhaosu", clock) for name, (private, _) in keys.items()}
    transport = httpx.ASGITransport(app=service.app)
    async with (
        service.app.router.lifespan_context(service.app),
        httpx.AsyncClient(transport=transport, base_url="http://office.test") as http,
    ):
        office = Office(http, clock, bus, signers)

        async def hear(message: Any) -> None:
            _, _, plane, noun, verb, _ = message.subject.split(".")
            office.heard.append((f"{plane}.{noun}.{verb}", json.loads(message.data)))

        await bus.subscribe("doorstep.zhaosu.>", cb=hear)
        yield office
    await bus.close()
