"""A backup of containers is told from one of a machine, and refused before anything is touched."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.backup import containers, returning
from deploy.backup.archive import pack, unpack
from deploy.backup.containers import Containers
from deploy.backup.manifest import Damaged, Manifest, kept_files
from deploy.backup.trouble import Foreign, NotCopied
from deploy.cli.main import build as build_command
from deploy.machine import Machine
from deploy.trouble import CalledWrongly

NOBODY = "false"
"""Stands for a container in which every command fails."""


def written(folder: Path, **files: str) -> Path:
    """A backup of ``zhaosu`` that holds just these files."""
    for name, text in files.items():
        path = folder / name.replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    Manifest(
        body="zhaosu",
        taken_at=datetime.now(UTC),
        doorstep="0.1.0",
        databases="postgresql",
        files=kept_files(folder),
    ).write(folder)
    return folder


def parts(tmp_path: Path, secrets: str = "{}") -> Containers:
    """The containers of ``zhaosu``, in which nothing can be run."""
    path = tmp_path / "sites" / "zhaosu" / "secrets.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(secrets)
    return Containers.described(NOBODY, NOBODY, tmp_path / "sites")


def test_each_kind_of_backup_is_refused_by_the_other_s_restore(tmp_path: Path) -> None:
    apart = written(tmp_path / "apart", secrets_json="{}")
    with pytest.raises(Foreign, match="--nats, --postgres and --sites"):
        returning.restore(Machine(tmp_path / "var"), apart)
    assert not (tmp_path / "var").exists()
    machine = written(tmp_path / "machine", intake_dump="...")
    with pytest.raises(Foreign, match="a body on a machine"):
        containers.restore(parts(tmp_path), machine)


def test_a_restore_refuses_another_body_other_secrets_and_a_damaged_file(tmp_path: Path) -> None:
    backup = written(tmp_path / "backup", secrets_json="{}")
    with pytest.raises(Foreign, match="of zhaosu, not of ili"):
        containers.restore(parts(tmp_path), backup, expected="ili")
    with pytest.raises(Foreign, match="other secrets"):
        containers.restore(parts(tmp_path, "another's"), backup)
    (backup / "secrets.json").write_text("[]")
    with pytest.raises(Damaged, match=r"secrets\.json"):
        containers.restore(parts(tmp_path), backup)


def test_a_backup_says_when_a_container_does_not_do_its_part_and_leaves_no_manifest(tmp_path: Path) -> None:
    with pytest.raises(NotCopied, match="message server"):
        containers.take(parts(tmp_path), tmp_path / "backup")
    assert not (tmp_path / "backup").exists()
    with pytest.raises(NotCopied, match="no-such-engine"):
        containers.take(Containers.described("no-such-engine exec", NOBODY, tmp_path), tmp_path / "backup")


def test_an_archive_leads_nowhere_else_and_is_whole_or_refused(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"x" * 20_000)
    stream = BytesIO()
    pack(stream, {"a/one": tmp_path / "one", "two": tmp_path / "one"})
    unpack(BytesIO(stream.getvalue()), tmp_path / "out")
    assert (tmp_path / "out" / "a" / "one").read_bytes() == (tmp_path / "one").read_bytes()
    # One 512-byte header and forty blocks each: cut within a file, and just between two.
    for length in (5_000, 512 * 41):
        with pytest.raises(Damaged):
            unpack(BytesIO(stream.getvalue()[:length]), tmp_path / "cut")
    outside = BytesIO()
    pack(outside, {"../three": tmp_path / "one"})
    with pytest.raises(Damaged, match="nobody put there"):
        unpack(BytesIO(outside.getvalue()), tmp_path / "out")
    assert not (tmp_path / "three").exists()


def test_half_of_what_says_where_the_containers_are_is_refused() -> None:
    said = CliRunner().invoke(build_command(), ["backup", "somewhere", "--nats", "podman exec -i nats"])
    assert isinstance(said.exception, CalledWrongly) and "belong together" in str(said.exception)
