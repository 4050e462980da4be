"""``python -m deploy.containers.messages /run/doorstep/body.json``: a body's message server, its streams and its desk.

One container for the three: the desk has its server load anew by a signal, and so do the commands that an operator
types in there (``doorstep tier invite``), which find register, authority and server where they lie on any machine:
in the body's folder, here on the volume.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path

import structlog

from deploy.body_config import BodyConfig, config_path
from deploy.containers.addresses import SERVICE_PORT
from deploy.containers.returned import settle_returned
from deploy.lock import PlaceLock
from deploy.machine import Machine
from deploy.nats.binary import find_server_binary
from deploy.nats.streams import StewardUrls, StreamsNotDeclared, declare_handed
from deploy.process import Command, Watched
from deploy.run_file import Run, RunningBody
from deploy.tiers.authority import Authority, AuthorityFiles
from deploy.tiers.desk import Desk, declare
from deploy.tiers.own_body import OwnBody
from deploy.tiers.register import Register
from deploy.topology import SERVICES
from shared.observe import configure

log = structlog.get_logger(__name__)

_GRACE_SECONDS = 15.0
"""Less than compose and Kubernetes give the container: what the server was told to write reaches the disk first."""
_DESK_AGAIN_SECONDS = 5.0


def settle(told: BodyConfig, place: Machine) -> OwnBody:
    """The body's folder as it is told today: a restored one where there is such, a new authority where there was none.

    Raises :class:`deploy.tiers.register.DamagedRegister`.
    """
    aside = settle_returned(place, told.body)
    if aside is not None:
        log.info("restored", former=str(aside))
    folder = place.folder(told.body)
    link = Register(folder).read().link
    if told.parent is None and link is not None:
        told = told.model_copy(update={"parent": link.parent})
    files = AuthorityFiles(folder)
    if not files.key.exists():
        Authority.make(files, told.body, datetime.now(UTC))
    told.write(config_path(place, told.body))
    return OwnBody.read(folder)


class MessageServer:
    """The message server of one body, kept running, with whatever goes on beside it."""

    def __init__(self, body: OwnBody, place: Machine, binary: Path) -> None:
        self._body = body
        self._place = place
        self._binary = binary
        self._pid: int | None = None

    async def run(self) -> None:
        """Until SIGTERM or SIGINT.

        Raises :class:`deploy.lock.AlreadyUp` while another container uses the same volume, and
        :class:`deploy.nats.safety.UnsafeSettings`.
        """
        lock = PlaceLock(self._place.lock_file)
        lock.take()
        stopping = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
        server = Watched(self._command(), self._on_started)
        beside: list[asyncio.Task[None]] = []
        try:
            await server.start()
            beside = [asyncio.create_task(self._declare()), asyncio.create_task(self._keep_desk())]
            await stopping.wait()
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await server.stop(_GRACE_SECONDS)
            self._place.run_file.unlink(missing_ok=True)
            lock.release()

    def _command(self) -> Command:
        body = self._body
        with body.register.held():
            body.write_server_conf(body.register.read(), datetime.now(UTC))
        arguments = [str(self._binary), "-c", str(body.server_conf)]
        return Command(f"{body.code}-nats", arguments, body.folder / "nats.out", {})

    def _on_started(self, _: str, pid: int) -> None:
        self._pid = pid
        config = self._body.config
        running = RunningBody.of(config, {"nats": pid}, ())
        # From in here the origin is another machine's; the services are behind the proxy, and each by itself.
        apart = {name: f"http://{name}:{SERVICE_PORT}" for name in SERVICES}
        running = running.model_copy(update={"url": config.neighbours_url or config.origin, "services": apart})
        Run(supervisor_pid=os.getpid(), bodies={config.body: running}).write(self._place.run_file)

    async def _declare(self) -> None:
        """Bring the streams up to date, however long the server takes to be ready for it."""
        body, config = self._body, self._body.config
        steward = config.secrets.nats_steward
        urls = StewardUrls(
            local=config.nats_url("steward_local", steward), uplink=config.nats_url("steward_uplink", steward)
        )
        while True:
            children = [code for code, child in body.register.read().children.items() if child.joined_at is not None]
            try:
                await declare(body)
                await declare_handed(urls, body.code, parent=config.parent, children=children)
                log.info("streams-declared", children=children)
                return
            except StreamsNotDeclared as reason:
                log.error("streams-not-declared", reason=str(reason))

    async def _keep_desk(self) -> None:
        while True:
            try:
                await Desk(self._body, lambda: self._pid).run()
            except Exception as error:
                log.error("tier-desk", error=repr(error))
            await asyncio.sleep(_DESK_AGAIN_SECONDS)


def main() -> None:
    """Entry point of the container."""
    if len(sys.argv) != 2:
        raise SystemExit("usage: python -m deploy.containers.messages <body.json>")
    told = BodyConfig.read(Path(sys.argv[1]))
    configure("INFO", body=told.body, service="messages")
    place = Machine.from_environment(os.environ)
    asyncio.run(MessageServer(settle(told, place), place, find_server_binary()).run())


if __name__ == "__main__":
    main()
