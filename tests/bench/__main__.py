"""``make bench``. Rounds of the same load go in turn to the product and to its ceiling; medians are shown."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import httpx
import uvloop
from rich.console import Console

from deploy.run_file import Run, RunningBody
from tests.bench import figures, replay, rollup, servers
from tests.bench.figures import Figure
from tests.bench.floor import floor_ms
from tests.bench.measure import Latency, Memory, Throughput, bare_throughput, latency, throughput

COUNTY = "zhaosu"
PREFECTURE = "ili"
JSON_FILE = Path("var") / "bench.json"


@dataclass(frozen=True, slots=True)
class Scale:
    """How long everything is measured; ``seconds`` and ``submissions`` bound each round."""

    rounds: int
    seconds: float
    submissions: int
    pace: float
    paced_seconds: float
    replayed: int
    reported_per_second: int = 1_000
    backlog: int = 30_000


FULL = Scale(rounds=3, seconds=5, submissions=20_000, pace=50, paced_seconds=20, replayed=30_000)
QUICK = Scale(rounds=1, seconds=2, submissions=4_000, pace=50, paced_seconds=4, replayed=10_000)
OF_TEXTBOOK = Scale(rounds=1, seconds=5, submissions=500, pace=50, paced_seconds=5, replayed=0)
"""Smaller: it takes a minute to work off what it accepts in ten seconds."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What the whole system did, and its limits."""

    bare: float
    throughput: Throughput
    latency: Latency
    floor: float
    idle: float
    loaded: float
    live: replay.Live
    rebuilt: float
    bare_read: float
    lag: Latency
    """From the county's report to the prefecture's figures."""
    caught_up: float
    """Seconds for :attr:`Scale.backlog`."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print, and with ``--json`` keep."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short rounds, for a first look")
    parser.add_argument("--json", action="store_true", help=f"also write {JSON_FILE}")
    chosen = parser.parse_args(arguments)
    say = Console(stderr=True).print
    with tempfile.TemporaryDirectory(prefix="doorstep-bench-") as folder:
        found = measure_all(QUICK if chosen.quick else FULL, Path(folder), say)
    figures.show(found, Console(width=None if sys.stdout.isatty() else 120))
    if chosen.json:
        figures.keep(found, JSON_FILE)


def measure_all(scale: Scale, folder: Path, say: Callable[[str], None]) -> list[Figure]:
    """Every figure, the textbook's last."""
    say("The county and its prefecture start ...")
    with servers.county(folder / "county") as (run, pipeline):
        product = _product(scale, folder, run, pipeline, say)
    say("The textbook path ...")
    with servers.textbook(folder / "textbook") as pipeline:
        book = throughput(pipeline, OF_TEXTBOOK.seconds, OF_TEXTBOOK.submissions)
        book_latency = latency(pipeline, OF_TEXTBOOK.pace, OF_TEXTBOOK.paced_seconds)
    return [*_figures_of(product), *_beside(product, book, book_latency)]


def _product(scale: Scale, folder: Path, run: Run, pipeline: servers.Pipeline, say: Callable[[str], None]) -> Measured:
    memory = Memory(pipeline.process)
    idle = memory.now()
    throughput(pipeline, 1, scale.submissions)  # warm before anything counts
    # First, since the rounds leave letters to send for minutes.
    say(f"{scale.pace:g} submissions a second for {scale.paced_seconds:g} s ...")
    paced = latency(pipeline, scale.pace, scale.paced_seconds)
    floor = floor_ms(folder / "floor")
    say(f"{scale.rounds} rounds of submissions, in turn with the ceiling ...")
    bare, ours = [], []
    with servers.bare(folder / "bare") as ceiling, memory.peak() as peak:
        bare_throughput(ceiling, 1)
        for _ in range(scale.rounds):
            ours.append(throughput(pipeline, scale.seconds, scale.submissions))
            bare.append(bare_throughput(ceiling, scale.seconds))
    say(f"{scale.replayed:,} reported events, and a rebuild ...")
    live, rebuilt, bare_read = uvloop.run(_replay(scale, run.bodies[COUNTY]))
    say(f"{scale.reported_per_second:,} reported events a second, seen at the prefecture ...")
    parent = rollup.Parent(run.bodies[PREFECTURE])
    lag = uvloop.run(rollup.lag(run.bodies[COUNTY], COUNTY, parent, scale.reported_per_second, scale.paced_seconds / 2))
    say(f"{scale.backlog:,} events while the prefecture is away ...")
    caught_up = uvloop.run(rollup.catch_up(run.bodies[COUNTY], COUNTY, parent, scale.backlog))
    accepted, end_to_end = median(one.accepted for one in ours), median(one.end_to_end for one in ours)
    return Measured(
        bare=median(bare),
        throughput=Throughput(accepted, end_to_end),
        latency=paced,
        floor=floor,
        idle=idle,
        loaded=peak[0],
        live=live,
        rebuilt=rebuilt,
        bare_read=bare_read,
        lag=lag,
        caught_up=caught_up,
    )


async def _replay(scale: Scale, body: RunningBody) -> tuple[replay.Live, float, float]:
    officer = next(account for account in body.accounts if account.role == "officer")
    async with httpx.AsyncClient(base_url=body.url, timeout=60) as client:
        signed_in = await client.post("/api/v1/login", json={"login": officer.login, "password": officer.password})
        client.headers["Authorization"] = f"Bearer {signed_in.raise_for_status().json()['access_token']}"
        await replay.until_applied(client)
        live = await replay.live(client, body.nats_url, COUNTY, scale.replayed)
        rebuilt = await _median(scale.rounds, lambda: replay.rebuild(client, body, COUNTY))
    bare_read = await _median(scale.rounds, lambda: replay.read_bare(body.nats_uplink_url, COUNTY))
    return live, rebuilt, bare_read


async def _median(rounds: int, measure: Callable[[], Awaitable[float]]) -> float:
    return median([await measure() for _ in range(rounds)])


def _figures_of(one: Measured) -> list[Figure]:
    return [
        Figure("accepted, 16 clients", one.throughput.accepted, "/s", "bare FastAPI", one.bare, target_of_ratio=0.4),
        Figure("end to end, 16 clients", one.throughput.end_to_end, "/s", "accepted", one.throughput.accepted),
        Figure("submit → notice at 50/s, p50", one.latency.p50, "ms", "disk alone", one.floor, None, 10, "less than"),
        Figure("submit → notice at 50/s, p99", one.latency.p99, "ms", "disk alone", one.floor, None, 50, "less than"),
        Figure("reported events applied live", one.live.applied, "/s", "published", one.live.published),
        Figure("rebuild of the projection", one.rebuilt, "/s", "bare pull loop", one.bare_read, target_of_ratio=0.5),
        Figure("county → prefecture at 1,000/s, p99", one.lag.p99, "ms", "p50", one.lag.p50, None, 1_000, "less than"),
        Figure("30,000 events that waited, applied in", one.caught_up, "s", target=20, aim="less than"),
        Figure("memory of the county, idle", one.idle, "MB", target=150, aim="less than"),
        Figure("memory of the county, peak under load", one.loaded, "MB", "idle", one.idle),
    ]


def _beside(ours: Measured, book: Throughput, book_latency: Latency) -> list[Figure]:
    """Here the limit is what the textbook path did."""
    return [
        Figure("accepted, to textbook", ours.throughput.accepted, "/s", "textbook", book.accepted, 10),
        Figure("end to end, to textbook", ours.throughput.end_to_end, "/s", "textbook", book.end_to_end, 10),
        Figure("submit → notice p50, to textbook", ours.latency.p50, "ms", "textbook", book_latency.p50),
        Figure("submit → notice p99, to textbook", ours.latency.p99, "ms", "textbook", book_latency.p99),
    ]


if __name__ == "__main__":
    main(sys.argv[1:])
