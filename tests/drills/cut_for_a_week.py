"""``python -m tests.drills.cut_for_a_week [--issues 5000] [--namespaces]``: a county without its link, servers killed.

A county, its prefecture and their region run apart on this machine, each with its services and its nats-server. The
county's link is cut, the county records the issues of one week, the prefecture hands issues down to it, and the link is
restored: within a minute all of the week must be in the region's figures, and what was handed down at the county, each
once. Then the prefecture's message server is killed while more issues come in, then the county's, then both. In the end
the region must hold every event of the county once and in the county's order, and the figures of the county at all
three must be, byte for byte, those of three bodies that did the same undisturbed.

With ``--namespaces`` each body has a network namespace of its own, and the link is a virtual cable that is unplugged:
nobody is told, packets are gone. Where that cannot be it says why and ends with 77.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TextIO

from deploy import sample
from deploy.body_config import BodyConfig
from deploy.client import BodyClient
from deploy.ledger.arrival import NotCaughtUp, wait_for_figures
from tests.apart import Apart
from tests.drills.handing_down import HandingDown
from tests.drills.namespaces import Namespaces, driven_from_inside
from tests.tree import THREE_LEVELS
from tests.tree_reporting import held_at

COUNTY, PREFECTURE, REGION = "zhaosu", "ili", "xinjiang"
WEEK = datetime.fromisoformat("2023-05-08T09:00:00+08:00")
PERIOD = {"first": "2023-01-01", "last": "2023-12-31"}
CAUGHT_UP_WITHIN = 60.0
"""Seconds from the moment the link is back, or the server killed, until nothing is on its way: what is tested."""
PATIENCE = 240.0
"""Seconds until a drill that did not reach that is given up."""
HANDED_DOWN = 20
"""Issues that the prefecture hands to the county while the link is cut."""
AFTER_EACH_KILL = 200
"""Issues that come in while the servers that were killed start again and find each other."""
KILLS = ((PREFECTURE,), (COUNTY,), (PREFECTURE, COUNTY))


class Failed(Exception):
    """What was promised did not hold."""


@dataclass(frozen=True)
class Outcome:
    """What three bodies came to: the county's figures at each, and the ids at the region in the region's order."""

    figures: dict[str, str]
    ids: tuple[str, ...]


def main(arguments: Sequence[str] | None = None, to: TextIO = sys.stdout) -> int:
    """Run the drill; 0 when everything held."""
    parser = argparse.ArgumentParser(prog="python -m tests.drills.cut_for_a_week", description=__doc__)
    parser.add_argument("--issues", type=int, default=5_000, help="of the week without a link")
    parser.add_argument("--namespaces", action="store_true", help="each body in a network namespace; needs root")
    parser.add_argument("--inside", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.namespaces and chosen.inside is None:
        return driven_from_inside(THREE_LEVELS, "tests.drills.cut_for_a_week", list(arguments or ()))
    spaces = Namespaces(THREE_LEVELS, chosen.inside) if chosen.inside else None
    began = time.monotonic()

    def say(words: str) -> None:
        to.write(f"{time.monotonic() - began:6.1f} s  {words}\n")
        to.flush()

    with tempfile.TemporaryDirectory(prefix="doorstep-drill-") as place:
        try:
            say("The three bodies that are disturbed")
            disturbed = Drill(Path(place) / "disturbed", chosen.issues, say, spaces).run(disturbed=True)
            say("The three bodies that are not")
            undisturbed = Drill(Path(place) / "undisturbed", chosen.issues, say, spaces).run(disturbed=False)
            _compare(disturbed, undisturbed, chosen.issues)
        except (Failed, NotCaughtUp, AssertionError) as failure:
            say(f"FAILED: {failure}")
            return 1
    say(f"Every figure of {COUNTY} at all three is the same, byte for byte. Held.")
    return 0


def _compare(disturbed: Outcome, undisturbed: Outcome, issues: int) -> None:
    reference = undisturbed.figures[COUNTY]
    expected = issues + AFTER_EACH_KILL * len(KILLS)
    if json.loads(reference)["opinions_collected"] != expected:
        raise Failed(f"the undisturbed county does not count {expected} issues: {reference}")
    for outcome in (disturbed, undisturbed):
        for at, figures in outcome.figures.items():
            if figures != reference:
                raise Failed(f"the figures at {at} differ:\n{figures}\nare not\n{reference}")


class Drill:
    """One pass over three bodies in ``folder``."""

    def __init__(self, folder: Path, issues: int, say: Callable[[str], None], spaces: Namespaces | None) -> None:
        folder.mkdir(parents=True)
        self._folder = folder
        self._issues = issues
        self._say = say
        self._apart = Apart(folder / "bodies", THREE_LEVELS, spaces)
        self._ledgers = 0

    def run(self, *, disturbed: bool) -> Outcome:
        """Everything in turn. Raises :class:`Failed` and :class:`deploy.ledger.arrival.NotCaughtUp`."""
        with self._apart.running():
            self._command("roster", "import", str(sample.roster(COUNTY)), "--body", COUNTY)
            self._command("roster", "import", str(self._roster_above()), "--body", PREFECTURE, at=PREFECTURE)
            self._catch_up("The roster is in the region's figures", PATIENCE)
            link = self._apart.links[COUNTY]
            if disturbed:
                link.cut()
                self._say("The county's link is cut")
            self._record(self._issues)
            self._say(f"The county recorded {self._issues:,} issues of a week")
            with closing(HandingDown(self._configs()[PREFECTURE], self._configs()[COUNTY])) as down:
                down.offer(HANDED_DOWN)
                if disturbed:
                    self._say(
                        f"The prefecture handed {HANDED_DOWN} issues down; {down.arrived()} of them are at the county"
                    )
                    link.restore()
                self._catch_up("All of it is in the region's figures", CAUGHT_UP_WITHIN)
                took = down.until_arrived(CAUGHT_UP_WITHIN)
                self._say(f"What was handed down is at the county, each once, {took:.1f} s later")
                down.accept()
                self._say("The county took all of it, and the prefecture knows")
            for victims in KILLS:
                if disturbed:
                    for victim in victims:
                        self._apart[victim].kill(victim, "nats")
                    self._say(f"kill -9 of the message server of {' and '.join(victims)}")
                self._record(AFTER_EACH_KILL)
                self._catch_up(f"{AFTER_EACH_KILL} more issues are in the region's figures", CAUGHT_UP_WITHIN)
            return self._outcome()

    def _record(self, issues: int) -> None:
        self._ledgers += 1
        ledger = self._folder / f"{self._ledgers}.jsonl"
        ledger.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in _week(self._ledgers, issues)))
        self._command("ledger", "replay", str(ledger), "--body", COUNTY)

    def _roster_above(self) -> Path:
        roster = json.loads(sample.roster(PREFECTURE).read_text())
        roster["body"]["parent"] = REGION
        written = self._folder / "above.json"
        written.write_text(json.dumps(roster, ensure_ascii=False))
        return written

    def _command(self, *words: str, at: str = COUNTY) -> None:
        said = self._apart[at].command(*words, seconds=1_200)
        if said.code != 0:
            raise Failed(f"doorstep {' '.join(words)} ended with {said.code}: {said.remarks}")

    def _catch_up(self, what: str, goal: float) -> None:
        began = time.monotonic()
        asyncio.run(self._until_nothing_is_on_its_way())
        took = time.monotonic() - began
        self._say(f"{what} after {took:.1f} s")
        if took > goal:
            raise Failed(f"{took:.1f} s is more than {goal:.0f} s")

    async def _until_nothing_is_on_its_way(self) -> None:
        async with AsyncExitStack() as stack:
            clients = {}
            for code, config in self._configs().items():
                officer = config.secrets.officer
                client = BodyClient(config.origin, officer.login, officer.password, timeout=30)
                clients[code] = await stack.enter_async_context(client)
            await wait_for_figures(clients, within=PATIENCE)

    def _outcome(self) -> Outcome:
        figures = {code: run.figures(COUNTY, at=code, **PERIOD) for code, run in self._apart.runs.items()}
        at_home, at_region = (asyncio.run(self._reports_of_the_county(code)) for code in (COUNTY, REGION))
        if len(set(at_home)) != len(at_home):
            raise Failed("the county's own stream holds an event twice")
        if at_region != at_home:
            raise Failed(f"of {len(at_home)} events the region holds {len(at_region)}, or in another order")
        self._say(f"The region holds all {len(at_home):,} events of the county once, and in the county's order")
        return Outcome(figures, at_region)

    async def _reports_of_the_county(self, code: str) -> tuple[str, ...]:
        found = await held_at(self._configs()[code].uplink_nats_url, code, 0)
        return tuple(event_id for subject, event_id in found if f"doorstep.{COUNTY}.report." in subject)

    def _configs(self) -> dict[str, BodyConfig]:
        return {code: BodyConfig.read(run.var / code / "body.json") for code, run in self._apart.runs.items()}


def _week(ledger: int, issues: int) -> Iterator[dict[str, object]]:
    """Issues as the sample county's residents raised them, spread over one week."""
    lines = (json.loads(line) for line in sample.ledger(COUNTY).read_text().splitlines())
    raised = itertools.cycle([line for line in lines if line["kind"] == "issue"])
    for number, line in zip(range(issues), raised, strict=False):
        at = WEEK + timedelta(weeks=ledger - 1) + timedelta(days=7) * (number / issues)
        yield {**line, "code": f"D{ledger}-{number:05}", "at": at.isoformat()}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
