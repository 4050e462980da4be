"""The shortest possible way from a submission to a durable notice: the waits for the disk alone."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from pathlib import Path
from statistics import median

import nats
from nats.js.api import StreamConfig

from tests.servers import NatsServer

COMMITS, PUBLISHED = 3, 2
"""Intake, routing and notify each commit once; two events lie between them."""
_SAMPLES = 200


def floor_ms(folder: Path) -> float:
    """Median milliseconds of three commits and two acknowledged publishes, nothing else done in between."""
    server = NatsServer(folder, "floor").start()
    try:
        published = asyncio.run(_publish_ms(server.url))
    finally:
        server.kill()
    return COMMITS * _commit_ms(folder / "floor.db") + PUBLISHED * published


def _commit_ms(path: Path) -> float:
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=FULL")
    database.execute("CREATE TABLE one (words TEXT)")
    took = []
    for _ in range(_SAMPLES):
        began = time.perf_counter()
        database.execute("INSERT INTO one VALUES ('x')")
        took.append(time.perf_counter() - began)
    database.close()
    return median(took) * 1000


async def _publish_ms(url: str) -> float:
    client = await nats.connect(url)
    js = client.jetstream()
    await js.add_stream(StreamConfig(name="FLOOR", subjects=["floor"]))
    took = []
    for _ in range(_SAMPLES):
        began = time.perf_counter()
        await js.publish("floor", b"{}")
        took.append(time.perf_counter() - began)
    await client.close()
    return median(took) * 1000
