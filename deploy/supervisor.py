"""``doorstep up``: the processes of one machine, started in order, kept, and ended in order."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import astuple
from pathlib import Path
from typing import Any

import httpx

from deploy.accounts import Account
from deploy.body_config import BodyConfig, config_path
from deploy.lock import PlaceLock
from deploy.machine import Machine
from deploy.nats.streams import StewardUrls, declare_handed, declare_streams
from deploy.ports import until_free
from deploy.process import Command, Watched
from deploy.run_file import Run, RunningBody
from deploy.sample_run import until_risen
from deploy.sites import Sites
from deploy.topology import Body, Topology
from deploy.trouble import NothingUp
from shared.tasks import stop

READY_WITHIN = 60.0
"""Seconds until a start is given up; a usual one takes a tenth of it."""

_FRUGAL = {"MALLOC_MMAP_THRESHOLD_": "262144", "MALLOC_TRIM_THRESHOLD_": "262144", "MALLOC_ARENA_MAX": "2"}
"""Keeps glibc from holding on to the 19 MiB that each password hash needs for a moment: an idle body takes 144 MB
instead of 183."""

LINKED_LOOKS, LINKED_LOOK_SECONDS = 100, 0.1
_SERVICES_GRACE = 15.0
_SERVERS_GRACE = 5.0

Settle = Callable[[BodyConfig], Awaitable[tuple[Account, ...]]]
"""What is done once a body answers, giving the sign-in codes to show."""


class NotReady(NothingUp):
    """A process did not become ready in time; its log says why."""


class Supervisor:
    """Runs some bodies of a topology on this machine until a signal ends it.

    ``sites`` knows their configurations, ``server_binary`` is the nats-server to run; with ``sample`` the development
    inbox runs too.
    """

    def __init__(
        self,
        machine: Machine,
        topology: Topology,
        bodies: Sequence[Body],
        sites: Sites,
        server_binary: Path,
        *,
        sample: bool,
    ) -> None:
        self._machine = machine
        self._topology = topology
        self._sites = sites
        self._bodies = tuple(bodies)
        self._binary = server_binary
        self._sample = sample
        self._lock = PlaceLock(machine.lock_file)
        self._servers: list[Watched] = []
        self._services: list[Watched] = []
        self._pids: dict[str, int] = {}
        self._run: Run | None = None
        self._stopping = asyncio.Event()

    async def run(self, settle: Settle, on_ready: Callable[[Run], None]) -> None:
        """Start everything, call ``settle`` for each body and ``on_ready`` once, then wait for a signal.

        Raises :class:`deploy.lock.AlreadyUp`, :class:`deploy.ports.PortsTaken`, :class:`NotReady`,
        :class:`deploy.nats.streams.StreamsNotDeclared`; whatever was started is ended before it raises.
        """
        self._lock.take()
        self._machine.run_file.unlink(missing_ok=True)
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._on_signal)
        starting = asyncio.create_task(self._start(settle))
        waiting = asyncio.create_task(self._stopping.wait())
        tasks: list[asyncio.Task[Any]] = [starting, waiting]
        try:
            await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                on_ready(starting.result())
                tasks += [asyncio.create_task(work) for work in self._sites.companions(self._server_pid)]
                await waiting
        finally:
            await asyncio.gather(*map(stop, tasks), return_exceptions=True)
            await self._stop()

    def _on_signal(self) -> None:
        if self._stopping.is_set():
            for process in (*self._services, *self._servers):
                process.kill()
        self._stopping.set()

    async def _start(self, settle: Settle) -> Run:
        configs = self._sites.configure()
        await until_free(self._ports(configs))
        if self._machine.database_server is not None:
            # Imported here: with SQLite files the supervisor needs no database library.
            from deploy.databases import create_databases

            urls = [url for body in self._bodies for url in configs[body.code].database_urls.values()]
            await create_databases(self._machine.database_server, urls)
        await self._start_servers(configs)
        # Together: the services load while the streams are declared, and wait for what is not there yet.
        await asyncio.gather(self._start_services(configs), self._declare_all(configs))
        settled = await asyncio.gather(*(settle(configs[body.code]) for body in self._bodies))
        if self._sample:
            await until_risen([configs[body.code] for body in self._bodies])
        accounts = {body.code: made for body, made in zip(self._bodies, settled, strict=True)}
        self._run = self._describe(configs, accounts)
        self._run.write(self._machine.run_file)
        return self._run

    def _ports(self, configs: dict[str, BodyConfig]) -> list[int]:
        own = (configs[body.code] for body in self._bodies)
        fakes = astuple(self._machine.fakes) if self._sample else ()
        return [*(port for one in own for port in (one.port, one.nats_port, one.monitor_port, one.leaf_port)), *fakes]

    async def _start_servers(self, configs: dict[str, BodyConfig]) -> None:
        # Parents first: a leaf that finds nobody tries again only after its delay.
        for body in sorted(self._bodies, key=self._topology.depth):
            server = self._watch(self._server_command(body))
            self._servers.append(server)
            await server.start()

    async def _start_services(self, configs: dict[str, BodyConfig]) -> None:
        commands = [self._body_command(body.code) for body in self._bodies]
        if self._sample:
            commands.append(self._fakes_command())
        self._services = [self._watch(command) for command in commands]
        for process in self._services:
            await process.start()
        waits = [_until_ok(f"{configs[body.code].origin}/readyz", f"{body.code}'s services") for body in self._bodies]
        if self._sample:
            waits.append(_until_ok(f"{self._inbox_url}/livez", "the development inbox"))
        await asyncio.gather(*waits)

    async def _declare_all(self, configs: dict[str, BodyConfig]) -> None:
        # Children first, and their links: a parent whose server asks for a stream that is not there yet
        # asks again only after 10 to 40 s.
        for body in sorted(self._bodies, key=self._topology.depth, reverse=True):
            children = [child for child in self._topology.children_of(body) if child in self._bodies]
            await _until_linked(f"{configs[body.code].monitor_url}/leafz", len(children))
            await self._declare(body, configs[body.code])
        # Now every parent has what it hands down.
        for body in self._bodies:
            above, below = self._sites.parent(body.code), self._sites.children(body.code)
            await declare_handed(self._steward_urls(configs[body.code]), body.code, parent=above, children=below)

    async def _declare(self, body: Body, config: BodyConfig) -> None:
        await _until_ok(f"{config.monitor_url}/healthz", f"{body.code}'s nats-server")
        await declare_streams(self._steward_urls(config), body.code, children=self._sites.children(body.code))

    def _steward_urls(self, config: BodyConfig) -> StewardUrls:
        steward = config.secrets.nats_steward
        return StewardUrls(
            local=config.nats_url("steward_local", steward), uplink=config.nats_url("steward_uplink", steward)
        )

    async def _stop(self) -> None:
        # Services first, so that what they finish is still taken by the servers.
        await asyncio.gather(*(process.stop(_SERVICES_GRACE) for process in self._services))
        await asyncio.gather(*(process.stop(_SERVERS_GRACE) for process in self._servers))
        self._machine.run_file.unlink(missing_ok=True)
        self._lock.release()

    def _watch(self, command: Command) -> Watched:
        return Watched(command, self._on_started)

    def _on_started(self, name: str, pid: int) -> None:
        self._pids[name] = pid
        if self._run is not None:
            # A process was started again: who reads the run file finds the present one.
            bodies = {
                code: body.model_copy(update={"pids": self._pids_of(code)}) for code, body in self._run.bodies.items()
            }
            update = {"bodies": bodies, "fakes_pid": self._pids.get("fakes")}
            self._run = self._run.model_copy(update=update)
            self._run.write(self._machine.run_file)

    def _describe(self, configs: dict[str, BodyConfig], accounts: dict[str, tuple[Account, ...]]) -> Run:
        return Run(
            supervisor_pid=os.getpid(),
            bodies={
                body.code: RunningBody.of(configs[body.code], self._pids_of(body.code), accounts[body.code])
                for body in self._bodies
            },
            inbox_url=self._inbox_url if self._sample else None,
            fakes_pid=self._pids.get("fakes"),
        )

    def _pids_of(self, code: str) -> dict[str, int]:
        return {kind: self._pids[f"{code}-{kind}"] for kind in ("nats", "services")}

    @property
    def _inbox_url(self) -> str:
        return f"http://127.0.0.1:{self._machine.fakes.page}"

    def _server_pid(self, code: str) -> int | None:
        return self._pids.get(f"{code}-nats")

    def _server_command(self, body: Body) -> Command:
        path = self._sites.write_server_conf(body.code)
        arguments = [str(self._binary), "-c", str(path)]
        return Command(f"{body.code}-nats", arguments, self._machine.folder(body.code) / "nats.out", {})

    def _body_command(self, code: str) -> Command:
        arguments = [sys.executable, "-m", "deploy.body", str(config_path(self._machine, code))]
        return Command(f"{code}-services", arguments, self._machine.folder(code) / "services.log", _FRUGAL)

    def _fakes_command(self) -> Command:
        ports = self._machine.fakes
        arguments = [
            *(sys.executable, "-m", "deploy.fakes"),
            *("--smtp-port", str(ports.smtp), "--page-port", str(ports.page)),
            str(self._machine.inbox_folder),
        ]
        return Command("fakes", arguments, self._machine.var / "fakes.log", {})


async def _until_linked(url: str, leafs: int) -> None:
    """Wait until so many children are linked, or so long that a child must be away: then its reports rise later."""
    async with httpx.AsyncClient() as client:
        for _ in range(LINKED_LOOKS):
            with suppress(httpx.TransportError):
                if leafs <= (await client.get(url)).json()["leafnodes"]:
                    return
            await asyncio.sleep(LINKED_LOOK_SECONDS)


async def _until_ok(url: str, whose: str) -> None:
    """Wait until ``url`` answers with success; raises :class:`NotReady` with the last answer."""
    said = "nothing"
    try:
        async with asyncio.timeout(READY_WITHIN), httpx.AsyncClient(timeout=2) as client:
            while True:
                try:
                    answer = await client.get(url)
                    if answer.is_success:
                        return
                    said = f"{answer.status_code} {answer.text[:500]}"
                except httpx.TransportError as error:
                    said = type(error).__name__
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise NotReady(f"{whose} did not become ready in {READY_WITHIN:.0f} s; it answered {said}") from None
