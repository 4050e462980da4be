"""The whole product as people start it: ``doorstep up --sample``, in a place and on ports of its own."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.servers import wait_until

DOORSTEP = str(Path(sys.executable).parent / "doorstep")
READY_SECONDS = 110.0
_WORKERS = 8
_USED_PORTS = (0, 1, 2, 3, 10, 11, 12, 13, 90, 91)
"""Offsets from the port base that two bodies and the inbox take."""


def free_port_base() -> int:
    """A base of which every port that a sample run takes is free now.

    Below 32768, so that no outgoing connection of another test is given one of them in between.
    """
    chance = random.Random()
    # Workers that choose at the same moment choose among different ones.
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _WORKERS
    for _ in range(100):
        base = chance.randrange(12_000 + 100 * worker, 32_000, 100 * _WORKERS)
        if all(_is_free(base + offset) for offset in _USED_PORTS):
            return base
    raise AssertionError("no hundred free ports on this machine")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    remarks: str

    def json(self) -> Any:
        """The one object on its standard output; fails with everything it said where there is none."""
        assert self.code == 0, f"exit {self.code}\n{self.out}\n{self.remarks}"
        return json.loads(self.out)


class Instance:
    """A run of the sample bodies (``zhaosu`` under ``ili``) that a test starts, asks, breaks and ends."""

    def __init__(
        self,
        var: Path,
        *,
        database_server: str | None = None,
        bodies: Iterable[str] = (),
        topology: Path | None = None,
        inside: Sequence[str] = (),
    ) -> None:
        """``database_server`` is a PostgreSQL URL, or None for SQLite files under ``var``.

        With a ``topology`` file its bodies run instead of the sample's, and without sample data. ``inside`` goes before
        every command, where that is to run in a place of its own.
        """
        self.var = var
        self._doorstep = (*inside, DOORSTEP)
        self._what = [*(["--sample"] if topology is None else ["--config", str(topology)]), *bodies]
        self.environment: dict[str, str] = {
            **{name: value for name, value in os.environ.items() if not name.startswith("DOORSTEP_")},
            "DOORSTEP_VAR": str(var),
            "DOORSTEP_PORT_BASE": str(free_port_base()),
        }
        if database_server is not None:
            self.environment["DOORSTEP_DATABASE_URL"] = database_server
        self._process: subprocess.Popen[bytes] | None = None
        self._clients: dict[tuple[str, str], httpx.Client] = {}

    def start(self) -> Instance:
        """Start, and wait until every body answers and can be signed in to."""
        self.var.mkdir(parents=True, exist_ok=True)
        # What a killed supervisor left behind would be taken for this start's answer.
        (self.var / "run.json").unlink(missing_ok=True)
        with (self.var / "up.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._doorstep, "up", *self._what], env=self.environment, stdout=log, stderr=log
            )
        wait_until(self._is_up, "doorstep up", READY_SECONDS)
        return self

    def _is_up(self) -> bool:
        assert self._process is not None
        ended = self._process.poll()
        assert ended is None, f"doorstep up ended with {ended}:\n{(self.var / 'up.log').read_text()[-4000:]}"
        return (self.var / "run.json").exists()

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        self._forget_clients()
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(40)
            except subprocess.TimeoutExpired:
                self._process.kill()  # its children go with it
                self._process.wait(10)
            self._process = None

    def kill_supervisor(self) -> None:
        """SIGKILL to the supervisor, where it runs; the kernel takes its children along."""
        self._forget_clients()
        if self._process is None:
            return
        described = self.run["bodies"].values() if (self.var / "run.json").exists() else ()
        pids = [pid for body in described for pid in body["pids"].values()]
        self._process.kill()
        self._process.wait(10)
        self._process = None
        wait_until(lambda: not any(_is_alive(pid) for pid in pids), "the children's end", 10)

    def kill(self, body: str, process: str) -> int:
        """SIGKILL to the ``services`` or the ``nats`` of ``body``; its process id."""
        pid = int(self.run["bodies"][body]["pids"][process])
        os.kill(pid, signal.SIGKILL)
        return pid

    @property
    def run(self) -> Mapping[str, Any]:
        """``var/run.json`` as it is now."""
        described: dict[str, Any] = json.loads((self.var / "run.json").read_text())
        return described

    def url(self, body: str) -> str:
        """Where residents and staff of ``body`` reach it."""
        return str(self.run["bodies"][body]["url"])

    def account(self, body: str, *, role: str | None = None, member: str | None = None) -> dict[str, Any]:
        """The first sign-in code with that role, or of that member."""
        return next(
            account
            for account in self.run["bodies"][body]["accounts"]
            if (member is None or account["member"] == member) and (role is None or account["role"] == role)
        )

    def anyone(self, body: str = "zhaosu") -> httpx.Client:
        """Somebody who is not signed in."""
        return self._client(body, "")

    def staff(self, role: str, body: str = "zhaosu") -> httpx.Client:
        """Somebody of ``body`` with that role, signed in."""
        return self._signed_in(body, self.account(body, role=role))

    def member(self, code: str, body: str = "zhaosu") -> httpx.Client:
        """That member, signed in."""
        return self._signed_in(body, self.account(body, member=code))

    def _signed_in(self, body: str, account: Mapping[str, Any]) -> httpx.Client:
        client = self._client(body, account["login"])
        if "authorization" not in client.headers:
            answer = client.post("/api/v1/login", json={"login": account["login"], "password": account["password"]})
            assert answer.status_code == 200, answer.text
            client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
        return client

    def _client(self, body: str, login: str) -> httpx.Client:
        if (body, login) not in self._clients:
            self._clients[body, login] = httpx.Client(base_url=self.url(body), timeout=20)
        return self._clients[body, login]

    def _forget_clients(self) -> None:
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    def command(self, *arguments: str, seconds: float = 100) -> Said:
        """Run ``doorstep`` with ``arguments`` on this instance."""
        done = subprocess.run(
            [*self._doorstep, *arguments], env=self.environment, capture_output=True, timeout=seconds, check=False
        )
        return Said(done.returncode, done.stdout.decode(), done.stderr.decode())

    def begin(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Run ``doorstep`` beside the test; its words go to ``commands.log`` in ``var``."""
        with (self.var / "commands.log").open("ab") as log:
            return subprocess.Popen([*self._doorstep, *arguments], env=self.environment, stdout=log, stderr=log)

    def figures(self, body: str, *, at: str, first: str, last: str) -> str:
        """What ``doorstep figures --json`` prints, to the byte."""
        said = self.command(*("figures", "--body", body, "--at", at, "--from", first, "--to", last, "--json"))
        said.json()
        return said.out

    def mails(self) -> list[dict[str, Any]]:
        """Everything in the development inbox, the latest first."""
        found: list[dict[str, Any]] = httpx.get(f"{self.run['inbox_url']}/api/messages", timeout=20).json()
        return found


def _is_alive(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"
