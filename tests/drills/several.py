"""One body as many processes: three message servers, one PostgreSQL, two of each service, to be killed one by one."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from aiosmtpd.smtp import SMTP, Envelope, Session

from deploy.body import service_values
from deploy.body_config import BodyConfig, Secrets
from deploy.cluster.servers import Place, server_sites
from deploy.cluster.writing import everywhere, told_of
from deploy.containers.proxy import service_prefixes
from deploy.databases import create_databases
from deploy.nats.binary import find_server_binary
from deploy.nats.cluster import NODES
from deploy.nats.safety import check_settings
from deploy.nats.server_config import render, server_config
from deploy.nats.site import ServerSite
from deploy.nats.streams import StewardUrls, declare_streams
from deploy.passwords import machine_secret
from deploy.topology import SAMPLE, SERVICES
from tests.drills.door import Door

BODY = SAMPLE.body("zhaosu")
REPLICAS = 2
MAILS_PER_SECOND = 500.0
"""The mail server here is never hurried; a body's usual pace of 25 would be what is measured."""
HOST = "127.0.0.1"


@dataclass
class Process:
    """A program that is started, killed, and started again on the same files."""

    name: str
    arguments: list[str]
    log: Path
    _running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns at once."""
        frugal = {"MALLOC_ARENA_MAX": "2"}
        with self.log.open("ab") as log:
            self._running = subprocess.Popen(self.arguments, stdout=log, stderr=log, env={**os.environ, **frugal})

    def kill(self) -> None:
        """SIGKILL, to this process id alone."""
        if self._running is not None:
            self._running.kill()
            self._running.wait()
            self._running = None

    @property
    def has_ended_by_itself(self) -> bool:
        """Whether it is down, and nobody killed it."""
        return self._running is not None and self._running.poll() is not None


@dataclass
class Mailbox:
    """Counts mails by their Message-ID, and keeps none."""

    seen: dict[str, int] = field(default_factory=dict)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 (aiosmtpd's name)
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        for line in content.split(b"\r\n\r\n", 1)[0].split(b"\r\n"):
            if line.lower().startswith(b"message-id:"):
                name = line.partition(b":")[2].strip().decode()
                self.seen[name] = self.seen.get(name, 0) + 1
        return "250 OK"


class Several:
    """The whole body, in ``folder`` and on the ports that follow ``base``."""

    def __init__(self, folder: Path, base: int, database_server: str) -> None:
        """``database_server``: a URL of its database ``postgres``."""
        self.folder = folder
        self.origin = f"http://{HOST}:{base}"
        self._base = base
        self._database_server = database_server
        folder.mkdir(parents=True, exist_ok=True)
        self._places = [Place(HOST, base + 10 + number) for number in range(NODES)]
        self.config = self._config()
        self.nodes = [
            self._node(site)
            for site in server_sites(
                BODY.code, self.config.secrets, self._places, secret=machine_secret(), listen=HOST, store=folder
            )
        ]
        self._ports = {
            service: [base + 30 + REPLICAS * place + number for number in range(REPLICAS)]
            for place, service in enumerate(SERVICES)
        }
        self.replicas = [self._replica(service, port) for service in SERVICES for port in self._ports[service]]
        self.door = Door(self._ports, service_prefixes())
        self.mailbox = Mailbox()

    @property
    def everything(self) -> list[Process]:
        """Whatever may be killed."""
        return [*self.nodes, *self.replicas]

    def database(self, service: str) -> str:
        """As asyncpg takes it."""
        return self.config.database_urls[service].replace("+asyncpg", "")

    def servers(self, user: str, secret: str) -> str:
        """The addresses of all message servers for one of their users."""
        return everywhere(f"nats://{user}:{secret}@cluster", self._places)

    async def start(self) -> None:
        """Everything up, streams declared, roster imported, every replica ready."""
        loop = asyncio.get_running_loop()
        await loop.create_server(lambda: SMTP(self.mailbox, hostname="localhost", loop=loop), HOST, self._base + 1)
        await create_databases(self._database_server, self.config.database_urls.values())
        for node in self.nodes:
            node.start()
        await self._until_well()
        steward = self.config.secrets.nats_steward
        urls = StewardUrls(local=self.servers("steward_local", steward), uplink=self.servers("steward_uplink", steward))
        await declare_streams(urls, BODY.code, children=(), copies=NODES)
        await self.door.open(self._base)
        # All at once: both replicas of a service find an empty database.
        for replica in self.replicas:
            replica.start()
        await self._until_ready()

    def stop(self) -> None:
        """Kill whatever lives."""
        for process in self.everything:
            process.kill()
        self.door.close()

    async def _until_well(self) -> None:
        async with httpx.AsyncClient() as client:
            for place in self._places:
                await _until_success(client, f"http://{HOST}:{place.monitor_port}/healthz")

    async def _until_ready(self) -> None:
        async with httpx.AsyncClient() as client:
            for ports in self._ports.values():
                for port in ports:
                    await _until_success(client, f"http://{HOST}:{port}/readyz")

    async def leaders(self) -> dict[str, list[bool]]:
        """Of each service's replicas, which say that they lead; those that do not answer are left out."""
        found: dict[str, list[bool]] = {service: [] for service in SERVICES}
        async with httpx.AsyncClient(timeout=5) as client:
            for service, ports in self._ports.items():
                for port in ports:
                    with suppress(httpx.TransportError):
                        said = (await client.get(f"http://{HOST}:{port}/metrics")).text
                        found[service].append(f'doorstep_leads{{service="{service}"}} 1.0' in said)
        return found

    def _config(self) -> BodyConfig:
        server = self._database_server
        return BodyConfig(
            body=BODY.code,
            tier=BODY.tier,
            parent=None,
            time_zone=BODY.time_zone,
            names=dict(BODY.names),
            port=self._base,
            origin=self.origin,
            nats_port=self._places[0].port,
            monitor_port=self._places[0].monitor_port,
            leaf_port=self._places[0].leaf_port,
            database_urls={service: server.replace("/postgres?", f"/{BODY.code}_{service}?") for service in SERVICES},
            smtp_url=f"smtp://{HOST}:{self._base + 1}",
            mail_from=f"doorstep@{BODY.code}.localhost",
            secrets=Secrets.generate(),
            sample=True,
        )

    def _node(self, site: ServerSite) -> Process:
        assert site.cluster is not None
        name = site.cluster.node
        check_settings(BODY.code, server_config(site))
        site.log.parent.mkdir(parents=True, exist_ok=True)
        conf = self.folder / f"{name}.conf"
        conf.write_text(render(site))
        return Process(name, [str(find_server_binary()), "-c", str(conf)], self.folder / f"{name}.out")

    def _replica(self, service: str, port: int) -> Process:
        values: dict[str, Any] = told_of(service_values(self.config, service), self._places)
        if service == "notify":
            values["mails_per_second"] = MAILS_PER_SECOND
        told = self.folder / f"{service}.json"
        told.write_text(json.dumps(values))
        name = f"{service}-{port}"
        arguments = [sys.executable, "-m", "deploy.containers.service", str(told), str(port)]
        return Process(name, arguments, self.folder / f"{name}.log")


async def _until_success(client: httpx.AsyncClient, url: str, within: float = 120.0) -> None:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        with suppress(httpx.TransportError):
            if (await client.get(url)).is_success:
                return
        await asyncio.sleep(0.2)  # between looks
    raise AssertionError(f"{url} did not answer with success in {within:.0f} s")
