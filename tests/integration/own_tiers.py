"""Bodies made by ``body init``, each with its real message server and its desk, as ``doorstep up`` would run them."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import nats
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.errors import ServiceUnavailableError

from deploy.machine import Machine
from deploy.nats.binary import find_server_binary
from deploy.sites import server_site
from deploy.tiers.desk import Desk, apply, declare
from deploy.tiers.invitation import Invitation, read_invitation, write_invitation
from deploy.tiers.inviting import invite, rotate
from deploy.tiers.joining import join
from deploy.tiers.own_body import NewBody, OwnBody, make_body
from shared.settings import Tier
from tests.integration.two_tiers import TierServer, free_ports

NOW = timedelta()


def new_body(code: str, tier: Tier = "county", parent: str | None = None, **more: str | None) -> NewBody:
    """What an operator says of a body at the least, and its name."""
    said: dict[str, str | None] = {"leaf_address": None, "origin": None, "smtp_url": None, "mail_from": None} | more
    return NewBody(code, tier, parent, "Asia/Shanghai", {"en": f"Body {code}"}, "127.0.0.1", **said)  # type: ignore[arg-type]


def make(folder: Path, code: str, parent: str | None = None) -> OwnBody:
    """A body in a place of its own, on ports that are free."""
    made = make_body(Machine(folder / code), new_body(code, parent=parent), datetime.now(UTC))
    ports = free_ports(4)
    update = dict(zip(("port", "nats_port", "monitor_port", "leaf_port"), ports, strict=True))
    made.config.model_copy(update=update).write(made.folder / "body.json")
    return OwnBody.read(made.folder)


class RunningBody:
    """A body's message server and desk; :meth:`kill_server` is kill -9."""

    def __init__(self, body: OwnBody) -> None:
        self.body = body
        self.ahead = NOW
        """How far the desk's clock is ahead."""
        self._server: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """Of the server."""
        return self._server.pid if self._server else None

    def server(self) -> TierServer:
        """Its addresses, as tests ask for them that write the servers' configurations themselves; not to be started."""
        config, body = self.body.config, self.body

        class Own(TierServer):
            def __init__(self) -> None:
                self.site = server_site(config, body.folder, {})

            def url(self, user: str, password: str) -> str:
                secrets = config.secrets
                known = {"services": secrets.nats_services, "handover": secrets.nats_handover}
                return config.nats_url(user, known.get(user, secrets.nats_steward))

        return Own()

    async def start_server(self) -> None:
        """Returns once it is healthy and its streams are there."""
        self.body.write_server_conf(self.body.register.read(), datetime.now(UTC))
        command = [find_server_binary(), "-c", self.body.server_conf]
        self._server = await asyncio.to_thread(
            subprocess.Popen, command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        async with httpx.AsyncClient() as client, asyncio.timeout(10):
            while True:
                try:
                    if (await client.get(f"{self.body.config.monitor_url}/healthz")).is_success:
                        break
                except httpx.TransportError:
                    await asyncio.sleep(0.02)
        await declare(self.body)

    def kill_server(self) -> None:
        """As a power switch for the process alone."""
        if self._server is not None:
            self._server.kill()
            self._server.wait()
            self._server = None

    def desk(self) -> Desk:
        """The body's desk, by its own clock."""
        return Desk(self.body, lambda: self.pid, lambda: datetime.now(UTC) + self.ahead)

    async def apply(self) -> None:
        """What every command does last."""
        await apply(self.body, self.pid, datetime.now(UTC))

    async def invite(self, child: OwnBody | str, folder: Path, *, life: timedelta = timedelta(hours=1)) -> Path:
        """The file, as carried to the child."""
        code = child if isinstance(child, str) else child.code
        now = datetime.now(UTC)
        opened = invite(self.body, code, address=self.body.leaf_address, now=now, life=life)
        return await self._handed_out(opened, folder)

    async def rotate(self, child: OwnBody, folder: Path, *, at_once: bool = False) -> Path:
        """Likewise, for a child that is joined."""
        now, life = datetime.now(UTC), timedelta(hours=1)
        address = self.body.leaf_address
        opened = rotate(self.body, child.code, address=address, now=now, life=life, at_once=at_once)
        return await self._handed_out(opened, folder)

    async def _handed_out(self, invitation: Invitation, folder: Path) -> Path:
        await self.apply()
        path = folder / f"{invitation.id}.invitation"
        write_invitation(path, invitation, self.body.authority)
        return path

    async def join(self, file: Path) -> timedelta:
        """Take the file, as ``tier join`` does."""
        ahead = await join(self.body, read_invitation(file), datetime.now(UTC))
        await self.apply()
        return ahead

    async def links(self) -> list[str]:
        """Accounts that have a leaf connection now."""
        async with httpx.AsyncClient() as client:
            leafs = (await client.get(f"{self.body.config.monitor_url}/leafz")).json()["leafs"]
        return sorted(leaf["account"] for leaf in leafs)

    async def until_desk(self) -> None:
        """Wait until the desk hears what children ask; the server tells it by nothing else."""
        async with httpx.AsyncClient() as client, asyncio.timeout(10):
            url = f"{self.body.config.monitor_url}/connz?subs=1"
            while "tier.bind.*" not in (await client.get(url)).text:  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    async def until_links(self, *accounts: str) -> None:
        """Wait until exactly these accounts have a leaf connection."""
        async with asyncio.timeout(20):
            while await self.links() != sorted(accounts):  # noqa: ASYNC110 - monitoring only answers
                await asyncio.sleep(0.05)

    @asynccontextmanager
    async def connected(self, user: str) -> AsyncIterator[tuple[Client, JetStreamContext]]:
        """As ``services`` or ``reporting`` of the body."""
        secrets = self.body.config.secrets
        password = {"services": secrets.nats_services, "reporting": secrets.nats_reporting}[user]
        client = await nats.connect(self.body.config.nats_url(user, password), error_cb=_say_nothing)
        try:
            yield client, client.jetstream(timeout=5)
        finally:
            await client.close()

    async def report(self, ids: range) -> None:
        """Publish one report per number, and have each acknowledged."""
        async with self.connected("services") as (_, jetstream):
            for n in ids:
                subject = f"doorstep.{self.body.code}.report.issue.submitted.v1"
                await jetstream.publish(subject, str(n).encode(), headers={"Nats-Msg-Id": f"{self.body.code}-{n}"})

    async def heard(self, child: str, count: int, within: float = 60) -> list[tuple[str, int]]:
        """Subject and number of what came from ``child``, once ``count`` are there."""
        async with self.connected("reporting") as (_, jetstream):
            stream = f"UP_{self.body.code}"
            async with asyncio.timeout(within):
                while await _messages(jetstream, stream) < count:  # noqa: ASYNC110 - nor does a stream call us
                    await asyncio.sleep(0.05)
            subscription = await jetstream.pull_subscribe(f"from.{child}.>", stream=stream)
            messages = await subscription.fetch(count, timeout=5)
            return [(message.subject, int(message.data)) for message in messages]


async def _messages(jetstream: JetStreamContext, stream: str) -> int:
    with suppress(ServiceUnavailableError):  # in the milliseconds of a reload nobody answers for JetStream
        return (await jetstream.stream_info(stream)).state.messages
    return 0


async def _say_nothing(_: Exception) -> None:
    """Denials and broken connections are what these tests are about."""


@asynccontextmanager
async def running(*bodies: OwnBody) -> AsyncIterator[list[RunningBody]]:
    """Servers and desks of ``bodies``, ended whatever happens."""
    up = [RunningBody(body) for body in bodies]
    desks: list[asyncio.Task[None]] = []
    try:
        for one in up:
            await one.start_server()
        desks = [asyncio.create_task(one.desk().run()) for one in up]
        for one in up:
            await one.until_desk()
        yield up
    finally:
        for desk in desks:
            desk.cancel()
        await asyncio.gather(*desks, return_exceptions=True)
        for one in up:
            one.kill_server()
