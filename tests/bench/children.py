"""A parent with many children: ``python -m tests.bench.children [--children 50] [--per-second 200] [--seconds 60]``.

Every child is a nats-server of its own with the configuration that the product gives it, linked to one parent. Each
reports so many events a second, and all rise into the parent's one stream. What is printed: how long they took from
being reported to being stored there, and how many a second, beside the same load published to one stream of one
server of this machine. All of these servers share its disk and its processors, as fifty bodies never would.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import nats
import uvloop
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, PubAck, StreamConfig
from rich.console import Console

from deploy.nats.names import uplink_stream
from deploy.topology import Topology
from shared.contracts.envelope import headers_of
from shared.contracts.report import IssueSubmitted
from shared.contracts.subjects import subject_of
from tests.bench.figures import Figure, show
from tests.bench.measure import Latency
from tests.bench.replay import submitted_issues
from tests.servers import NatsServer
from tests.tree import Tree, body

PARENT = "parent"
LOADERS = 2
"""Processes that report; one alone would be the limit."""
WINDOW = 256
"""Acknowledgements outstanding for each child, as the product's relay has."""
TICK_SECONDS = 0.02
PULL = 1_000
BARE_SECONDS = 10.0
SENT = "Bench-Sent"
"""Header with the moment an event was reported, in nanoseconds."""


@dataclass(frozen=True, slots=True)
class Load:
    """Who reports where, how many events a second each, and for how many seconds."""

    addresses: tuple[tuple[str, str], ...]
    """A body's code, and the address of its services' user."""
    per_second: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Stored:
    """What a stream holds: the ids of its events, in order, when each was stored and how long each took, in seconds."""

    ids: tuple[str, ...]
    at: tuple[float, ...]
    took: tuple[float, ...]

    @property
    def per_second(self) -> float:
        """From the first event to the last."""
        return len(self.ids) / (max(self.at) - min(self.at))


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 1 where an event was lost, doubled or out of order."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.children", description=__doc__)
    parser.add_argument("--children", type=int, default=50)
    parser.add_argument("--per-second", type=float, default=200, help="events of each child")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--within", type=float, default=1_800, help="seconds until all must have risen")
    chosen = parser.parse_args(arguments)
    say = Console(stderr=True).print
    with tempfile.TemporaryDirectory(prefix="doorstep-bench-") as place, _loaders() as loaders:
        folder = Path(place)
        say(f"Bare publishing to one stream, as much as {chosen.children} x {chosen.per_second:g}/s, 10 s ...")
        bare = [_bare(folder / "before", loaders, chosen.children, chosen.per_second)]
        topology = Topology(
            (
                body(PARENT, "prefecture", None),
                *(body(f"child{number:02}", "county", PARENT) for number in range(chosen.children)),
            )
        )
        tree = Tree(topology, folder)
        say(f"{chosen.children} children start ...")
        with tree.running():
            uvloop.run(tree.declare())
            say(f"{chosen.children} x {chosen.per_second:g} events a second for {chosen.seconds:g} s ...")
            children = topology.children_of(topology.body(PARENT))
            addresses = [(child.code, tree[child.code].services_url) for child in children]
            reported = _report(loaders, addresses, chosen.per_second, chosen.seconds)
            say(f"{reported:,} reported; until all have risen ...")
            at_home, risen = uvloop.run(_followed(tree, [child.code for child in children], reported, chosen.within))
        say("Bare publishing once more ...")
        bare.append(_bare(folder / "after", loaders, chosen.children, chosen.per_second))
    # Before and after: what else the machine does changes from minute to minute.
    bare_rate = mean(each.per_second for each in bare)
    lag, bare_lag = Latency.of(risen.took), Latency.of([took for each in bare for took in each.took])
    offered = chosen.children * chosen.per_second
    wrong = _differences(risen, [child.code for child in children], reported)
    show(
        [
            Figure("reported, all children together", at_home, "/s", "asked for", offered),
            Figure("rolled up into the parent's stream", risen.per_second, "/s", "bare publish", bare_rate),
            Figure("reported → at the parent, p50", lag.p50, "ms", "bare publish", bare_lag.p50),
            Figure("reported → at the parent, p99", lag.p99, "ms", "bare publish", bare_lag.p99),
        ],
        Console(width=None if sys.stdout.isatty() else 120),
    )
    for each in wrong:
        say(each)
    return 1 if wrong else 0


def _loaders() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(LOADERS, mp_context=multiprocessing.get_context("spawn"))


def _bare(folder: Path, loaders: ProcessPoolExecutor, children: int, per_second: float) -> Stored:
    """The same publishers, writing into one stream of one server."""
    server = NatsServer(folder / "bare", "bare").start()
    try:
        uvloop.run(_bare_stream(server.url))
        addresses = [(f"child{number:02}", server.url) for number in range(children)]
        reported = _report(loaders, addresses, per_second, BARE_SECONDS)
        return uvloop.run(_stored(server.url, "BARE", reported))
    finally:
        server.kill()


async def _bare_stream(url: str) -> None:
    client = await nats.connect(url)
    await client.jetstream().add_stream(StreamConfig(name="BARE", subjects=["doorstep.>"]))
    await client.close()


def _report(
    loaders: ProcessPoolExecutor, addresses: Sequence[tuple[str, str]], per_second: float, seconds: float
) -> int:
    """How many events were acknowledged."""
    shares = [tuple(addresses[number::LOADERS]) for number in range(LOADERS)]
    running: list[Future[int]] = [
        loaders.submit(report_all, Load(share, per_second, seconds)) for share in shares if share
    ]
    return sum(each.result() for each in running)


def report_all(load: Load) -> int:
    """Report as every body of ``load``, in a process of its own; how many events were acknowledged."""
    return uvloop.run(_report_all(load))


async def _report_all(load: Load) -> int:
    begin = time.time() + 1  # when all are connected
    return sum(await asyncio.gather(*(_report_as(code, url, load, begin) for code, url in load.addresses)))


async def _report_as(code: str, url: str, load: Load, begin: float) -> int:
    client: Client = await nats.connect(url)
    jetstream: JetStreamContext = client.jetstream(timeout=30, publish_async_max_pending=2 * WINDOW)
    sent = 0
    acknowledgements: list[asyncio.Future[PubAck]] = []
    try:
        while True:
            elapsed = time.time() - begin
            if elapsed >= load.seconds:
                break
            for event in submitted_issues(max(0, int(elapsed * load.per_second) - sent)):
                acknowledgements.append(await _send(jetstream, code, event, sent))
                sent += 1
                if len(acknowledgements) >= WINDOW:
                    await asyncio.gather(*acknowledgements)
                    acknowledgements.clear()
                    if time.time() - begin >= load.seconds:
                        break  # behind the pace: what is late is not made up for
            await asyncio.sleep(TICK_SECONDS)  # the load is so much a second, and no more
        await asyncio.gather(*acknowledgements)
    finally:
        await client.close()
    return sent


async def _send(jetstream: JetStreamContext, code: str, event: IssueSubmitted, number: int) -> asyncio.Future[PubAck]:
    headers = headers_of(f"{code}-{number}", code, "intake", type(event), event.occurred_at)
    headers[SENT] = str(time.time_ns())
    return await jetstream.publish_async(
        subject_of(code, type(event)), event.model_dump_json().encode(), headers=headers
    )


async def _followed(tree: Tree, children: Sequence[str], reported: int, within: float) -> tuple[float, Stored]:
    """How many a second the children stored in their own streams, and what the parent has of it."""
    async with asyncio.timeout(within):
        risen = await _stored(tree[PARENT].reporting_url, uplink_stream(PARENT), reported)
    own = [await _stored(tree[code].reporting_url, uplink_stream(code), 0) for code in children]
    moments = [at for each in own for at in each.at]
    return len(moments) / (max(moments) - min(moments)), risen


async def _stored(url: str, stream: str, count: int) -> Stored:
    """Everything in ``stream``, once ``count`` events are there."""
    client = await nats.connect(url)
    try:
        jetstream = client.jetstream(timeout=30)
        while True:
            total = (await jetstream.stream_info(stream)).state.messages
            if total >= count:
                break
            await asyncio.sleep(0.5)  # a stream has no way to call us when the last one is stored
        config = ConsumerConfig(ack_policy=AckPolicy.NONE, inactive_threshold=60)
        reading = await jetstream.pull_subscribe("", stream=stream, config=config)
        ids, moments, took = [], [], []
        while len(ids) < total:
            for message in await reading.fetch(min(PULL, total - len(ids)), timeout=10):
                headers = message.headers or {}
                at = message.metadata.timestamp.timestamp()
                ids.append(headers["ce-id"])
                moments.append(at)
                took.append(at - int(headers[SENT]) / 1e9)
        return Stored(tuple(ids), tuple(moments), tuple(took))
    finally:
        await client.close()


def _differences(risen: Stored, children: Sequence[str], reported: int) -> list[str]:
    """Every way in which what rose is not what was reported, once and in order."""
    wrong = [] if len(risen.ids) == reported else [f"{reported} were reported and {len(risen.ids)} rose"]
    of_child: defaultdict[str, list[str]] = defaultdict(list)
    for each in risen.ids:
        of_child[each.partition("-")[0]].append(each)
    for code in children:
        if of_child[code] != [f"{code}-{number}" for number in range(len(of_child[code]))]:
            wrong.append(f"{code}: lost, doubled or out of order")
    return wrong


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
