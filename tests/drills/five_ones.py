"""Every body of the prefecture of Ili records the five ones of each of its members, and 1,787 of 1,787 are counted.

``python -m tests.drills.five_ones [--members N]`` replays the sample of each of the twelve bodies, one after another,
into a consultation service of its own with a real nats-server and SQLite; routing and intake are played. What each
reported is counted by reporting in the shuffled order of all twelve. Some 12,500 requests, about four minutes on two
cores. ``--members`` takes so many of each body, for a look in passing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from deploy.ledger.facts import read_ledger
from deploy.ledger.replay import Replay
from deploy.sampling import ili
from deploy.sampling.five_ones import five_ones_of
from services.reporting.domain import Period
from services.reporting.projection import live_projection, rows_of
from services.reporting.queries import Reports
from services.reporting.tables import METADATA
from shared.clock import SystemClock
from shared.contracts import inner
from shared.contracts.event import Event
from shared.db.engine import open_database
from shared.db.reader import Reader
from shared.db.writer import Writer
from tests.integration.consultation_service import NOW, Bench, running, station
from tests.servers import NatsServer

AFTERWARDS = datetime(2024, 1, 15, 4, tzinfo=UTC)
YEAR = Period(date(2023, 1, 1), date(2023, 12, 31))
EVENTS_AT_ONCE = 500


class Office:
    """The officer of one body: what is consultation's goes to the service, what its neighbours do is played."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    async def post(self, path: str, content: dict[str, Any], *, step: str) -> Any:
        """Record one fact. Raises AssertionError with what was refused."""
        if path == "/api/v1/issues":
            return {"reference": await self._bench.assign(), "tracking_code": ""}
        if path.endswith("/accept"):
            reference = path.split("/")[-2]
            await self._bench.accept(reference, content["member"])
            await self._bench.until(lambda: self._bench.state_of(reference), "in-progress")
            return {}
        answer = await self._bench.post("officer", path.removeprefix("/api/v1"), content)
        assert answer.status_code in (200, 201), f"{step}: {answer.text}"
        return answer.json()


async def play_roster(bench: Bench, roster: Mapping[str, Any]) -> None:
    """Tell the service of the stations and members of ``roster``, as routing does."""
    members: dict[str, list[str]] = {each["code"]: [] for each in roster["stations"]}
    for member in roster["members"]:
        members[member["stations"][0]].append(member["code"])
    for code, codes in members.items():
        await bench.tell("routing", station(code, tuple(codes), revision=2))
    whole = inner.RosterPublished(
        occurred_at=NOW,
        revision=2,
        stations=tuple(members),
        departments=tuple(each["code"] for each in roster["departments"]),
        categories=tuple(code for each in roster["departments"] for code in each["categories"]),
    )
    await bench.tell("routing", whole)
    await bench.until(bench.unread, 0)


async def recorded(roster: Mapping[str, Any], folder: Path) -> list[Event]:
    """Replay the five ones of ``roster`` into a service of its own; gives what it reported."""
    ledger = folder / "ledger.jsonl"
    ledger.write_text("\n".join(json.dumps(fact, ensure_ascii=False) for fact in five_ones_of(roster)))
    server = NatsServer(folder / "nats", sync="2m").start()
    try:
        async with running(f"sqlite:///{folder}/consultation.db", server) as bench:
            bench.clock.at = AFTERWARDS
            await play_roster(bench, roster)
            await Replay(Office(bench)).record(read_ledger(ledger), lambda: None)
            await bench.all_said()
            return await bench.reported()
    finally:
        server.kill()


async def counted(said: Sequence[tuple[str, Event]], folder: Path) -> dict[str, dict[str, Any]]:
    """The figures of every body, from what all of them ``said`` in whatever order it comes."""
    mixed = list(said)
    random.Random(5).shuffle(mixed)
    database = open_database(f"sqlite:///{folder}/reporting.db")
    async with database.writing() as connection:
        await connection.run(METADATA.create_all)
    writer, projection = Writer(database, SystemClock()), live_projection()
    async with writer.running():
        for first in range(0, len(mixed), EVENTS_AT_ONCE):
            rows = rows_of(mixed[first : first + EVENTS_AT_ONCE])
            await writer.run(lambda tx, rows=rows: projection.keep(tx, rows))  # type: ignore[misc]
    reports = Reports(Reader(database), body="ili", tier="prefecture", parent=None, time_zone="Asia/Shanghai")
    found = {body.code: dict(await reports.figures(body, YEAR)) for body in await reports.bodies()}
    await database.dispose()
    return found


async def drill(folder: Path, most: int | None, console: Console) -> list[str]:
    """Run it; gives what is not as it should be."""
    said: list[tuple[str, Event]] = []
    wanted: dict[str, int] = {}
    for body in ili.MEMBERS:
        began = time.perf_counter()
        own = folder / body
        own.mkdir()
        roster = ili.roster_of(body)
        roster["members"] = roster["members"][:most]
        held = {member["stations"][0] for member in roster["members"]}
        roster["stations"] = [each for each in roster["stations"] if each["code"] in held]
        wanted[body] = len(roster["members"])
        events = await recorded(roster, own)
        said += [(body, event) for event in events]
        seconds = time.perf_counter() - began
        console.print(f"{body}: {wanted[body]} members, {len(events)} events in {seconds:.0f} s")
    figures = await counted(said, folder)
    wrong = []
    for body, members in wanted.items():
        of_it = figures[body]
        kinds = of_it["five_ones_done"] or {}
        if (of_it["five_ones_members"], of_it["five_ones_complete"]) != (members, members):
            wrong.append(f"{body}: {of_it['five_ones_complete']} of {of_it['five_ones_members']}, not of {members}")
        if set(kinds.values()) != {members}:
            wrong.append(f"{body}: {kinds}")
    total = sum(figures[body]["five_ones_complete"] or 0 for body in wanted)
    console.print(f"{total} of {sum(wanted.values())} members did all of the five in 2023")
    return wrong


def main(arguments: Sequence[str]) -> int:
    """Run the drill; 1 where a body's count is not what its members did."""
    parser = argparse.ArgumentParser(prog="python -m tests.drills.five_ones", description=__doc__)
    parser.add_argument("--members", type=int, help="so many of each body at most")
    most = parser.parse_args(arguments).members
    with tempfile.TemporaryDirectory() as folder:
        wrong = asyncio.run(drill(Path(folder), most, Console()))
    for line in wrong:
        sys.stderr.write(f"{line}\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
