"""What is written for containers fits together: every path, port, module and secret that a file names exists."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import socket
import stat
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from deploy.body_config import BodyConfig
from deploy.cli.main import build as build_command
from deploy.containers import addresses, service
from deploy.containers.messages import settle
from deploy.containers.proxy import nginx_conf, service_prefixes
from deploy.containers.site import Site, write_sites
from deploy.machine import Machine
from deploy.tiers.register import Tiers
from deploy.topology import SAMPLE, SERVICES
from deploy.trouble import CalledWrongly

ROOT = Path(__file__).parents[2]
CONTAINERS = ROOT / "deploy" / "containers"
OVERLAYS = ROOT / "deploy" / "kustomize" / "overlays"
TIERS = {"county": "zhaosu", "prefecture": "ili", "city": "kuytun", "region": "xinjiang"}
OWN_SERVERS = ("nats", "postgres", "proxy")


def site(origin: str) -> Site:
    return Site(origin=origin, smtp_url="smtp://mail:25", mail_from="doorstep@zhaosu.example")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What ``doorstep containers`` writes for the sample's two bodies."""
    folder = tmp_path_factory.mktemp("sites")
    write_sites(folder, SAMPLE, {code: site(f"https://{code}.example") for code in ("zhaosu", "ili")})
    return folder


def compose() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((CONTAINERS / "compose.yaml").read_text(encoding="utf-8"))
    return content


def test_each_service_reads_its_own_file_and_nothing_of_another(written: Path) -> None:
    told = {name: json.loads((written / "zhaosu" / name / "settings.json").read_text()) for name in SERVICES}
    for name, values in told.items():
        assert service.load(written / "zhaosu" / name / "settings.json").name == name
        others = {told[other]["signing_key"] for other in SERVICES if other != name}
        others |= {told[other]["database_url"] for other in SERVICES if other != name}
        assert not any(secret in json.dumps(values) for secret in others), f"{name} knows another's secret"
    assert [name for name, values in told.items() if "vault_secret" in values] == ["intake"]
    modes = {stat.S_IMODE(path.stat().st_mode) for path in written.rglob("*") if path.is_file()}
    assert modes == {0o600}


def test_secrets_are_kept_when_written_again(tmp_path: Path) -> None:
    def all_secrets() -> list[bytes]:
        write_sites(tmp_path, SAMPLE, {"zhaosu": site("https://zhaosu.example")})
        return [(tmp_path / "zhaosu" / part).read_bytes() for part in ("secrets.json", "intake/settings.json")]

    assert all_secrets() == all_secrets()
    assert [path.name for path in tmp_path.iterdir()] == ["zhaosu"], "another operator's body was written, too"
    (tmp_path / "ili").mkdir()
    (tmp_path / "ili" / "secrets.json").write_bytes((tmp_path / "zhaosu" / "secrets.json").read_bytes())
    with pytest.raises(CalledWrongly, match="secrets of zhaosu, not of ili"):
        write_sites(tmp_path, SAMPLE, {"ili": site("https://ili.example")})


def test_the_message_server_is_told_no_secret_of_a_service_and_listens_safely(written: Path, tmp_path: Path) -> None:
    told = (written / "zhaosu" / "nats" / "body.json").read_text()
    kept = json.loads((written / "zhaosu" / "secrets.json").read_text())
    not_its_own = [kept["postgres"], *kept["databases"].values(), kept["secrets"]["vault"]]
    not_its_own += [
        kept["secrets"]["officer"]["password"],
        *(key["private"] for key in kept["secrets"]["keys"].values()),
    ]
    assert not any(json.dumps(secret)[1:-1] in told for secret in not_its_own)
    body = settle(BodyConfig.model_validate_json(told), Machine(tmp_path))
    body.write_server_conf(Tiers(), datetime.now(UTC))  # refuses what is unsafe
    conf = json.loads(body.server_conf.read_text())
    assert conf["listen"] == f"0.0.0.0:{addresses.NATS_PORT}"
    assert conf["leafnodes"]["listen"] == f"0.0.0.0:{addresses.LEAF_PORT}" and conf["leafnodes"]["tls"]
    assert body.leaf_address == f"zhaosu-nats:{addresses.LEAF_PORT}"
    routing = json.loads((written / "zhaosu" / "routing" / "settings.json").read_text())
    assert (
        routing["nats_handover_url"].endswith(f"@nats:{addresses.NATS_PORT}") and "ili" in routing["neighbour_bodies"]
    )


def test_the_proxy_hands_each_path_to_the_service_that_answers_it() -> None:
    prefixes = service_prefixes()
    table = re.findall(r"location (= )?(\S+) \{ set \$up (\w+);", nginx_conf(prefixes))

    def by_nginx(path: str) -> str:
        exact = [owner for equal, at, owner in table if equal and at == path]
        below = sorted((len(at), owner) for equal, at, owner in table if not equal and path.startswith(at))
        return exact[0] if exact else below[-1][1]

    owners = {prefix: name for name, own in prefixes.items() for prefix in own}
    for prefix, name in owners.items():
        assert by_nginx(prefix) == name
        inner = f"{prefix.rstrip('/')}/any"
        longest = max((one for one in owners if f"{inner}/".startswith(f"{one.rstrip('/')}/")), key=len)
        assert by_nginx(inner) == owners[longest]
    assert by_nginx("/work/ordersomething") == "consultation" and by_nginx("/loginx") == "intake"


def test_compose_names_only_what_exists(written: Path) -> None:
    services = compose()["services"]
    assert set(services) == {f"{tier}-{name}" for tier in TIERS for name in (*SERVICES, *OWN_SERVERS)}
    volumes, networks = set(compose()["volumes"]), set(compose()["networks"])
    for full, one in services.items():
        tier, name = full.split("-")
        assert one["profiles"] == [tier]
        assert set(one["networks"]) == ({tier, "between"} if name == "nats" else {tier}) <= networks
        for mount in one["volumes"]:
            source, target = re.sub(r"\$\{[^}]*\}", "*", mount).split(":")[:2]
            if source.startswith("*"):
                assert (written / "zhaosu" / source.removeprefix("*/*/")).exists(), f"{full} mounts {source}"
            else:
                assert source in volumes, f"{full} mounts {source}"
            assert target.startswith(("/run/doorstep", "/data", "/var/lib", "/docker-entrypoint-initdb.d")), target
        for needed in one.get("depends_on", []):
            assert needed in services
        assert one["user"] == f"{addresses.IMAGE_USER}:{addresses.IMAGE_USER}" and one["cap_drop"] == ["ALL"]
        assert one["read_only"] is (name != "postgres")
        _check_command(one.get("command", []), written / "zhaosu" / name)
    ports = [port for one in services.values() for port in one.get("ports", [])]
    pages = [port for port in ports if port.endswith(f":{addresses.PROXY_PORT}")]
    leafs = [port for port in ports if port.endswith(f"}}:{addresses.LEAF_PORT}")]
    assert len(pages) == len(TIERS) and all(port.startswith("127.0.0.1:") for port in pages)
    # A county has nobody below it; whoever has lets children in on loopback until its operator says otherwise.
    assert len(leafs) == len(TIERS) - 1 and all("_LEAF:-127.0.0.1:" in port for port in leafs)
    assert len(pages) + len(leafs) == len(ports)


def _check_command(command: list[str], told: Path) -> None:
    words = [word for word in command if word not in ("tini", "--")]
    if words[:2] == ["python", "-m"]:
        assert importlib.util.find_spec(words[2]) is not None, words
    for word in words:
        if word.startswith(f"{addresses.TOLD}/"):
            assert (told / Path(word).name).is_file(), f"{word} is written by nobody"


def test_the_containerfile_names_only_what_exists() -> None:
    text = (CONTAINERS / "Containerfile").read_text(encoding="utf-8")
    for copied in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE):
        for source in copied.split():
            assert (ROOT / source).exists(), source
            assert f"!{source}" in (ROOT / ".containerignore").read_text().split(), f"{source} is kept out of the build"
    for module in re.findall(r'"-m", "([\w.]+)"', text):
        assert importlib.util.find_spec(module) is not None, module
    assert re.search(r"uv==\S+", text)[0] in (ROOT / "Makefile").read_text()  # type: ignore[index]
    assert f"USER {addresses.IMAGE_USER}:{addresses.IMAGE_USER}" in text and f"EXPOSE {addresses.SERVICE_PORT}" in text
    assert f"DOORSTEP_VAR={addresses.DATA}" in text, "commands typed in there find the body on the volume"
    assert "tini" in text and "HEALTHCHECK" in text


def manifests(tier: str) -> list[dict[str, Any]]:
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed")
    said = subprocess.run(["kubectl", "kustomize", OVERLAYS / tier], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    return list(yaml.safe_load_all(said.stdout))


def _pods(found: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    for one in found:
        if "template" in one.get("spec", {}):
            yield one["metadata"]["name"], one["spec"]["template"]["spec"]


@pytest.mark.parametrize("tier", TIERS)
def test_kustomize_names_only_what_exists(tier: str, written: Path) -> None:
    found = manifests(tier)
    pods = dict(_pods(found))
    assert set(pods) == {*SERVICES, *OWN_SERVERS}
    for name, pod in pods.items():
        told = written / "zhaosu" / name
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        assert volumes["told"]["secret"] == {"secretName": f"doorstep-{name}", "defaultMode": 0o440} and told.is_dir()
        [container] = pod["containers"]
        for mount in container["volumeMounts"]:
            assert mount["name"] in volumes or mount["name"] == "data"
            assert "subPath" not in mount or (told / mount["subPath"]).is_file()
        _check_command(container.get("command", []), told)
        assert pod["securityContext"]["runAsUser"] == addresses.IMAGE_USER and pod["securityContext"]["runAsNonRoot"]
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        if name in SERVICES:
            assert container["readinessProbe"]["httpGet"] == {"path": "/readyz", "port": addresses.SERVICE_PORT}
    reached = {one["metadata"]["name"]: one["spec"]["ports"][0]["port"] for one in found if one["kind"] == "Service"}
    own = {addresses.NATS_HOST: addresses.NATS_PORT, addresses.POSTGRES_HOST: addresses.POSTGRES_PORT}
    own |= {addresses.PROXY_HOST: addresses.PROXY_PORT, **dict.fromkeys(SERVICES, addresses.SERVICE_PORT)}
    assert reached == own | ({} if tier == "county" else {"nats-leaf": addresses.LEAF_PORT})


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--body", "zhaosu"], "CODE=VALUE"),
        (["--body", "nobody=https://nobody.example"], "no body 'nobody'"),
        (["--body", "zhaosu=zhaosu.example"], "origin of zhaosu"),
        (["--body", "zhaosu=https://zhaosu.example/"], "origin of zhaosu"),
        (["--body", "zhaosu=https://zhaosu.example", "--leaf-address", "ili=up:7422"], "ili is not among --body"),
        (["--body", "ili=https://ili.example", "--leaf-address", "ili=up"], "'up' of ili is not host:port"),
    ],
)
def test_what_is_asked_wrongly_is_named_and_nothing_is_written(tmp_path: Path, arguments: list[str], says: str) -> None:
    said = CliRunner().invoke(build_command(), ["containers", str(tmp_path / "sites"), *arguments])
    assert isinstance(said.exception, CalledWrongly) and says in str(said.exception)
    assert not (tmp_path / "sites").exists()


def test_a_service_waits_for_its_database_and_not_for_ever() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert service.wait_for_database(f"postgresql+asyncpg://intake:secret@127.0.0.1:{port}/zhaosu_intake")
    assert not service.wait_for_database(f"postgresql+asyncpg://intake:secret@127.0.0.1:{port}/zhaosu_intake", 0.3)
    assert service.wait_for_database("sqlite:////data/intake.db", 0)
