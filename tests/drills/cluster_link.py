"""A county with three message servers under a prefecture with one: do its reports rise once when any of them is killed?

``python -m tests.drills.cluster_link [--seconds 60] [--every 8] [--seed 3]``; exits with 0 when every report that was
acknowledged is at the prefecture once, and every handover came down once, else with 1. Message servers only, each with
the link to the parent in its configuration; ``doorstep tier`` does not write that for a cluster yet.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError

from deploy.body_config import Secrets
from deploy.cluster.servers import Place, server_sites
from deploy.cluster.writing import everywhere
from deploy.nats.binary import find_server_binary
from deploy.nats.cluster import NODES
from deploy.nats.server_config import render
from deploy.nats.site import ServerSecrets, ServerSite
from deploy.nats.streams import StewardUrls, declare_handed, declare_streams
from deploy.passwords import machine_secret

COUNTY, PREFECTURE = "zhaosu", "ili"
REPORT = f"doorstep.{COUNTY}.report.issue.submitted.v1"
OFFER = f"to.{COUNTY}.doorstep.{PREFECTURE}.handover.issue.offered.v1"
OFFERS = 50
DOWN_SECONDS = 1.5
ARRIVED_WITHIN = 120.0
"""A parent's server that was killed asks its children again after about 40 s (docs/decisions/0009)."""


class Server:
    """One nats-server on its files."""

    def __init__(self, site: ServerSite, conf: Path) -> None:
        self._conf = conf
        site.log.parent.mkdir(parents=True, exist_ok=True)
        conf.write_text(render(site))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns at once."""
        self._process = subprocess.Popen([find_server_binary(), "-c", self._conf], stderr=subprocess.DEVNULL)

    def kill(self) -> None:
        """SIGKILL."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()


class Link:
    """The four servers."""

    def __init__(self, folder: Path, base: int) -> None:
        """``base``: of the ports; those of routes and monitors lie 2000 and 4000 above."""
        self.county, self.prefecture = Secrets.generate(), Secrets.generate()
        self.places = [Place("127.0.0.1", base + number) for number in range(NODES)]
        self.above = Place("127.0.0.1", base + NODES)
        parent = ServerSite(
            body=PREFECTURE,
            host="127.0.0.1",
            port=self.above.port,
            monitor_port=self.above.monitor_port,
            leaf_port=self.above.leaf_port,
            store=folder / PREFECTURE / "jetstream",
            log=folder / PREFECTURE / "nats.log",
            secrets=_of(self.prefecture),
            children={COUNTY: self.county.nats_leaf},
        )
        sites = server_sites(
            COUNTY, self.county, self.places, secret=machine_secret(), listen="127.0.0.1", store=folder
        )
        linked = [replace(site, parent=PREFECTURE, parent_leaf=f"127.0.0.1:{self.above.leaf_port}") for site in sites]
        self.servers = [Server(site, folder / f"{number}.conf") for number, site in enumerate([*linked, parent])]

    def at_county(self, user: str, secret: str) -> str:
        """Every server of the county."""
        return everywhere(f"nats://{user}:{secret}@county", self.places)

    def at_prefecture(self, user: str, secret: str) -> str:
        return everywhere(f"nats://{user}:{secret}@prefecture", [self.above])

    async def declare(self) -> None:
        """All streams of both."""
        below, above = (
            StewardUrls(local=at("steward_local", secret), uplink=at("steward_uplink", secret))
            for at, secret in (
                (self.at_county, self.county.nats_steward),
                (self.at_prefecture, self.prefecture.nats_steward),
            )
        )
        await declare_streams(below, COUNTY, children=(), copies=NODES)
        await declare_streams(above, PREFECTURE, children=(COUNTY,))
        await declare_handed(above, PREFECTURE, parent=None, children=(COUNTY,))
        await declare_handed(below, COUNTY, parent=PREFECTURE, children=(), copies=NODES)


async def drill(folder: Path, told: argparse.Namespace) -> int:
    """The exit code."""
    link = Link(folder, told.port_base)
    try:
        for server in link.servers:
            server.start()
        await link.declare()
        killing = asyncio.create_task(_kill(link.servers, random.Random(told.seed), told.every))
        said = await _report(link, told.seconds)
        killing.cancel()
        with suppress(asyncio.CancelledError):
            await killing
        began = time.monotonic()
        risen = await _until(
            link.at_prefecture("steward_uplink", link.prefecture.nats_steward), f"UP_{PREFECTURE}", said
        )
        say(f"{said} reports, {risen} risen {time.monotonic() - began:.0f} s after the last one")
        await _hand_down(link)
        down = await _until(link.at_county("steward_uplink", link.county.nats_steward), f"HAND_{COUNTY}", OFFERS)
        say(f"{OFFERS} handovers, {down} came down")
        return 0 if (risen, down) == (said, OFFERS) else 1
    finally:
        for server in link.servers:
            server.kill()


async def _kill(servers: Sequence[Server], chance: random.Random, every: float) -> None:
    while True:
        await asyncio.sleep(every)
        victim = chance.choice(servers)
        victim.kill()
        try:
            await asyncio.sleep(DOWN_SECONDS)
        finally:
            victim.start()


async def _report(link: Link, seconds: float) -> int:
    """Publish report after report, each until it is acknowledged, and under one id; gives how many."""
    client = await _connected(link.at_county("services", link.county.nats_services))
    js, said, ends = client.jetstream(timeout=3), 0, time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            await js.publish(REPORT, b"{}", headers={"Nats-Msg-Id": f"report-{said}"})
        except (NatsError, OSError):
            await asyncio.sleep(0.2)  # a server was killed; the same again
        else:
            said += 1
            await asyncio.sleep(0.01)
    await client.close()
    return said


async def _hand_down(link: Link) -> None:
    client = await _connected(link.at_prefecture("services", link.prefecture.nats_services))
    for number in range(OFFERS):
        await client.jetstream().publish(OFFER, b"{}", headers={"Nats-Msg-Id": f"offer-{number}"})
    await client.close()


async def _until(url: str, stream: str, wanted: int) -> int:
    """How many messages the stream has once it has ``wanted``, and three seconds after; or when it takes too long."""
    client, held, ends = await _connected(url), -1, time.monotonic() + ARRIVED_WITHIN
    while held < wanted and time.monotonic() < ends:
        await asyncio.sleep(1)  # between looks
        with suppress(NatsError, OSError):
            held = (await client.jetstream().stream_info(stream)).state.messages
    await asyncio.sleep(3)  # for what might come twice
    held = (await client.jetstream().stream_info(stream)).state.messages
    await client.close()
    return held


async def _connected(url: str) -> Client:
    async def heard(_: Exception) -> None:
        """A server that was killed is what this is about."""

    return await nats.connect(url.split(","), max_reconnect_attempts=-1, reconnect_time_wait=0.2, error_cb=heard)


def _of(secrets: Secrets) -> ServerSecrets:
    return ServerSecrets(
        services=secrets.nats_services,
        reporting=secrets.nats_reporting,
        steward=secrets.nats_steward,
        leaf=secrets.nats_leaf,
        handover=secrets.nats_handover,
    )


def say(what: str) -> None:
    print(what, flush=True)  # noqa: T201


def main() -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="of reports and of killing")
    parser.add_argument("--every", type=float, default=8.0, help="seconds between two kills")
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--port-base", type=int, default=int(os.environ.get("DOORSTEP_PORT_BASE", "24000")) + 60)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="doorstep-drill-", ignore_cleanup_errors=True) as folder:
        return asyncio.run(drill(Path(folder), told))


if __name__ == "__main__":
    sys.exit(main())
