"""``python -m tests.bench.routing_scale``: one decision and every page of routing, at the size of a prefecture.

1,787 members at 400 stations (Ili's, and more stations than any body of the five has), 100,000 open issues.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from rich.console import Console
from rich.table import Table

from deploy.serving import settle_memory
from services.routing import tables
from services.routing.calendar.book import CalendarBook
from services.routing.domain.choosing import choose
from services.routing.domain.rule import USUAL, Criterion, Rule
from services.routing.orders import ASKINGS, ORDERS, WORKLOADS
from services.routing.roster.book import RosterBook
from services.routing.rule.book import RuleBook
from services.routing.usecases.deciding import Deciding
from services.routing.usecases.trying_again import TRIED
from shared.db.engine import Database, open_database
from shared.db.migrate import upgrade
from shared.db.reader import Reader
from shared.ids import new_reference
from shared.web.auth import SESSION_COOKIE
from tests.integration.routing_office import NOW, Office, running_office
from tests.servers import NatsServer

MEMBERS, STATIONS, COMMUNITIES, TOWNSHIPS, OPEN = 1_787, 400, 1_600, 120, 100_000
CATEGORIES = ("roads", "water-supply", "heating", "noise", "housing", "sanitation", "schooling", "health-care",
              "beekeeping", "crop-farming", "livestock", "tourism")  # fmt: skip
LANGUAGES = (("zh-Hans",), ("ug", "zh-Hans"), ("kk-Arab", "zh-Hans"))
STATES = (("accepted", 0.55), ("assigned", 0.30), ("unroutable", 0.10), ("returned", 0.05))
DECISION_MS, PAGE_MS = 20.0, 300.0
AT_ONCE = 10_000

RULES: dict[str, Rule] = {
    "the usual rule": USUAL,
    "experts before neighbours": Rule(
        USUAL.criteria,
        matter_first_for=frozenset(CATEGORIES),
        language_first_for=frozenset(CATEGORIES),
    ),
    "whoever has least, wherever": Rule((Criterion.LOAD, Criterion.RECENT, Criterion.TURN, Criterion.NEARNESS)),
}


@dataclass(frozen=True, slots=True)
class Timed:
    """Milliseconds of one thing done many times."""

    name: str
    times: Sequence[float]
    limit: float

    def row(self) -> tuple[str, ...]:
        """Median, 99th of a hundred, longest, limit."""
        ninety_ninth = quantiles(self.times, n=100)[98]
        return self.name, *(f"{each:.1f}" for each in (median(self.times), ninety_ninth, max(self.times), self.limit))


def roster(chance: random.Random) -> dict[str, Any]:
    """A body of that size; every station has members, every community a station."""
    stations = [f"st-{n:03}" for n in range(STATIONS)]
    communities = [f"c-{n:04}" for n in range(COMMUNITIES)]
    return {
        "body": {"code": "zhaosu", "tier": "county", "parent": "ili", "time_zone": "Asia/Shanghai"},
        "townships": [f"t-{n:03}" for n in range(TOWNSHIPS)],
        "stations": [
            {"code": code, "kind": "township", "township": f"t-{n % TOWNSHIPS:03}"} for n, code in enumerate(stations)
        ],
        "communities": [
            {"code": code, "township": f"t-{n % STATIONS % TOWNSHIPS:03}", "station": stations[n % STATIONS]}
            for n, code in enumerate(communities)
        ],
        "members": [
            {
                "code": f"m-{n:04}",
                "stations": [stations[n % STATIONS]],
                "communities": [communities[n % COMMUNITIES]],
                "expertise": chance.sample(CATEGORIES, 2),
                "languages": list(chance.choice(LANGUAGES)),
                # Every fortieth is away, with the next one to stand in.
                **(
                    {"leave": [{"begins_on": "2026-02-20", "ends_on": "2026-03-20", "stand_in": f"m-{n + 1:04}"}]}
                    if n % 40 == 0
                    else {}
                ),
            }
            for n in range(MEMBERS)
        ],
        "departments": [{"code": "d-all", "categories": list(CATEGORIES)}],
        "duty_days": {"days_of_month": [2, 10, 20], "hours": "10:00-13:00"},
    }


def open_issues(chance: random.Random, whole: dict[str, Any]) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None]]:
    """Orders of the last two months, each with the asking of whoever has it."""
    communities = whole["communities"]
    states, weights = [state for state, _ in STATES], [weight for _, weight in STATES]
    references: set[str] = set()
    while len(references) < OPEN:  # so many, drawn by chance, may meet
        references.add(new_reference())
    for reference in sorted(references):
        community = chance.choice(communities)
        state = chance.choices(states, weights)[0]
        at = NOW - timedelta(minutes=chance.randrange(60 * 24 * 60))
        carried = state in ("accepted", "assigned")
        member = f"m-{chance.randrange(MEMBERS):04}" if carried else None
        due = at + timedelta(days=62)
        order = {
            "reference": reference,
            "state": state,
            "station": community["station"],
            "community": community["code"],
            "township": community["township"],
            "category": chance.choice(CATEGORIES),
            "channel": "web",
            "language": "ug",
            "submitted_at": at,
            "on_paper": False,
            "member": member,
            "attempt": 1 if member else 0,
            "round": 1,
            "answer_by": due if state == "assigned" else None,
            "take_by": at + timedelta(days=2),
            "why": {"chosen_by": "dispatcher"} if member else {"chosen_by": "nobody", "asked_before": 0},
            "proposed_owner": "ili" if state == "returned" else None,
            "version": 1,
            "intake_version": 1,
            "case_version": 0,
        }
        asking = {
            "reference": order["reference"], "attempt": 1, "member": member, "asked_at": at, "answer_by": due,
            "why": order["why"], "round": 1, "ending": "accepted" if state == "accepted" else None,
        }  # fmt: skip
        yield order, asking if member else None


async def fill(database: Database, issues: Sequence[tuple[dict[str, Any], dict[str, Any] | None]]) -> None:
    """Write the orders as they would be after two months."""
    carried = Counter(asking["member"] for _, asking in issues if asking)
    latest: dict[str, datetime] = {}
    for _, asking in issues:
        if asking:
            latest[asking["member"]] = max(asking["asked_at"], latest.get(asking["member"], asking["asked_at"]))
    loads = [
        {"member": code, "open_orders": carried[code], "last_assigned_at": latest[code]} for code in sorted(carried)
    ]
    for first in range(0, len(issues), AT_ONCE):
        part = issues[first : first + AT_ONCE]
        async with database.writing() as connection:
            await connection.add(ORDERS, [order for order, _ in part])
            await connection.add(ASKINGS, [asking for _, asking in part if asking])
    async with database.writing() as connection:
        await connection.add(WORKLOADS, loads)
        # What nobody fitted was tried with the roster that comes now; else the service would be busy with that.
        await connection.add(TRIED, [{"id": 1, "roster_revision": 1, "on_day": NOW.date()}])


async def time_decisions(reader: Reader, rule: Rule, name: str, chance: random.Random, times: int) -> Timed:
    """A decision as it is made for an issue: roster, rule and calendar looked up, loads read, the first chosen."""
    deciding = Deciding(RosterBook("zhaosu"), RuleBook(), CalendarBook("Asia/Shanghai"))
    directory = (await deciding.scene(reader, NOW)).directory
    assert directory is not None
    communities = directory.roster.communities
    directory.availability((await deciding.scene(reader, NOW)).on)  # reckoned once a day
    took = []
    for _ in range(times):
        community = chance.choice(communities)
        begun = time.perf_counter()
        scene = (await deciding.scene(reader, NOW)).under(rule)
        matter = scene.matter_at(
            community.station or "", community.code, chance.choice(CATEGORIES), chance.choice(LANGUAGES)[0], "walk-in"
        )
        shortlist = scene.shortlist(matter)
        choice = choose(shortlist, await scene.loads(reader, [shortlist]))
        took.append((time.perf_counter() - begun) * 1000)
        assert choice is not None
    return Timed(f"a decision by {name}", took, DECISION_MS)


async def time_page(office: Office, path: str, times: int) -> Timed:
    """A page, from the request to its last byte, without a network."""

    async def once() -> float:
        begun = time.perf_counter()
        answer = await office.http.get(path, headers={"Accept": "text/html, application/json"})
        took = (time.perf_counter() - begun) * 1000
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text[:300]}"
        return took

    await once()  # the template is compiled
    return Timed(path if len(path) < 70 else f"{path[:67]}...", [await once() for _ in range(times)], PAGE_MS)


async def measured(database_url: str, folder: Path, server: NatsServer, times: int) -> list[Timed]:
    """Everything, one after the other."""
    chance = random.Random(1)
    whole = roster(chance)
    found: list[Timed] = []
    issues = list(open_issues(chance, whole))
    database = open_database(database_url)
    await upgrade(database, Path(tables.__file__).parent / "migrations")
    await fill(database, issues)
    holder, reference = next((order["member"], order["reference"]) for order, asking in issues if asking)
    del issues
    async with running_office(database_url, server, folder) as office:
        sent = await office.http.post(
            "/api/v1/roster", content=json.dumps(whole), headers=office.as_("officer"), timeout=120
        )
        assert sent.status_code == 200, sent.text
        settle_memory()  # as a body does when it has started
        reader = Reader(database)
        for name, rule in RULES.items():
            found.append(await time_decisions(reader, rule, name, chance, times * 10))
        narrow = "/office/queue?state=assigned&category=beekeeping&township=t-007"
        for role, code, paths in (
            ("dispatcher", None, (*OFFICE, narrow, f"{narrow}&late=true", f"/work/orders/{reference}")),
            ("member", holder, MEMBERS_OWN),
        ):
            token = office.as_(role, code)["Authorization"].removeprefix("Bearer ")
            office.http.cookies.set(SESSION_COOKIE, token)
            for path in paths:
                found.append(await time_page(office, path, times))
        await database.dispose()
    return found


OFFICE: tuple[str, ...] = (
    "/office",
    "/office/queue",
    "/office/queue?late=true",
    "/office/queue?state=assigned",
    "/office/orders",
    "/office/orders?state=accepted",
    "/office/what-if",
    "/office/what-if?community=c-0007&category=beekeeping&language=kk-Arab&channel=walk-in",
    "/office/rule",
    "/office/roster",
    "/office/roster/members",
    "/office/roster/stations",
    "/office/roster/departments",
    "/office/calendar",
    "/api/v1/orders/queue?state=unroutable&late=true",
    "/api/v1/what-if?community=c-0007&category=beekeeping&language=kk-Arab",
)
MEMBERS_OWN: tuple[str, ...] = ("/work/orders", "/api/v1/orders", "/api/v1/orders?scope=station")


def main(arguments: Sequence[str]) -> int:
    """Measure and print; 1 where something is over its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=30, help="how often each page is asked; decisions ten times that")
    parser.add_argument("--database", help="URL of an empty database instead of a SQLite file")
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="doorstep-scale-") as name:
        folder = Path(name)
        server = NatsServer(folder / "nats").start()
        try:
            url = chosen.database or f"sqlite:///{folder}/service.db"
            found = asyncio.run(measured(url, folder, server, chosen.times))
        finally:
            server.kill()
    shown = Table("what", "median ms", "p99", "longest", "limit", title=f"{MEMBERS} members, {OPEN} open issues")
    for each in found:
        shown.add_row(*each.row())
    Console(width=130).print(shown)
    return 1 if any(quantiles(each.times, n=100)[98] > each.limit for each in found) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
