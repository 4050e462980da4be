"""A county's and a prefecture's message servers as the product configures them, to be killed at will."""

from __future__ import annotations

import socket
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

import httpx

from deploy.nats.binary import find_server_binary
from deploy.nats.server_config import render
from deploy.nats.site import ServerSecrets, ServerSite
from deploy.nats.streams import StewardUrls, declare_handed, declare_streams

SECRETS = ServerSecrets(services="s", reporting="r", steward="d", leaf="l", handover="h")


class TierServer:
    """One body's nats-server; :meth:`kill` is kill -9, and :meth:`start` goes on with the same store."""

    def __init__(self, site: ServerSite, folder: Path) -> None:
        self.site = site
        self._config = folder / f"{site.body}.conf"
        self._config.write_text(render(site))
        self._process: subprocess.Popen[bytes] | None = None

    def url(self, user: str, password: str) -> str:
        """Address for one of the server's users."""
        return f"nats://{user}:{password}@127.0.0.1:{self.site.port}"

    @property
    def services_url(self) -> str:
        return self.url("services", SECRETS.services)

    @property
    def reporting_url(self) -> str:
        return self.url("reporting", SECRETS.reporting)

    def start(self) -> None:
        """Returns once the server says that it is healthy."""
        self._process = subprocess.Popen([find_server_binary(), "-c", self._config], stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"http://127.0.0.1:{self.site.monitor_port}/healthz").is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.02)  # the listener is not there yet, and nothing tells when it is
        raise AssertionError(f"{self.site.body}'s server did not start: {self.site.log.read_text()}")

    def kill(self) -> None:
        """As a power switch for the process alone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    @property
    def _steward(self) -> StewardUrls:
        return StewardUrls(
            local=self.url("steward_local", SECRETS.steward), uplink=self.url("steward_uplink", SECRETS.steward)
        )

    async def declare_own(self) -> None:
        """Streams that need none of another body's."""
        await declare_streams(self._steward, self.site.body, children=self.site.children)

    async def declare(self) -> None:
        """Streams and durables, as ``doorstep up`` declares them."""
        await self.declare_own()
        await declare_handed(self._steward, self.site.body, parent=self.site.parent, children=self.site.children)


def free_ports(count: int) -> list[int]:
    """Different ports that nobody listens on; all are held until the last is found."""
    with ExitStack() as stack:
        held = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [int(one.getsockname()[1]) for one in held]


def county_and_prefecture(folder: Path) -> tuple[TierServer, TierServer]:
    """Zhaosu under Ili, neither of them started."""
    ports = free_ports(6)
    prefecture_leaf = f"127.0.0.1:{ports[5]}"
    county = _site("zhaosu", folder, ports[0:3], parent="ili", parent_leaf=prefecture_leaf)
    prefecture = _site("ili", folder, ports[3:6], children={"zhaosu": SECRETS.leaf})
    return TierServer(county, folder), TierServer(prefecture, folder)


def _site(
    body: str,
    folder: Path,
    ports: list[int],
    *,
    parent: str | None = None,
    parent_leaf: str | None = None,
    children: dict[str, str] | None = None,
) -> ServerSite:
    port, monitor_port, leaf_port = ports
    return ServerSite(
        body=body,
        host="127.0.0.1",
        port=port,
        monitor_port=monitor_port,
        leaf_port=leaf_port,
        store=folder / body,
        log=folder / f"{body}.log",
        secrets=SECRETS,
        parent=parent,
        parent_leaf=parent_leaf,
        children=children or {},
    )
