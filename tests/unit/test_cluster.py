"""What ``doorstep cluster`` writes: three servers that know each other, and services that know all three."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from deploy.cli.main import build
from deploy.cluster.servers import Place, places_of
from deploy.cluster.streams import StreamsOfCluster
from deploy.cluster.writing import write_cluster
from deploy.containers.site import Site, write_sites
from deploy.nats.safety import unsafe_settings
from deploy.topology import SAMPLE, SERVICES
from deploy.trouble import CalledWrongly

HOSTS = ("one.example", "two.example", "three.example:5222")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The county's, as ``doorstep containers`` leaves it."""
    write_sites(tmp_path, SAMPLE, {"zhaosu": Site("https://zhaosu.example", "smtp://mail:25", "d@zhaosu.example")})
    return tmp_path / "zhaosu"


def _read(path: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(path.read_text())
    return read


def test_each_server_knows_the_others_and_every_service_knows_all(folder: Path) -> None:
    assert write_cluster(folder, places_of(HOSTS)) == "zhaosu"
    confs = [_read(folder / f"nats-{number}" / "nats.conf") for number in range(3)]
    assert [conf["server_name"] for conf in confs] == ["zhaosu-0", "zhaosu-1", "zhaosu-2"]
    assert [conf["cluster"]["listen"] for conf in confs] == ["0.0.0.0:6222", "0.0.0.0:6222", "0.0.0.0:7222"]
    routes = {tuple(conf["cluster"]["routes"]) for conf in confs}
    assert len(routes) == 1, "the same secret, the same three places"
    assert [route.rpartition("@")[2] for route in routes.pop()] == [
        "one.example:6222",
        "two.example:6222",
        "three.example:7222",
    ]
    assert [list(unsafe_settings(conf)) for conf in confs] == [[], [], []]
    for service in SERVICES:
        told = _read(folder / service / "settings.json")["nats_url"]
        assert [url.rpartition("@")[2] for url in told.split(",")] == [
            "one.example:4222",
            "two.example:4222",
            "three.example:5222",
        ]
    job = StreamsOfCluster.model_validate_json((folder / "streams" / "cluster.json").read_bytes())
    assert job.copies == 3


def test_run_again_it_keeps_the_secret_and_takes_the_new_places(folder: Path) -> None:
    write_cluster(folder, places_of(HOSTS))
    before = _read(folder / "cluster.json")
    write_cluster(folder, places_of(("a", "b", "c")))
    assert _read(folder / "cluster.json") == before
    told = _read(folder / "reporting" / "settings.json")["nats_uplink_url"]
    assert [url.rpartition("@")[2] for url in told.split(",")] == ["a:4222", "b:4222", "c:4222"]


@pytest.mark.parametrize(
    ("servers", "named"),
    [
        (("a", "b"), "3 different"),
        (("a", "b", "a:4222"), "3 different"),
        (("a", "b", "c:x"), "'c:x'"),
        (("a", "b", "c:65000"), "65000"),
    ],
)
def test_other_than_three_servers_are_refused(servers: tuple[str, ...], named: str) -> None:
    with pytest.raises(CalledWrongly, match=named):
        places_of(servers)


def test_a_folder_that_containers_did_not_write_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CalledWrongly, match=r"secrets\.json"):
        write_cluster(tmp_path, [Place("a"), Place("b"), Place("c")])
    assert not list(tmp_path.iterdir())


def test_the_command_says_what_it_wrote(folder: Path) -> None:
    servers = [argument for host in HOSTS for argument in ("--server", host)]
    said = CliRunner().invoke(build(), ["cluster", str(folder), *servers, "--json"])
    assert said.exit_code == 0, said.output
    assert json.loads(said.stdout)["servers"] == ["one.example:4222", "two.example:4222", "three.example:5222"]


def test_a_cluster_that_anybody_may_join_is_unsafe(folder: Path) -> None:
    write_cluster(folder, places_of(HOSTS))
    conf = _read(folder / "nats-0" / "nats.conf")
    del conf["cluster"]["authorization"]
    assert [fault for fault in unsafe_settings(conf) if "cluster" in fault]
