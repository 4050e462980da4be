"""What is measured, as processes: the product as ``doorstep up`` runs it, and what it is compared with."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped] # it brings no types

from deploy.run_file import NotRunning, Run
from tests.servers import NatsServer, free_port

READY_WITHIN_SECONDS = 90.0
_STOP_WITHIN_SECONDS = 30.0
_FIRST_PORT_BASE = 21_000
_PORTS_OF_A_RUN = (*range(4), *range(10, 14), 90, 91)


class DidNotStart(Exception):
    """What was to be measured did not become ready; the text holds what it wrote."""


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Something that takes submissions and ends with a queued notice for the member."""

    name: str
    url: str
    notices: Path
    """The SQLite database in which notices are queued."""
    notices_query: str
    """Gives ``rowid, reference`` of notices whose rowid is above its one parameter, in order."""
    process: psutil.Process
    """The one that serves; its message server is apart."""


@contextmanager
def county(folder: Path) -> Iterator[tuple[Run, Pipeline]]:
    """A whole sample run of its own, county and prefecture; the county is what is measured."""
    environment = os.environ | {"DOORSTEP_VAR": str(folder), "DOORSTEP_PORT_BASE": str(_free_port_base())}
    with _running([str(Path(sys.executable).parent / "doorstep"), "up", "--sample"], folder, environment) as child:
        run = _when_ready(child, folder)
        body = run.bodies["zhaosu"]
        yield (
            run,
            Pipeline(
                name="Doorstep",
                url=body.url,
                notices=Path(body.database_urls["notify"].partition("///")[2]),
                notices_query="SELECT rowid, reference FROM notices WHERE rowid > ? AND kind = 'order' ORDER BY rowid",
                process=psutil.Process(body.pids["services"]),
            ),
        )


@contextmanager
def bare(folder: Path) -> Iterator[str]:
    """The ceiling (``tests/bench/bare.py``); gives its URL."""
    port = free_port()
    with _running([sys.executable, "-m", "tests.bench.bare", str(port)], folder) as child:
        url = f"http://127.0.0.1:{port}"
        _until_ready(child, url, folder)
        yield url


@contextmanager
def textbook(folder: Path) -> Iterator[Pipeline]:
    """The same job, the usual way (``tests/bench/textbook.py``), with a message server of its own."""
    server = NatsServer(folder / "nats", "textbook").start()
    port = free_port()
    try:
        arguments = [sys.executable, "-m", "tests.bench.textbook", str(port), server.url, str(folder)]
        with _running(arguments, folder) as child:
            url = f"http://127.0.0.1:{port}"
            _until_ready(child, url, folder)
            yield Pipeline(
                name="textbook",
                url=url,
                notices=folder / "notify.db",
                notices_query="SELECT id, reference FROM notice WHERE id > ? ORDER BY id",
                process=psutil.Process(child.pid),
            )
    finally:
        server.kill()


@contextmanager
def _running(
    arguments: Sequence[str], folder: Path, environment: dict[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "bench.log").open("wb") as log:
        child = subprocess.Popen(arguments, stdout=log, stderr=log, env=environment)
        try:
            yield child
        finally:
            child.terminate()
            try:
                child.wait(_STOP_WITHIN_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _when_ready(child: subprocess.Popen[bytes], folder: Path) -> Run:
    for _ in _looks(child, folder):
        try:
            return Run.read(folder / "run.json")
        except NotRunning:
            continue
    raise AssertionError


def _until_ready(child: subprocess.Popen[bytes], url: str, folder: Path) -> None:
    for _ in _looks(child, folder):
        try:
            if httpx.get(f"{url}/readyz").is_success:
                return
        except httpx.TransportError:
            continue


def _looks(child: subprocess.Popen[bytes], folder: Path) -> Iterator[None]:
    """As often as it makes sense to look whether ``child`` is ready. Raises :class:`DidNotStart`."""
    deadline = time.monotonic() + READY_WITHIN_SECONDS
    while child.poll() is None and time.monotonic() < deadline:
        yield
        time.sleep(0.05)  # between looks at a server that starts
    raise DidNotStart((folder / "bench.log").read_text(errors="replace")[-4000:])


def _free_port_base() -> int:
    taken = {connection.laddr.port for connection in psutil.net_connections("tcp") if connection.laddr}
    base = _FIRST_PORT_BASE
    while any(base + offset in taken for offset in _PORTS_OF_A_RUN):
        base += 100
    return base
