"""Intake alone on a real nats-server, with the test in the place of its neighbours and of its residents."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import nats
from nats.js import JetStreamContext
from nats.js.api import StreamConfig

from services.intake.app import build
from services.intake.settings import IntakeSettings
from shared.clock import Clock, SystemClock
from shared.contracts.catalogue import class_at
from shared.contracts.envelope import headers_of
from shared.contracts.event import Event
from shared.contracts.inner import RosterPublished, StationPublished
from shared.contracts.subjects import parse, subject_of
from shared.ids import derived_id
from shared.web.auth import Role, TokenSigner, new_key_pair
from tests.servers import NatsServer

BODY = "zhaosu"
ORIGIN = "http://desk.test"
AN_HOUR = timedelta(hours=1)
PAPER_DATE = datetime(2023, 1, 6, 9, tzinfo=UTC)
KEYS = {name: new_key_pair() for name in ("intake", "routing", "consultation", "notify")}


def token(role: Role, subject: str = "somebody", member: str | None = None, stations: tuple[str, ...] = ()) -> str:
    """A token as routing gives it to staff; with role service, the one that service ``subject`` signs for itself."""
    issuer = subject if role is Role.SERVICE else "routing"
    signer = TokenSigner(issuer, KEYS[issuer][0], BODY, SystemClock())
    return signer.sign(subject=subject, role=role, member=member, stations=stations, lifetime=AN_HOUR)


def bearing(*args: Any, **kwargs: Any) -> dict[str, str]:
    """The Authorization header of :func:`token`."""
    return {"Authorization": f"Bearer {token(*args, **kwargs)}"}


@dataclass
class IntakeHouse:
    """One running intake, its HTTP client and its neighbours' pen."""

    http: httpx.AsyncClient
    js: JetStreamContext
    app: Any
    versions: dict[tuple[str, str], int] = field(default_factory=dict)

    async def tell(self, event: Event, service: str = "routing", event_id: str | None = None) -> None:
        """Publish ``event`` as another service would."""
        event_id = event_id or derived_id(service, event.model_dump_json(), type(event).__name__)
        headers = headers_of(event_id, BODY, service, type(event), datetime.now(UTC))
        await self.js.publish(subject_of(BODY, type(event)), event.model_dump_json().encode(), headers=headers)

    async def happened(self, kind: type[Any], reference: str, service: str = "routing", **facts: Any) -> None:
        """Publish the neighbour's next event about an issue."""
        version = self.versions[service, reference] = self.versions.get((service, reference), 0) + 1
        event = kind(occurred_at=datetime.now(UTC), reference=reference, version_of_issue=version, **facts)
        await self.tell(event, service)

    async def assigned(self, reference: str, member: str = "zh-m001") -> None:
        """Routing gives the order to ``member``."""
        from shared.contracts.inner import IssueAssigned

        await self.happened(
            IssueAssigned,
            reference,
            member=member,
            station="st1",
            attempt=1,
            answer_by=datetime.now(UTC) + AN_HOUR,
            community="c1",
            category=None,
            channel="web",
            language="ug",
            submitted_at=datetime.now(UTC),
        )

    async def said(self, stream: str, count: int) -> list[Event]:
        """The first ``count`` events of a stream, as classes."""
        events: list[Event] = []
        for number in range(1, count + 1):
            message = await self._at(stream, number)
            address = parse(message.subject)
            assert address is not None
            event = class_at(address)
            assert event is not None
            events.append(event.model_validate_json(message.data))
        return events

    async def _at(self, stream: str, number: int) -> Any:
        async def look() -> Any:
            try:
                return await self.js.get_msg(stream, number)
            except nats.js.errors.NotFoundError:
                return None

        return await eventually(look, lambda found: found is not None)

    async def submit(self, **overrides: Any) -> dict[str, str]:
        """Raise an issue over the API; gives its receipt."""
        answer = await self.http.post("/api/v1/issues", json=issue(**overrides))
        assert answer.status_code == 201, answer.text
        receipt: dict[str, str] = answer.json()
        return receipt

    async def state(self, code: str, wanted: str) -> dict[str, Any]:
        """What the resident sees once the issue is in the ``wanted`` state."""

        async def look() -> dict[str, Any]:
            return (await self.http.get(f"/api/v1/track/{code}")).json()  # type: ignore[no-any-return]

        return await eventually(look, lambda seen: seen["state"] == wanted)  # type: ignore[no-any-return]


def issue(**overrides: Any) -> dict[str, Any]:
    """A correct submission; an override of None leaves the field out."""
    whole = {"station": "st1", "words": "食堂晚上太吵。", "language": "zh-Hans", "anonymous": True} | overrides
    return {name: value for name, value in whole.items() if value is not None}


def hidden(page: str, name: str) -> str:
    """The value of a hidden field of a page."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, name
    return found[1]


async def eventually(look: Any, good: Any, seconds: float = 15.0) -> Any:
    """Look until it is ``good``; the pause is between looks at what other tasks are doing."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not good(found := await look()):
        assert asyncio.get_running_loop().time() < deadline, f"still {found}"
        await asyncio.sleep(0.02)
    return found


ROSTER = (
    StationPublished(
        occurred_at=PAPER_DATE,
        revision=1,
        code="st1",
        kind="township",
        township="t1",
        communities=("c1", "c2"),
        members=("zh-m001",),
    ),
    StationPublished(
        occurred_at=PAPER_DATE, revision=1, code="st2", kind="studio", township="t1", communities=(), members=()
    ),
    RosterPublished(
        occurred_at=PAPER_DATE,
        revision=1,
        stations=("st1", "st2"),
        departments=("roads-office",),
        categories=("noise", "roads"),
    ),
)


@asynccontextmanager
async def intake_house(
    database_url: str, server: NatsServer, *, roster: bool = True, clock: Clock | None = None, **told: Any
) -> AsyncIterator[IntakeHouse]:
    """Intake, running, with a small roster unless told otherwise; ``told`` are settings of its own."""
    settings = IntakeSettings(
        body=BODY,
        tier="county",
        service="intake",
        database_url=database_url,
        nats_url=server.url,
        origin=ORIGIN,
        neighbours_url="http://127.0.0.1:9",
        signing_key=KEYS["intake"][0],
        verify_keys={name: public for name, (_, public) in KEYS.items()},
        vault_secret="a secret of the test",
        default_language="en",
        **told,
    )
    client = await nats.connect(server.url)
    js = client.jetstream()
    await js.add_stream(StreamConfig(name="INNER", subjects=[f"doorstep.{BODY}.inner.>"]))
    await js.add_stream(StreamConfig(name=f"UP_{BODY}", subjects=[f"doorstep.{BODY}.report.>"]))
    service = build(settings, clock=clock)
    transport = httpx.ASGITransport(app=service.app)
    async with (
        service.app.router.lifespan_context(service.app),
        httpx.AsyncClient(transport=transport, base_url=ORIGIN) as http,
    ):
        house = IntakeHouse(http, js, service.app)
        if roster:
            for event in ROSTER:
                await house.tell(event)
            await eventually(lambda: http.get("/s/st2"), lambda page: page.status_code == 200)
        yield house
    await client.close()
