"""``body init`` and ``tier ...`` as typed: what is written, what is refused, and with which exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deploy.cli.main import main
from deploy.tiers.own_body import OwnBody, own_bodies
from tests.integration.own_tiers import Machine


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place of its own that every command finds."""
    monkeypatch.setenv("DOORSTEP_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("DOORSTEP_PORT_BASE", "30700")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "var"


def typed(*arguments: str) -> int:
    """The exit code of ``doorstep`` with these arguments."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return int(ended.value.code or 0)


def test_a_body_is_made_once_and_only_its_owner_reads_it(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = ("body", "init", "zhaosu", "--tier", "county", "--parent", "ili", "--name", "zh-Hans=昭苏县政协", "--json")
    assert typed(*made) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["body"] == "zhaosu" and said["leaf_address"] == "127.0.0.1:30703"
    config = OwnBody.read(place / "zhaosu").config
    assert (config.tier, config.parent, config.names) == ("county", "ili", {"zh-Hans": "昭苏县政协"})
    files = {path.name: path.stat().st_mode & 0o777 for path in (place / "zhaosu").iterdir() if path.suffix}
    assert set(files) >= {"body.json", "nats.conf", "authority.key", "authority.crt", "leaf.key", "leaf.crt"}
    assert set(files.values()) == {0o600}
    before = (place / "zhaosu" / "body.json").read_bytes()
    assert typed(*made) == 2
    assert "the code zhaosu exists" in capsys.readouterr().err.replace("\n", " ")
    assert (place / "zhaosu" / "body.json").read_bytes() == before
    assert typed("body", "init", "tekes", "--tier", "county", "--json") == 0
    assert json.loads(capsys.readouterr().out)["leaf_address"] == "127.0.0.1:30713"
    assert [body.code for body in own_bodies(Machine(place))] == ["tekes", "zhaosu"]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("Zhaosu", "--tier", "county"), "CODE"),
        (("zhao_su", "--tier", "county"), "CODE"),
        (("zhaosu", "--tier", "village"), "--tier"),
        (("zhaosu", "--tier", "county", "--parent", "zhaosu"), "own parent"),
        (("zhaosu", "--tier", "county", "--parent", "Il i"), "--parent"),
        (("zhaosu", "--tier", "county", "--time-zone", "Mars/Base"), "--time-zone"),
        (("zhaosu", "--tier", "county", "--name", "昭苏"), "--name"),
        (("zhaosu", "--tier", "county", "--origin", "desk.example"), "--origin"),
        (("zhaosu", "--tier", "county", "--leaf-address", "host"), "--leaf-address"),
    ],
)
def test_what_makes_no_body_is_named_and_writes_nothing(
    place: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], named: str
) -> None:
    assert typed("body", "init", *arguments) == 2
    assert named in capsys.readouterr().err
    assert not place.exists()


def test_invitations_are_written_while_nothing_runs(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("tier", "invite", "zhaosu") == 2
    typed("body", "init", "ili", "--tier", "prefecture")
    assert typed("tier", "invite", "zhaosu", "--hours", "2", "--address", "ili.example:7422") == 0
    sealed = json.loads(Path("zhaosu.invitation").read_text())
    assert sealed["invitation"]["address"] == "ili.example:7422"
    accounts = json.loads((place / "ili" / "nats.conf").read_text())["accounts"]
    assert [user["user"] for user in accounts["C_zhaosu"]["users"]] == ["join_zhaosu"]
    capsys.readouterr()
    assert typed("tier", "status", "--json") == 3
    said = capsys.readouterr()
    status = json.loads(said.out)
    assert [(one["body"], one["state"]) for one in status["links"]] == [("zhaosu", "unknown")]
    assert status["chains"] is None and "cannot be asked" in said.err
    for wrong in (("invite", "ili"), ("invite", "Zhao"), ("rotate", "zhaosu"), ("dismiss", "tekes")):
        assert typed("tier", *wrong) == 2, wrong
    assert typed("tier", "leave") == 3
    assert typed("tier", "dismiss", "zhaosu") == 0
    assert typed("tier", "join", "zhaosu.invitation") == 2


def test_a_body_that_stands_alone_is_not_taken_for_one_of_a_topology(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    typed("body", "init", "zhaosu", "--tier", "county")
    assert typed("up", "--sample") == 1
    assert "made by `doorstep body init`" in " ".join(capsys.readouterr().err.split())


def test_a_server_with_unsafe_additions_is_not_started(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    typed("body", "init", "zhaosu", "--tier", "county")
    (place / "zhaosu" / "nats.extra.json").write_text('{"jetstream": {"sync_interval": "2m"}, "http": "0.0.0.0:1"}')
    assert typed("up", "zhaosu") == 1
    said = " ".join(capsys.readouterr().err.split())
    assert "sync_interval is 2m" in said and "http is 0.0.0.0:1" in said
