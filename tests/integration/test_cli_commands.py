"""The command itself: exit codes, one JSON object on stdout, remarks on stderr."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.cli.main import main
from tests.integration.two_tiers import free_ports


@dataclass(frozen=True)
class Said:
    """How a command ended."""

    code: int
    out: str
    remarks: str


Doorstep = Callable[..., Said]


@pytest.fixture
def doorstep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Doorstep:
    """The command, at a place where nothing runs."""
    monkeypatch.setenv("DOORSTEP_VAR", str(tmp_path))
    monkeypatch.setenv("DOORSTEP_PORT_BASE", str(max(1024, free_ports(1)[0] - 200)))

    def run(*arguments: str, **environment: str) -> Said:
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        with pytest.raises(SystemExit) as end:
            main(arguments)
        said = capfd.readouterr()
        assert isinstance(end.value.code, int)
        return Said(end.value.code, said.out, said.err)

    return run


@pytest.mark.parametrize(
    "arguments",
    [
        ("status",),
        ("down",),
        ("figures", "--body", "zhaosu", "--from", "2023-01-01", "--to", "2023-12-31", "--json"),
        ("parked", "list", "--body", "zhaosu"),
        ("parked", "kept", "--body", "zhaosu"),
        ("reporting", "rebuild", "--body", "zhaosu"),
        ("roster", "export", "--body", "zhaosu"),
    ],
)
def test_nothing_up_is_3_and_says_so_on_stderr(doorstep: Doorstep, arguments: tuple[str, ...]) -> None:
    said = doorstep(*arguments)
    assert (said.code, said.out) == (3, "")
    assert "nothing runs" in said.remarks


@pytest.mark.parametrize(
    "arguments",
    [
        ("figures",),
        ("figures", "--body", "zhaosu", "--from", "2023-02-30", "--to", "2023-12-31"),
        ("parked", "list", "--body", "zhaosu", "--service", "nobody"),
        ("parked", "kept", "--body", "zhaosu", "--service", "nobody"),
        ("up", "nowhere"),
        ("up", "--sample", "--config", "bodies.toml"),
        ("roster", "import", "absent.json", "--body", "zhaosu"),
        ("sample", "nowhere", "--out", "nowhere"),
        ("unheard-of",),
    ],
)
def test_called_wrongly_is_2(tmp_path: Path, doorstep: Doorstep, arguments: tuple[str, ...]) -> None:
    (tmp_path / "run.json").write_text('{"supervisor_pid": 1, "bodies": {}}')
    said = doorstep(*arguments)
    assert (said.code, said.out) == (2, ""), said.remarks


def test_version_is_one_json_object(doorstep: Doorstep) -> None:
    said = doorstep("version", "--json")
    assert said.code == 0
    assert set(json.loads(said.out)) == {"doorstep", "nats_server"}


def test_doctor_finds_what_is_wrong_and_says_what_to_do(tmp_path: Path, doorstep: Doorstep) -> None:
    (tmp_path / "zhaosu").mkdir()
    config = tmp_path / "zhaosu" / "nats.conf"
    config.write_text('{"jetstream": {"sync_interval": "2m"}}')
    config.chmod(0o644)
    said = doorstep("doctor", "--json")
    assert said.code == 1
    wrong = {finding["what"]: finding["says"] for finding in json.loads(said.out)["findings"] if not finding["well"]}
    assert "mode 644" in wrong["secrets in zhaosu/nats.conf"]
    assert "power cut" in wrong["settings of zhaosu's server"]
    missing = doorstep("doctor", "--json", NATS_SERVER_BIN="/absent")
    assert "/absent" in missing.out
