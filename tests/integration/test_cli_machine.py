"""Where a run lives: ports, databases, secrets, the lock, and processes that do not outlive their supervisor."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.body import service_settings
from deploy.body_config import BodyConfig, config_path, prepare_body
from deploy.lock import AlreadyUp, PlaceLock, holder
from deploy.machine import BadPortBase, Machine
from deploy.ports import PortsTaken, until_free
from deploy.private_file import write_private
from deploy.process import Command, Watched
from deploy.topology import SAMPLE, SERVICES, Body, Topology, UnknownBody
from deploy.topology_file import BadTopology, read_topology
from shared.settings import ServiceSettings
from tests.servers import wait_until

ZHAOSU = SAMPLE.body("zhaosu")


def test_two_places_share_no_port_and_no_file(tmp_path: Path) -> None:
    one, other = Machine(tmp_path / "a", 8600), Machine(tmp_path / "b", 8700)
    ports = [set(vars_of(place)) for place in (one, other)]
    assert len(ports[0]) == len(ports[1]) == 10
    assert not ports[0] & ports[1]
    assert one.run_file != other.run_file


def vars_of(place: Machine) -> list[int]:
    ports = [port for slot in range(2) for port in vars(place.ports(slot)).values()]
    return [*ports, place.fakes.page, place.fakes.smtp]


@pytest.mark.parametrize("base", ["0", "80", "65500", "eighty"])
def test_an_unusable_port_base_is_refused(base: str) -> None:
    with pytest.raises(BadPortBase, match="DOORSTEP_PORT_BASE"):
        Machine.from_environment({"DOORSTEP_PORT_BASE": base})


def test_each_service_has_a_database_of_its_own_on_either_kind_of_server(tmp_path: Path) -> None:
    files = Machine(tmp_path).database_urls("zhaosu")
    assert set(files) == set(SERVICES)
    assert files["intake"] == f"sqlite:///{tmp_path}/zhaosu/intake.db"
    server = "postgresql+asyncpg://postgres:pw@/postgres?host=%2Fsomewhere"
    assert (
        Machine(tmp_path, database_server=server)
        .database_urls("east-side")["notify"]
        .startswith("postgresql+asyncpg://postgres:pw@/doorstep_east_side_notify?host=")
    )
    named = server.replace("/postgres?", "/trial?")
    assert "/trial_zhaosu_routing?" in Machine(tmp_path, database_server=named).database_urls("zhaosu")["routing"]


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    first = prepare_body(Machine(tmp_path, 8600), SAMPLE, ZHAOSU, sample=True)
    moved = prepare_body(Machine(tmp_path, 8700), SAMPLE, ZHAOSU, sample=True)
    assert moved.secrets == first.secrets
    assert moved.origin != first.origin
    path = config_path(Machine(tmp_path), "zhaosu")
    assert path.stat().st_mode & 0o777 == 0o600
    assert BodyConfig.read(path) == moved


def test_a_service_is_told_no_secret_of_another(tmp_path: Path) -> None:
    config = prepare_body(Machine(tmp_path), SAMPLE, ZHAOSU, sample=True)
    told = {name: service_settings(config, name, ServiceSettings) for name in SERVICES}
    keys = {name: settings.signing_key.get_secret_value() for name, settings in told.items()}
    assert len(set(keys.values())) == len(SERVICES)
    assert all(set(settings.verify_keys) == set(SERVICES) for settings in told.values())
    assert {name for name, settings in told.items() if settings.vault_secret.get_secret_value()} == {"intake"}
    assert {name for name, settings in told.items() if settings.nats_uplink_url} == {"reporting"}


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "run.json"
    for text in ("one", "two"):
        write_private(path, text)
    assert path.read_text() == "two"
    assert [entry.name for entry in path.parent.iterdir()] == ["run.json"]


def test_one_supervisor_per_place_and_a_killed_one_leaves_it_free(tmp_path: Path) -> None:
    path = tmp_path / "doorstep.pid"
    program = f"""
from pathlib import Path
from deploy.lock import PlaceLock
lock = PlaceLock(Path({str(path)!r}))
lock.take()
input()
"""
    other = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE)
    try:
        assert wait_until(lambda: holder(path), "the lock") == other.pid
        with pytest.raises(AlreadyUp, match=str(other.pid)):
            PlaceLock(path).take()
    finally:
        other.kill()
        other.communicate()
    assert holder(path) is None
    lock = PlaceLock(path)
    lock.take()
    assert holder(path) == os.getpid()
    lock.release()
    assert holder(path) is None


async def test_a_process_that_dies_is_started_again(tmp_path: Path) -> None:
    started: list[int] = []
    again = asyncio.Event()

    def on_start(_: str, pid: int) -> None:
        started.append(pid)
        if len(started) == 2:
            again.set()

    sleeper = Command("sleeper", [sys.executable, "-c", "import time; time.sleep(60)"], tmp_path / "log", {})
    watched = Watched(sleeper, on_start)
    await watched.start()
    try:
        os.kill(started[0], signal.SIGKILL)
        await asyncio.wait_for(again.wait(), 10)
    finally:
        await watched.stop(5)
    assert state_of(started[1]) == "Z"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux ties a child's life to its parent's")
def test_children_die_with_a_supervisor_that_was_killed(tmp_path: Path) -> None:
    program = f"""
import asyncio, sys
from pathlib import Path
from deploy.process import Command, Watched
async def main():
    sleeping = [sys.executable, "-c", "import time; time.sleep(60)"]
    child = Command("child", sleeping, Path({str(tmp_path / "log")!r}), {{}})
    await Watched(child, lambda _, pid: print(pid, flush=True)).start()
    await asyncio.sleep(60)
asyncio.run(main())
"""
    supervisor = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert supervisor.stdout is not None
    child = int(supervisor.stdout.readline())
    supervisor.kill()
    supervisor.communicate()
    wait_until(lambda: state_of(child) == "Z", "the child's end", 5)


def state_of(pid: int) -> str:
    """The kernel's letter for the state of a process; one that is gone counts as ended ("Z")."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


async def test_a_port_that_another_program_has_is_named() -> None:
    server = await asyncio.start_server(lambda _r, w: w.close(), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(PortsTaken, match=str(port)):
        await until_free([port], within=0.1)
    server.close()
    await server.wait_closed()
    await until_free([port])


def test_a_topology_is_a_tree_of_unique_bodies(tmp_path: Path) -> None:
    file = tmp_path / "bodies.toml"
    file.write_text('[[bodies]]\ncode = "hami"\ntier = "city"\ntime_zone = "Asia/Urumqi"\nparent = "region"\n')
    topology = read_topology(file)
    assert list(topology) == [Body(code="hami", tier="city", parent="region", time_zone="Asia/Urumqi")]
    assert topology.parent_of(topology.body("hami")) is None
    assert SAMPLE.children_of(SAMPLE.body("ili")) == (ZHAOSU,)
    with pytest.raises(UnknownBody, match="zhaosu, ili"):
        SAMPLE.body("nowhere")
    with pytest.raises(ValueError, match="unique"):
        Topology((ZHAOSU, ZHAOSU))
    file.write_text('[[bodies]]\ncode = "hami"\ntier = "village"\n')
    with pytest.raises(BadTopology, match=r"bodies\.toml"):
        read_topology(file)
