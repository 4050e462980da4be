"""The sample of Hami: its ledger replayed gives what the body published, and a correction moves the figure."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from deploy.ledger.facts import Line, read_ledger
from deploy.ledger.replay import Replay
from deploy.sampling import hami
from services.reporting.domain import Period
from services.reporting.projection import live_projection, rows_of
from services.reporting.queries import Reports
from services.reporting.tables import METADATA
from shared.clock import SystemClock
from shared.contracts.event import Event
from shared.db.engine import open_database
from shared.db.reader import Reader
from shared.db.writer import Writer
from tests.integration.consultation_service import BODY, Bench, running
from tests.servers import NatsServer

PUBLISHED = json.loads((Path(__file__).parents[1] / "data" / "figures.json").read_text())["hami"]
YEAR = Period(date(2023, 1, 1), date(2023, 12, 31))


class Officer:
    """Posts the facts of a ledger as the officer of the body under test."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench

    async def post(self, path: str, content: dict[str, Any], *, step: str) -> Any:
        answer = await self._bench.post("officer", path.removeprefix("/api/v1"), content)
        assert answer.status_code in (200, 201), f"{step}: {answer.text}"
        return answer.json()


async def figures_of(events: Sequence[Event], folder: Path) -> dict[str, Any]:
    """What reporting counts of ``events``, in whatever order they come and though some come twice."""
    mixed = [*events, *events[::7]]
    random.Random(5).shuffle(mixed)
    database = open_database(f"sqlite:///{folder}/reporting-{len(events)}.db")
    async with database.writing() as connection:
        await connection.run(METADATA.create_all)
    writer, reader = Writer(database, SystemClock()), Reader(database)
    async with writer.running():
        await writer.run(lambda tx: live_projection().keep(tx, rows_of((BODY, event, None) for event in mixed)))
    reports = Reports(reader, body=BODY, tier="city", parent=None, time_zone=hami.ZONE)
    found = await reports.figures(await reports.body(BODY), YEAR)
    await database.dispose()
    return dict(found)


async def said(bench: Bench) -> list[Event]:
    """Everything that the service reported, once it said all of it."""
    await bench.all_said()
    return await bench.reported()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_ledger_gives_what_was_published(tmp_path: Path, nats_server: NatsServer, database_url: str) -> None:
    ledger = tmp_path / "hami.jsonl"
    ledger.write_text("\n".join(json.dumps(fact, ensure_ascii=False) for fact in hami.facts()))
    lines: Sequence[Line] = read_ledger(ledger)
    async with running(database_url, nats_server) as bench:
        bench.clock.at = datetime(2024, 1, 9, 4, tzinfo=UTC)
        await Replay(Officer(bench)).record(lines, lambda: None)
        found = await figures_of(await said(bench), tmp_path)
        assert {key: found[key] for key in PUBLISHED} == PUBLISHED | {"tier": "city"}
        assert found["topics"] == {"concluded": 7, "put-to-use": 7}

        topics = (await bench.get("officer", "/research/topics")).json()["items"]
        records = await bench.get("officer", f"/research/topics/{topics[0]['id']}/records?register=find")
        find = records.json()["items"][0]["id"]
        withdrawn = await bench.post("officer", f"/research/finds/{find}/withdraw", {"reason": "重复登记"})
        assert withdrawn.status_code == 200
        assert (await figures_of(await said(bench), tmp_path))["finds"] == {"beacon_tower": 43}
