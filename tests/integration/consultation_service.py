"""The consultation service of one body on a real server and database, with its neighbours played by the test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import httpx
import nats
from nats.aio.client import Client
from nats.js.api import StreamConfig
from nats.js.errors import NotFoundError

from services.consultation.app import build
from services.consultation.settings import ConsultationSettings
from shared.clock import FixedClock
from shared.contracts import inner
from shared.contracts.catalogue import class_at
from shared.contracts.envelope import headers_of
from shared.contracts.event import Event
from shared.contracts.subjects import parse, subject_of
from shared.ids import new_id, new_reference
from shared.web.auth import Role, TokenSigner, new_key_pair
from tests.servers import NatsServer

T = TypeVar("T")

BODY = "zhaosu"
PARENT, CHILD = "ili", "county-farm"
"""The bodies next to it, whose part a test may play."""
NOW = datetime(2023, 3, 1, 9, tzinfo=UTC)
OWN, OTHER = "m-own", "m-other"


@dataclass
class Bench:
    """What a test holds: the service's HTTP side, the neighbours' voices and everything the service said."""

    http: httpx.AsyncClient
    client: Client
    clock: FixedClock
    signers: dict[str, TokenSigner]
    routing_versions: dict[str, int] = field(default_factory=dict)

    def token(self, role: Role, member: str | None = None) -> str:
        issuer = "intake" if role is Role.SERVICE else "routing"
        subject = member or role.value
        return self.signers[issuer].sign(subject=subject, role=role, member=member, lifetime=timedelta(hours=1))

    def as_(self, who: str) -> dict[str, str]:
        """Headers of a member by code, or of a role by name."""
        role = Role(who) if who in set(Role) else Role.MEMBER
        return {"Authorization": f"Bearer {self.token(role, who if role is Role.MEMBER else None)}"}

    async def post(self, who: str, path: str, body: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        return await self.http.post(f"/api/v1{path}", json=body or {}, headers={**self.as_(who), **headers})

    async def get(self, who: str, path: str) -> httpx.Response:
        return await self.http.get(f"/api/v1{path}", headers=self.as_(who))

    async def tell(self, service: str, *events: Event, event_id: str | None = None) -> None:
        """Publish events in a neighbour's name."""
        for event in events:
            kind = type(event)
            headers = headers_of(event_id or new_id(), BODY, service, kind, event.occurred_at)
            await self.client.jetstream().publish(
                subject_of(BODY, kind), event.model_dump_json().encode(), headers=headers
            )

    async def hand(self, said_by: str, event: Event, event_id: str | None = None) -> None:
        """Publish what the parent or the child hands to the body, as its server stores it."""
        stamp = "" if said_by == PARENT else f"from.{said_by}."
        headers = headers_of(event_id or new_id(), said_by, "consultation", type(event), event.occurred_at)
        subject = stamp + subject_of(said_by, type(event))
        await self.client.jetstream().publish(subject, event.model_dump_json().encode(), headers=headers)

    async def unread(self) -> int:
        """Events that the service has still to apply."""
        try:
            durable = await self.client.jetstream().consumer_info("INNER", "consultation-inner-v1")
        except NotFoundError:
            return -1  # it has not come to reading yet
        return (durable.num_pending or 0) + (durable.num_ack_pending or 0)

    async def publish_roster(self, revision: int = 1) -> None:
        stations = {"st1": (OWN, OTHER), "st2": ("m-third",)}
        for code, members in stations.items():
            await self.tell("routing", station(code, members, revision))
        await self.tell(
            "routing",
            inner.RosterPublished(
                occurred_at=NOW,
                revision=revision,
                stations=tuple(stations),
                departments=("d-water", "d-roads"),
                categories=("water-supply",),
            ),
        )

    async def assign(self, reference: str | None = None, member: str = OWN) -> str:
        """Have an issue assigned; gives its reference."""
        reference = reference or new_reference()
        await self.tell("routing", assigned(reference, self._next(reference), member))
        return reference

    async def accept(self, reference: str, member: str = OWN) -> None:
        version = self._next(reference)
        await self.tell(
            "routing",
            inner.IssueAccepted(occurred_at=NOW, reference=reference, version_of_issue=version, member=member),
        )

    async def taken(self, member: str = OWN) -> str:
        """An issue whose order ``member`` accepted; gives its reference once the service knows."""
        reference = await self.assign(member=member)
        await self.accept(reference, member)
        await self.until(lambda: self.state_of(reference), "in-progress")
        return reference

    async def state_of(self, reference: str) -> str | None:
        answer = await self.get("officer", f"/cases/{reference}")
        return str(answer.json()["state"]) if answer.status_code == 200 else None

    async def said(self, about: type[Event]) -> list[Any]:
        """Every event of one class that the service published so far, in order."""
        stream = "INNER" if about.plane == "inner" else f"UP_{BODY}"
        return await self._said_in(stream, about)

    async def told_below(self, about: type[Event]) -> list[Any]:
        """The same of what it handed down to the child."""
        return await self._said_in(f"DOWN_{CHILD}", about)

    async def all_said(self) -> None:
        """Returns once the five ones are counted, and everything is out that the service wrote down to be said."""

        async def uncounted() -> int:
            return int((await self.get("officer", "/five-ones/uncounted")).json()["years"])

        async def unsaid() -> int:
            outbox = (await self.get("officer", "/consultation/outbox")).json()
            return int(outbox["waiting"]) + int(outbox["pending"])

        await self.until(uncounted, 0)
        await self.until(unsaid, 0)

    async def reported(self) -> list[Event]:
        """Every event of the report plane that the service published so far, in order."""
        js, found = self.client.jetstream(), []
        last = (await js.stream_info(f"UP_{BODY}")).state.last_seq
        for sequence in range(1, last + 1):
            message = await js.get_msg(f"UP_{BODY}", sequence)
            address = parse(message.subject or "")
            kind = class_at(address) if address is not None and address.plane == "report" else None
            if kind is not None:
                found.append(kind.model_validate_json(message.data or b""))
        return found

    async def _said_in(self, stream: str, about: type[Event]) -> list[Any]:
        js = self.client.jetstream()
        found: list[Any] = []
        state = (await js.stream_info(stream)).state
        for sequence in range(state.first_seq or 1, state.last_seq + 1):
            message = await js.get_msg(stream, sequence)
            address = parse((message.subject or "").removeprefix(f"to.{CHILD}."))
            if address is not None and class_at(address) is about:
                found.append(about.model_validate_json(message.data or b""))
        return found

    async def until(self, look: Callable[[], Awaitable[T]], expected: T, seconds: float = 15.0) -> None:
        """Look until it is ``expected``; the pause is between looks at what another task brings about."""
        deadline = asyncio.get_running_loop().time() + seconds
        while (found := await look()) != expected:
            assert asyncio.get_running_loop().time() < deadline, f"still {found}, wanted {expected}"
            await asyncio.sleep(0.02)

    def _next(self, reference: str) -> int:
        self.routing_versions[reference] = self.routing_versions.get(reference, 0) + 1
        return self.routing_versions[reference]


def station(code: str, members: tuple[str, ...], revision: int = 1) -> inner.StationPublished:
    return inner.StationPublished(
        occurred_at=NOW,
        revision=revision,
        code=code,
        kind="township",
        township="t1",
        communities=("c1",),
        members=members,
    )


def assigned(reference: str, version: int, member: str = OWN) -> inner.IssueAssigned:
    return inner.IssueAssigned(
        occurred_at=NOW,
        reference=reference,
        version_of_issue=version,
        member=member,
        station="st1",
        attempt=1,
        answer_by=NOW + timedelta(days=2),
        community="c1",
        category="water-supply",
        channel="qr",
        language="ug",
        submitted_at=NOW - timedelta(hours=1),
    )


@asynccontextmanager
async def running(
    database_url: str, server: NatsServer, *, neighbours: str = "http://127.0.0.1:1"
) -> AsyncIterator[Bench]:
    """The service, started and stopped; its roster is heard of before the test begins."""
    keys = {issuer: new_key_pair() for issuer in ("routing", "intake", "consultation")}
    clock = FixedClock(NOW + timedelta(days=1))
    settings = ConsultationSettings(
        body=BODY,
        tier="county",
        parent=PARENT,
        neighbour_bodies={PARENT: {"zh-Hans": "伊犁州政协"}, CHILD: {"zh-Hans": "农场"}},
        nats_handover_url=server.url,
        service="consultation",
        database_url=database_url,
        nats_url=server.url,
        origin="http://desk.test",
        neighbours_url=neighbours,
        signing_key=keys["consultation"][0],
        verify_keys={issuer: public for issuer, (_, public) in keys.items()},
    )
    client = await nats.connect(server.url)
    await client.jetstream().add_stream(StreamConfig(name="INNER", subjects=[f"doorstep.{BODY}.inner.>"]))
    for name, subjects in (
        (f"UP_{BODY}", [f"doorstep.{BODY}.report.>", f"doorstep.{BODY}.handover.>"]),
        (f"HAND_{BODY}", [f"doorstep.{PARENT}.handover.>", f"from.{CHILD}.doorstep.{CHILD}.handover.>"]),
        (f"DOWN_{CHILD}", [f"to.{CHILD}.>"]),
    ):
        await client.jetstream().add_stream(StreamConfig(name=name, subjects=subjects))
    app = build(settings, clock=clock).app
    transport = httpx.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url=settings.origin) as http,
    ):
        signers = {issuer: TokenSigner(issuer, private, BODY, clock) for issuer, (private, _) in keys.items()}
        bench = Bench(http, client, clock, signers)
        await bench.publish_roster()
        await bench.until(bench.unread, 0)
        yield bench
    await client.close()
