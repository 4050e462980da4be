"""A year of a busy prefecture in reporting: ``python -m tests.bench.year``, ``--postgres URL`` for an empty database.

300,000 issues, some ten events each, are read by a rebuild from messages in memory, so that what is measured is
reporting and not the message server (``tests.bench.replay`` has that). Printed: events a second beside a loop that only
decodes them, how long the first byte of the dashboard takes, and the memory of the process. Exits 1 where a target is
missed.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

import uvloop
from pydantic_core import to_json
from rich.console import Console
from rich.table import Table

from services.reporting.doings import Doings
from services.reporting.domain import Period
from services.reporting.events import handlers
from services.reporting.lateness import Lateness
from services.reporting.projection import live_projection, rows_of
from services.reporting.queries import Reports
from services.reporting.rebuilding.rebuild import Progress, Rebuild
from services.reporting.tables import MESSAGING, METADATA
from services.reporting.ways import Ways
from shared.clock import SystemClock
from shared.contracts import report
from shared.contracts.envelope import headers_of
from shared.contracts.event import Event
from shared.contracts.subjects import subject_of
from shared.db.engine import open_database
from shared.db.reader import Reader
from shared.db.writer import Writer
from shared.messaging.arrivals import Arrivals
from shared.messaging.consumer import Consumer
from shared.messaging.keeping import Keeping
from shared.messaging.parking import Parking

BODY, ZONE = "ili", "Asia/Urumqi"
BEGAN = datetime(2025, 1, 1, tzinfo=UTC)
YEAR = Period(date(2025, 1, 1), date(2025, 12, 31))
BATCH = 500
LEAST_EVENTS_A_SECOND = 20_000
MOST_FIRST_BYTE_SECONDS = 0.2
MOST_MEMORY_MB = 300
_CATEGORIES = [f"category-{number}" for number in range(24)]
_COMMUNITIES = [f"il-c{number:03}" for number in range(200)]


@dataclass(frozen=True, slots=True)
class Message:
    """As much of a message of the stream as reading it takes."""

    subject: str
    headers: dict[str, str]
    data: bytes


class Stream:
    """The stream of a year, made while it is read: what was read is forgotten, as by a real client."""

    def __init__(self, issues: int) -> None:
        self._issues = issues

    async def last_sequence(self) -> int:
        """Nobody but the bench asks."""
        return 1

    async def batches(self, first: int, last: int) -> AsyncIterator[list[Any]]:
        """All of it, once."""
        if first > 1:
            return
        messages = self.messages()
        while batch := list(islice(messages, BATCH)):
            yield batch

    def messages(self) -> Iterator[Message]:
        """Every event with its headers."""
        travelling: dict[type[Event], tuple[str, dict[str, str]]] = {}
        for number, (kind, fields) in enumerate(a_year(self._issues)):
            if kind not in travelling:
                travelling[kind] = subject_of(BODY, kind), headers_of("", BODY, "bench", kind, BEGAN)
            subject, headers = travelling[kind]
            told = {**headers, "ce-id": f"e{number}", "ce-time": fields["occurred_at"].isoformat()}
            yield Message(subject, told, to_json(fields))


Told = tuple[type[Event], dict[str, Any]]


def a_year(issues: int) -> Iterator[Told]:
    """The events of so many issues, ten of most of them; the same every time."""
    chance = random.Random(2025)
    between = timedelta(days=365) / issues
    zero = dict.fromkeys(report.RosterPublished.model_fields, 0)
    roster = {"occurred_at": BEGAN, "revision": 1, "tier": "prefecture", "parent": "xj", "time_zone": ZONE}
    yield report.RosterPublished, zero | {"on_paper": False, "duty_days_of_month": ()} | roster
    for number in range(issues):
        yield from _life(f"IL-{number:06}", number, BEGAN + number * between, chance)


def _life(reference: str, number: int, at: datetime, chance: random.Random) -> Iterator[Told]:
    def told(after: float, **fields: Any) -> dict[str, Any]:
        return {"occurred_at": at + timedelta(hours=after), **fields}

    def step(after: float, step: int, **fields: Any) -> dict[str, Any]:
        return told(after, reference=reference, step=step, **fields)

    place = {"station": "il-st01", "community": chance.choice(_COMMUNITIES), "channel": "web"}
    yield report.IssueSubmitted, step(0, 1, category=chance.choice(_CATEGORIES), **place)
    yield report.ReceptionHeld, told(0, reception_id=f"r{number}", **place)
    yield report.IssueAssigned, step(0, 1)
    if chance.random() < 0.3:
        yield report.IssueAssigned, step(20, 2)
    yield report.IssueAccepted, step(26, 3)
    yield report.DeadlineMissed, told(72, deadline_id=f"d{number}", kind="first-contact", reference=reference)
    yield report.DeadlineSettled, told(80, deadline_id=f"d{number}")
    commitment = {"commitment_id": f"k{number}"}
    yield report.CommitmentMadeV2, told(90, consultation_id=None, due_on=(at + timedelta(days=30)).date(), **commitment)
    closed_after = chance.uniform(24, 24 * 30)
    outcome = chance.choice(["solved", "answered", "answered", "referred-up"])
    yield report.IssueClosed, step(closed_after, 1, outcome=outcome)
    if chance.random() < 0.05:
        yield report.IssueReopened, step(closed_after + 50, 2)
    if chance.random() < 0.9:
        yield (
            report.FeedbackGiven,
            step(closed_after + 60, 3, rating=chance.choice(["satisfied", "satisfied", "partly"])),
        )
    yield report.CommitmentKept, told(600, **commitment)


@dataclass(frozen=True, slots=True)
class Found:
    """What was measured; rates are events a second. ``rebuilt_alone``: a second of processor time, which is what the
    rate would be where nobody else uses the machine."""

    events: int
    bare: float
    rebuilt: float
    rebuilt_alone: float
    live: float
    first_byte: dict[str, float]
    memory_mb: float

    def misses(self) -> list[str]:
        """Targets that were missed, in words."""
        slow = [
            name for name, took in self.first_byte.items() if "facts" not in name and took > MOST_FIRST_BYTE_SECONDS
        ]
        found = [f"{name} took more than {MOST_FIRST_BYTE_SECONDS} s" for name in slow]
        if self.rebuilt_alone < LEAST_EVENTS_A_SECOND:
            found.append(f"rebuilt fewer than {LEAST_EVENTS_A_SECOND:,} events a second")
        if self.memory_mb > MOST_MEMORY_MB:
            found.append(f"used more than {MOST_MEMORY_MB} MB")
        return found


async def measure(url: str, issues: int, console: Console) -> Found:
    """Fill the empty database at ``url`` with a year."""
    database = open_database(url)
    async with database.writing() as connection:
        await connection.run(METADATA.create_all)
    writer, reader, projection = Writer(database, SystemClock()), Reader(database), live_projection(ZONE)
    consumer = Consumer(
        writer=writer,
        tables=MESSAGING,
        parking=Parking(MESSAGING.parked, reader),
        keeping=Keeping(MESSAGING.parked, reader),
        handlers=handlers(projection, Ways(BODY)),
        arrivals=Arrivals(),
    )

    def read(message: Any) -> Any:
        return consumer.read("", message.subject, message.headers, message.data)

    async def ours(_: Any) -> None:
        """Nobody takes it from us."""

    stream = Stream(issues)
    console.print("making the events without reading them ...")
    began_using = time.process_time()
    made = _timed(lambda: sum(1 for _ in stream.messages()))
    making = time.process_time() - began_using
    console.print("reading them ...")
    bare = _timed(lambda: sum(read(message) is not None for message in stream.messages()))
    async with writer.running():
        console.print("rebuilding ...")
        progress = Progress()
        rebuild = Rebuild(
            writer=writer,
            source=stream,
            read=read,
            projection=projection,
            ways=Ways(BODY),
            progress=progress,
            still_ours=ours,
        )
        began, began_using = time.perf_counter(), time.process_time()
        await rebuild.run()
        rebuilt, used = time.perf_counter() - began, time.process_time() - began_using
        console.print("applying more, as live ones ...")
        live = await _live(writer, projection, read)
    reports = Reports(reader, body=BODY, tier="prefecture", parent="xj", time_zone=ZONE)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    console.print("asking ...")
    asked = await _asked(reports, reader)
    await database.dispose()
    # Making the events is not reporting's work; the message server would do it beside, on the other core.
    events = progress.done
    return Found(
        events=events,
        bare=events / (bare - made),
        rebuilt=events / rebuilt,
        rebuilt_alone=events / (used - making),
        live=live,
        first_byte=asked,
        memory_mb=memory,
    )


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


async def _live(writer: Writer, projection: Any, read: Callable[[Any], Any], count: int = 20_000) -> float:
    messages = islice(Stream(10_000_000).messages(), 7, count + 7)
    began = time.perf_counter()
    while batch := list(islice(messages, 256)):
        received = [read(message) for message in batch]
        # Other references than those of the year.
        rows = rows_of((f"{each.address.body}-2", each.event, each.said_at) for each in received)
        await writer.run(lambda tx, rows=rows: projection.keep(tx, rows))  # type: ignore[misc]
    return count / (time.perf_counter() - began)


async def _asked(reports: Reports, reader: Reader) -> dict[str, float]:
    doings, lateness = Doings(reader), Lateness(reader)
    body = await reports.body(BODY)
    as_of = replace(YEAR, as_of=date(2025, 7, 1))

    async def dashboard(body: Any) -> None:
        await reports.bodies()
        await reports.counted_of_each([body], YEAR)  # with those below, of which there are none here
        await reports.raised_at_once([body], YEAR)
        await doings.activities(body, YEAR)
        await doings.briefs(body, YEAR)
        await lateness.missed(body, YEAR)
        await reports.residents(body, YEAR)
        await reports.issues_by_month(body, YEAR)
        await reports.issues_by_category(body, YEAR)
        await reports.issues_by_outcome(body, YEAR)

    asked = {
        "the dashboard of a year": lambda: dashboard(body),
        "its figures alone": lambda: reports.counted(body, YEAR),
        "the same from the facts": lambda: reports.counted(replace(body, days_zone=None), YEAR),
        "as of the first of July, from the facts": lambda: reports.counted(body, as_of),
    }
    return {name: await _median(question) for name, question in asked.items()}


async def _median(question: Callable[[], Awaitable[object]]) -> float:
    took = []
    for _ in range(5):
        began = time.perf_counter()
        await question()
        took.append(time.perf_counter() - began)
    return sorted(took)[2]


def show(found: Found, console: Console) -> None:
    """As a table."""
    table = Table(title=f"A year of {found.events:,} events")
    table.add_column("what")
    table.add_column("measured", justify="right")
    table.add_row("decoded by a bare loop", f"{found.bare:,.0f} a second")
    table.add_row("rebuilt, with the making of the events", f"{found.rebuilt:,.0f} a second")
    ratio = found.rebuilt_alone / found.bare
    table.add_row("rebuilt, by processor time", f"{found.rebuilt_alone:,.0f} a second ({ratio:.2f} of the bare loop)")
    table.add_row("which takes", f"{found.events / found.rebuilt:,.0f} s")
    table.add_row("applied live, in batches of 256", f"{found.live:,.0f} a second")
    for name, took in found.first_byte.items():
        table.add_row(name, f"{1000 * took:,.0f} ms")
    table.add_row("memory of the process, at most", f"{found.memory_mb:,.0f} MB")
    console.print(table)


def main(arguments: Sequence[str]) -> int:
    """Measure and print; 1 where a target was missed."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.year", description=__doc__)
    parser.add_argument("--issues", type=int, default=300_000, help="how many (default: %(default)s)")
    parser.add_argument("--postgres", help="URL of an empty database; SQLite otherwise")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="doorstep-year-") as folder:
        url = asked.postgres or f"sqlite:///{Path(folder)}/reporting.db"
        found = uvloop.run(measure(url, asked.issues, Console(stderr=True)))
    show(found, Console(width=None if sys.stdout.isatty() else 120))
    for missed in found.misses():
        sys.stderr.write(f"missed: {missed}\n")
    return 1 if found.misses() else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
