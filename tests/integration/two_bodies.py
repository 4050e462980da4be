"""Routing of a county and of its prefecture, each on its own server and database, with clocks that a test sets."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import nats

from services.routing.app import build
from services.routing.settings import RoutingSettings
from shared.clock import FixedClock
from shared.contracts import inner
from shared.contracts.envelope import headers_of
from shared.contracts.event import Event
from shared.contracts.subjects import subject_of
from shared.ids import new_id, new_reference
from shared.web.auth import Role, TokenSigner, new_key_pair
from tests.integration.routing_office import roster, until
from tests.integration.two_tiers import SECRETS, TierServer

RESIDENT = "阿依努尔·买买提"
NAMES = {"zhaosu": {"zh-Hans": "昭苏县政协"}, "ili": {"zh-Hans": "伊犁州政协"}}


@dataclass
class BodyRouting:
    """Routing of one body, asked over its own HTTP interface."""

    code: str
    http: httpx.AsyncClient
    clock: FixedClock
    signer: TokenSigner
    server: TierServer

    def as_(self, role: str, member: str | None = None) -> dict[str, str]:
        """Headers of somebody who is signed in."""
        token = self.signer.sign(subject=member or role, role=Role(role), member=member, lifetime=timedelta(hours=1))
        return {"Authorization": f"Bearer {token}"}

    async def ask(self, method: str, path: str, sent: Any = None, status: int = 200, role: str = "dispatcher") -> Any:
        """The JSON of an answer with that status."""
        answer = await self.http.request(method, path, json=sent, headers=self.as_(role))
        assert answer.status_code == status, answer.text
        return answer.json()

    async def submitted(self) -> str:
        """An issue of this body's own resident; its reference, once routing has its order."""
        event = inner.IssueSubmitted(
            occurred_at=self.clock.now(),
            reference=new_reference(),
            version_of_issue=1,
            station="st-1",
            community="c-1",
            category=None,
            channel="web",
            language="ug",
            anonymous=True,
            reply_by="none",
        )
        await self.tell(event)
        return event.reference

    async def ordered(self, reference: str) -> None:
        """Wait until routing has the order of an issue."""

        async def found() -> int:
            answer = await self.http.get(f"/api/v1/orders/{reference}", headers=self.as_("dispatcher"))
            return answer.status_code

        await until(found, 200)

    async def tell(self, event: Event) -> None:
        """Publish ``event`` as a neighbour service would."""
        client = await nats.connect(self.server.services_url)
        headers = headers_of(new_id(), self.code, "intake", type(event), self.clock.now())
        await client.jetstream().publish(
            subject_of(self.code, type(event)), event.model_dump_json().encode(), headers=headers
        )
        await client.close()

    async def supervision(self, supervision_id: str) -> dict[str, Any] | None:
        """A supervision as the office sees it, or None where it is not here."""
        answer = await self.http.get(f"/api/v1/supervisions/{supervision_id}", headers=self.as_("dispatcher"))
        return answer.json() if answer.status_code == 200 else None

    async def handover(self, handover_id: str) -> dict[str, Any] | None:
        """A handover as the office sees it, or None where it is not here."""
        answer = await self.http.get(f"/api/v1/handovers/{handover_id}", headers=self.as_("dispatcher"))
        return answer.json() if answer.status_code == 200 else None

    async def until(self, handover_id: str, state: str, seconds: float = 60.0, **more: Any) -> dict[str, Any]:
        """The handover, once it stands at ``state``; looks again and again at what other tasks are doing."""
        return await self._until(lambda: self.handover(handover_id), state, seconds, more)

    async def supervised(self, supervision_id: str, state: str, **more: Any) -> dict[str, Any]:
        """The supervision, once it stands at ``state``."""
        return await self._until(lambda: self.supervision(supervision_id), state, 60.0, more)

    async def _until(
        self, look: Callable[[], Awaitable[dict[str, Any] | None]], state: str, seconds: float, more: dict[str, Any]
    ) -> dict[str, Any]:
        deadline = asyncio.get_running_loop().time() + seconds
        wanted = {"state": state, **more}
        while True:
            found = await look()
            if found is not None and all(found[name] == value for name, value in wanted.items()):
                return found
            assert asyncio.get_running_loop().time() < deadline, f"{self.code}: still {found}, wanted {wanted}"
            await asyncio.sleep(0.05)

    async def said(self, *kinds: str) -> list[dict[str, Any]]:
        """What the body's own stream holds of these ``noun.verb``s, in order."""
        client = await nats.connect(self.server.url("steward_local", SECRETS.steward))
        js = client.jetstream()
        found = []
        for sequence in range(1, (await js.stream_info("INNER")).state.last_seq + 1):
            message = await js.get_msg("INNER", sequence)
            if ".".join(str(message.subject).split(".")[3:5]) in kinds:
                found.append(json.loads(message.data or b""))
        await client.close()
        return found


@asynccontextmanager
async def routing_of(
    server: TierServer, database_url: str, at: datetime, vault_url: str = "http://127.0.0.1:1", **told: Any
) -> AsyncIterator[BodyRouting]:
    """Start routing of ``server``'s body, ``told`` otherwise than usual; without ``vault_url`` its intake is down."""
    body, parent = server.site.body, server.site.parent
    private, public = new_key_pair()
    clock = FixedClock(at)
    usual: dict[str, Any] = {
        "body": body,
        "tier": "county" if parent else "prefecture",
        "parent": parent,
        "service": "routing",
        "database_url": database_url,
        "nats_url": server.services_url,
        "nats_handover_url": server.url("handover", SECRETS.handover or ""),
        "neighbour_bodies": {code: names for code, names in NAMES.items() if code != body},
        "origin": "http://office.test",
        "neighbours_url": vault_url,
        "signing_key": private,
        "verify_keys": {"routing": public},
    }
    settings = RoutingSettings(**usual | told)
    service = build(settings, clock=clock)
    transport = httpx.ASGITransport(app=service.app)
    async with (
        service.app.router.lifespan_context(service.app),
        httpx.AsyncClient(transport=transport, base_url="http://office.test") as http,
    ):
        found = BodyRouting(body, http, clock, TokenSigner("routing", private, body, clock), server)
        document = roster()
        document["body"] |= {"code": body, "parent": parent, "tier": settings.tier}
        await found.ask("POST", "/api/v1/roster", document, role="officer")
        yield found


class Link:
    """A leaf connection that can be cut: everything that is sent passes through, as long as it is up."""

    def __init__(self, port: int, to: str) -> None:
        """Listens on loopback ``port`` for what goes to ``to``, ``host:port``."""
        self._port = port
        self._to = to.split(":")
        self._server: asyncio.Server | None = None
        self._ends: set[asyncio.StreamWriter] = set()
        self._passing: set[asyncio.Future[Any]] = set()

    async def mend(self) -> None:
        """Let connections through."""
        self._server = await asyncio.start_server(self._pass, "127.0.0.1", self._port)

    async def cut(self) -> None:
        """Break every connection, and refuse new ones."""
        if self._server is not None:
            self._server.close()
        for end in self._ends:
            end.transport.abort()
        await asyncio.gather(*self._passing)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        other_reader, other = await asyncio.open_connection(self._to[0], int(self._to[1]))
        self._ends |= {writer, other}
        passing = asyncio.gather(_copy(reader, other), _copy(other_reader, writer))
        self._passing.add(passing)
        await passing


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while content := await reader.read(65_536):
            writer.write(content)
            await writer.drain()
    writer.close()


@contextmanager
def vault() -> Iterator[tuple[str, list[str]]]:
    """Intake's vault and reporting as routing asks them: their address, and the references asked for of the vault."""
    read: list[str] = []

    class Vault(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/api/v1/tiers/late?"):
                self._answer(_late(parse_qs(urlsplit(self.path).query)))
                return
            if "/vault/" not in self.path:
                self.send_error(404)
                return
            assert self.headers["Authorization"].startswith("Bearer ")
            read.append(self.path.rpartition("/")[2])
            self._answer({"contact": {"name": RESIDENT, "phone": None, "email": None}})

        def _answer(self, found: dict[str, Any]) -> None:
            said = json.dumps(found).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Vault) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", read
        finally:
            server.shutdown()
            thread.join()


def _late(asked: dict[str, list[str]]) -> dict[str, Any]:
    """What reporting says of a case of a body: late in all but ``IN-TIME``; ``cui`` is below ``zhaosu``."""
    (body,), (reference,) = asked["body"], asked["reference"]
    through = [body] if body != "cui" else ["zhaosu", "cui"]
    found = {"kind": "answer", "since": "2026-02-20T10:00:00Z", "through": through}
    return {"items": [] if reference == "IN-TIME" else [found], "next": None}
