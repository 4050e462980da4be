"""What a service's own database holds, read beside the running service."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from tests.instance import Instance

MESSAGING = frozenset({"inbox", "tries", "parked", "outbox", "alembic_version"})


@contextmanager
def _opened(instance: Instance, body: str, service: str) -> Iterator[sqlite3.Connection]:
    path = instance.run["bodies"][body]["database_urls"][service].removeprefix("sqlite:///")
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=20)
    try:
        yield database
    finally:
        database.close()


def row_counts(instance: Instance, body: str = "zhaosu") -> dict[str, int]:
    """How many rows each table of each service holds, those of messaging left out; SQLite only."""
    counts = {}
    for service in instance.run["bodies"][body]["database_urls"]:
        with _opened(instance, body, service) as database:
            tables = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            for table in sorted(set(tables) - MESSAGING):
                if not table.startswith("sqlite_"):
                    counts[f"{service}.{table}"] = database.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]
    return counts


def said(instance: Instance, body: str = "zhaosu") -> int:
    """How many events the services of ``body`` have written down in their outboxes."""
    return sum(_count(instance, body, "SELECT count(*) FROM outbox"))


def unsaid(instance: Instance, body: str) -> int:
    """How many of them no server has confirmed yet."""
    return sum(_count(instance, body, "SELECT count(*) FROM outbox WHERE published_at IS NULL"))


def _count(instance: Instance, body: str, query: str) -> Iterator[int]:
    for service in instance.run["bodies"][body]["database_urls"]:
        with _opened(instance, body, service) as database:
            yield database.execute(query).fetchone()[0]
