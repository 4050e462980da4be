"""Whether an event costs the same when few are held and when millions are: ``python -m tests.bench.held``.

The stream is filled without a flush for each event, which is not what is measured. At each size the projection is
rebuilt from the whole stream, and then more events are applied to it as live ones are, in batches of 256.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import uvloop
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import StreamConfig
from rich.console import Console
from rich.table import Table

from services.reporting.events import handlers
from services.reporting.projection import Projection, live_projection, rows_of
from services.reporting.rebuilding.rebuild import Progress, Rebuild, stream_at
from services.reporting.tables import MESSAGING, METADATA
from services.reporting.ways import Ways
from shared.clock import SystemClock
from shared.contracts.event import Event
from shared.db.engine import open_database
from shared.db.reader import Reader
from shared.db.writer import Writer
from shared.messaging.arrivals import Arrivals
from shared.messaging.consumer import Consumer
from shared.messaging.handlers import Received
from shared.messaging.keeping import Keeping
from shared.messaging.parking import Parking
from tests.bench.replay import WINDOW, connected, lives_of_issues, read_bare, send
from tests.servers import NatsServer

BODY = "zhaosu"
STREAM = f"UP_{BODY}"
SIZES = (10_000, 100_000, 1_000_000, 3_000_000)
LIVE = 20_000
BATCH = 256


@dataclass(frozen=True, slots=True)
class Held:
    """Events a second while so many events are held."""

    events: int
    bare: float
    rebuilt: float
    applied: float


async def measure(folder: Path, sizes: Sequence[int], console: Console) -> list[Held]:
    """One row for each of ``sizes``, growing one stream and one database."""
    server = NatsServer(folder / "nats", sync="2m").start()
    database = open_database(f"sqlite:///{folder}/reporting.db")
    try:
        async with database.writing() as connection:
            await connection.run(METADATA.create_all)
        writer = Writer(database, SystemClock())
        projection, events = live_projection(), lives_of_issues()
        consumer = Consumer(
            writer=writer,
            tables=MESSAGING,
            parking=Parking(MESSAGING.parked, Reader(database)),
            keeping=Keeping(MESSAGING.parked, Reader(database)),
            handlers=handlers(projection, Ways(BODY)),
            arrivals=Arrivals(),
        )
        found, held = [], 0
        async with writer.running(), connected(server.url) as client:
            js = client.jetstream(publish_async_max_pending=4 * WINDOW)
            await js.add_stream(StreamConfig(name=STREAM, subjects=["doorstep.>"]))
            for size in sizes:
                console.print(f"{size:,} events ...")
                await _fill(js, islice(events, size - held))
                rebuilt = await _rebuild(server.url, writer, projection, consumer)
                applied = await _apply(writer, projection)
                found.append(Held(size, await read_bare(server.url, BODY), rebuilt, applied))
                held = size
        return found
    finally:
        await database.dispose()
        server.kill()


async def _fill(js: JetStreamContext, events: Iterator[Event]) -> None:
    while group := list(islice(events, 2 * WINDOW)):
        await asyncio.gather(*[await send(js, BODY, event) for event in group])


async def _rebuild(url: str, writer: Writer, projection: Projection, consumer: Consumer) -> float:
    def read(message: Msg) -> Received[Event] | None:
        return consumer.read("", message.subject, message.headers, message.data)

    progress = Progress()
    began = time.perf_counter()
    async with stream_at(url, STREAM) as source:
        await Rebuild(
            writer=writer, source=source, read=read, projection=projection, ways=Ways(BODY), progress=progress
        ).run()
    return progress.done / (time.perf_counter() - began)


async def _apply(writer: Writer, projection: Projection) -> float:
    events = islice(lives_of_issues(), LIVE)
    began = time.perf_counter()
    while batch := [(BODY, event, None) for event in islice(events, BATCH)]:
        rows = rows_of(batch)
        await writer.run(lambda tx, rows=rows: projection.keep(tx, rows))  # type: ignore[misc]
    return LIVE / (time.perf_counter() - began)


def show(found: Sequence[Held], console: Console) -> None:
    """As a table; the last column says how much more an event costs than at the smallest size."""
    table = Table(title="Events a second, while so many are held")
    for title in ("held", "bare pull loop", "rebuild", "applied live", "cost of a rebuilt one", "of a live one"):
        table.add_column(title, justify="right")
    first = found[0]
    for row in found:
        table.add_row(
            *(f"{number:,.0f}" for number in (row.events, row.bare, row.rebuilt, row.applied)),
            *(f"{ratio:.2f} x" for ratio in (first.rebuilt / row.rebuilt, first.applied / row.applied)),
        )
    console.print(table)


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.held", description=__doc__)
    parser.add_argument("--most", type=int, default=SIZES[-1], help="the largest size (default: %(default)s)")
    most = parser.parse_args(arguments).most
    with tempfile.TemporaryDirectory(prefix="doorstep-held-") as folder:
        sizes = [size for size in SIZES if size <= most]
        found = uvloop.run(measure(Path(folder), sizes, Console(stderr=True)))
    show(found, Console(width=None if sys.stdout.isatty() else 120))


if __name__ == "__main__":
    main(sys.argv[1:])
