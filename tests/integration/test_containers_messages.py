"""The role of a message server's container, as a process: its server, streams and desk, and what is typed there."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from deploy.backup.archive import unpack
from deploy.backup.manifest import Damaged
from deploy.body_config import BodyConfig
from deploy.cli.instance import NoSignIn, as_officer
from deploy.cli.main import main
from deploy.containers import returned
from deploy.containers.site import Site, write_sites
from deploy.machine import Machine
from deploy.tiers.links import links
from deploy.tiers.own_body import OwnBody
from deploy.tiers.register import Child, Register
from deploy.topology import SAMPLE
from tests.instance import DOORSTEP, Said
from tests.integration.two_tiers import free_ports
from tests.servers import wait_until


class Container:
    """What the container of one body's message server is: what it is told, a volume, and its one process."""

    def __init__(self, folder: Path, code: str) -> None:
        self.code = code
        site = Site(origin=f"https://{code}.example", smtp_url="smtp://mail:25", mail_from=f"d@{code}.example")
        write_sites(folder / "sites", SAMPLE, {code: site})
        self._told = folder / "sites" / code / "nats" / "body.json"
        nats, monitor, leaf = free_ports(3)
        # Addresses of a network of its own, on a machine that has none.
        here = {"nats_port": nats, "monitor_port": monitor, "leaf_port": leaf, "leaf_address": f"127.0.0.1:{leaf}"}
        here |= {"nats_listen": "127.0.0.1", "leaf_host": "127.0.0.1"}
        BodyConfig.read(self._told).model_copy(update=here).write(self._told)
        self.data = folder / "data" / code
        self._environment = {**os.environ, "DOORSTEP_VAR": str(self.data)}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Returns once its server and its streams are there."""
        log = self.data.with_suffix(".log")
        log.parent.mkdir(exist_ok=True)
        log.unlink(missing_ok=True)
        with log.open("wb") as said:
            command = [sys.executable, "-m", "deploy.containers.messages", str(self._told)]
            self._process = subprocess.Popen(command, env=self._environment, stdout=said, stderr=said)
        wait_until(lambda: "streams-declared" in log.read_text(), f"the streams of {self.code}", 30)

    def stop(self) -> int:
        """As its engine stops it; the exit code."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        return self.ended()

    def ended(self) -> int:
        """Its exit code, once it has ended."""
        assert self._process is not None
        return self._process.wait(20)

    def end(self) -> None:
        """Whatever became of it."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def type(self, *words: str, told: str = "") -> Said:
        """What ``doorstep`` says in there."""
        done = subprocess.run(
            [DOORSTEP, *words], env=self._environment, input=told, capture_output=True, text=True, check=False
        )
        return Said(done.returncode, done.stdout, done.stderr)

    def module(self, *words: str, told: bytes = b"") -> tuple[int, bytes]:
        """What one of our programs does in there: its exit code and its output."""
        command = [sys.executable, "-m", *words]
        done = subprocess.run(command, env=self._environment, input=told, capture_output=True, check=False)
        return done.returncode, done.stdout

    def links(self) -> list[tuple[str, str]]:
        """Body and state of each."""
        seen = asyncio.run(links(OwnBody.read(self.data / self.code)))
        return [(link.body, link.state) for link in seen]

    @property
    def run(self) -> dict[str, Any]:
        """What the role says of itself."""
        described: dict[str, Any] = json.loads((self.data / "run.json").read_text())["bodies"][self.code]
        return described


@pytest.mark.timeout(90)
def test_bodies_in_containers_are_joined_as_operators_type_and_come_back_from_a_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    prefecture, county = Container(tmp_path, "ili"), Container(tmp_path, "zhaosu")
    try:
        for one in (prefecture, county):
            one.start()
        file = prefecture.type("tier", "invite", "zhaosu", "--out", "-")
        assert file.code == 0, file
        joined = county.type("tier", "join", "-", told=file.out)
        assert joined.code == 0 and "is up" in joined.remarks, joined
        monkeypatch.setenv("DOORSTEP_VAR", str(prefecture.data))
        with pytest.raises(SystemExit) as ended:
            main(["status", "--json"])
        assert ended.value.code == 3 and "notify: answers" in capsys.readouterr().out
        with pytest.raises(NoSignIn):  # the role was never told a service's secret
            as_officer("ili")
        server = county.run["pids"]["nats"]
        os.kill(server, signal.SIGKILL)
        wait_until(lambda: county.run["pids"]["nats"] != server, "another server", 10)
        wait_until(lambda: county.links() == [("ili", "up")], "the link after its server was killed", 20)
        archive = _carried_out(county, tmp_path / "backup")
        register, place = Register(county.data / "zhaosu"), Machine(county.data)
        with register.held():
            register.write(register.read().with_child("later", Child()))
        with pytest.raises(Damaged):
            returned.take(place, BytesIO(archive[: len(archive) // 2]))
        returned.take(place, BytesIO(archive))
        assert "later" in register.read().children, "what a server has open is not touched"
        returned.put(place)
        assert county.ended() == 0 and not (county.data / "run.json").exists()
        county.start()  # as its engine does
        assert not register.read().children
        [former] = (county.data / "before").iterdir()
        assert "later" in Register(former).read().children
        wait_until(lambda: county.links() == [("ili", "up")], "the link of the restored folder", 20)
        assert county.stop() == 0
    finally:
        for one in (prefecture, county):
            one.end()


def _carried_out(county: Container, folder: Path) -> bytes:
    """The archive of a backup, whose other half first says nothing and then that the databases are held."""
    assert county.module("deploy.containers.still")[0] == 1
    code, said = county.module("deploy.containers.still", told=b"copy\n")
    word, _, archive = said.partition(b"\n")
    assert (code, word) == (0, b"still zhaosu")
    unpack(BytesIO(archive), folder)
    kept = {path.name for path in (folder / "body").iterdir()}
    assert kept >= {"body.json", "tiers.json", "authority.key"} and not kept & {"jetstream", "nats.log"}
    assert (folder / "jetstream" / "jetstream" / "UPLINK").exists()
    assert county.links() == [("ili", "up")], "the server goes on"
    return archive
