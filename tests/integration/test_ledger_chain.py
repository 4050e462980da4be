"""What rises is chained in the transaction that says it; whoever touches it afterwards is named. On both databases."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import MetaData, func, select

from shared.clock import SystemClock
from shared.contracts import report
from shared.db.engine import Database, open_database
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.messaging.chain import beginning, place_in
from shared.messaging.ledger import Ledger
from shared.messaging.outbox import Letter, OutboxTable, unpublished
from shared.messaging.tables import messaging_tables

METADATA = MetaData()
TABLES = messaging_tables(METADATA)
OUTBOX, CHAIN = TABLES.outbox, TABLES.ledger


def submitted(reference: str) -> report.IssueSubmitted:
    return report.IssueSubmitted(
        occurred_at=datetime(2026, 1, 6, tzinfo=UTC),
        reference=reference,
        step=1,
        station=None,
        community="c1",
        category=None,
        channel="web",
    )


class House:
    """A writer with an outbox, and nothing that publishes."""

    def __init__(self, database: Database) -> None:
        self.database, self.reader = database, Reader(database)
        self.handed: list[Letter] = []
        outbox = OutboxTable(TABLES, body="zhaosu", service="intake", hand_over=self.handed.extend)
        self.writer = Writer(database, SystemClock(), outbox)
        self.ledger = Ledger(self.reader, TABLES, _nowhere, body="zhaosu", service="intake")

    async def say(self, *references: str) -> None:
        async def job(tx: Transaction) -> None:
            for reference in references:
                tx.announce(submitted(reference), event_id=f"id-{reference}")

        await self.writer.run(job)

    async def touch(self, *statements: object) -> None:
        """As somebody who has the database and not the service."""
        async with self.database.writing() as connection:
            for statement in statements:
                await connection.execute(statement)  # type: ignore[arg-type]


async def _nowhere() -> object:
    raise AssertionError("nothing is published here")


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    database = open_database(database_url)
    async with database.writing() as connection:
        await connection.run(METADATA.create_all)
    house = House(database)
    async with house.writer.running():
        yield house
    await database.dispose()


async def test_a_chain_grows_by_what_is_new_and_travels_with_it(house: House) -> None:
    await asyncio.gather(*(house.say(f"r{n}") for n in range(20)))
    await house.say("r3", "r20", "r20")  # said before, new, and said twice at once
    assert await house.ledger.verify() == (21, None)
    assert (await house.ledger.head()).position == 21
    places = [place_in(letter.headers) for letter in house.handed]
    assert [place.position for place in places if place] == list(range(1, 22))
    assert places[0] is not None and places[0].previous == beginning("zhaosu", "intake")
    assert all(after.previous == before.hash for before, after in itertools.pairwise(places))  # type: ignore[union-attr]
    # What the relay reads after a restart is to the byte what it was handed.
    _, left = await unpublished(house.reader, TABLES, 100)
    assert left == house.handed
    [day] = await house.ledger.days("2000-01-01")
    assert (day.count, day.position, day.hash) == (21, 21, places[-1].hash)  # type: ignore[union-attr]


async def test_a_refused_job_leaves_no_gap(house: House) -> None:
    async def refused(tx: Transaction) -> None:
        tx.announce(submitted("never"))
        raise ValueError("no")

    await asyncio.gather(house.say("a"), house.writer.run(refused), house.say("b"), return_exceptions=True)
    assert await house.ledger.verify() == (2, None)


async def test_an_altered_event_is_named(house: House) -> None:
    await house.say(*"abcde")
    body = submitted("c").model_dump_json().replace("web", "desk")
    await house.touch(OUTBOX.update().where(OUTBOX.c.event_id == "id-c").values(body=body))
    looked, fault = await house.ledger.verify()
    assert fault is not None
    assert (looked, fault.kind, fault.position, fault.event_id) == (2, "altered", 3, "id-c")


async def test_an_altered_event_whose_hash_was_made_to_fit_is_named(house: House) -> None:
    await house.say(*"abcde")
    await house.touch(CHAIN.update().where(CHAIN.c.position == 3).values(hash="0" * 64))
    await house.touch(CHAIN.update().where(CHAIN.c.position == 4).values(previous="1" * 64))
    _, fault = await house.ledger.verify()
    assert fault is not None
    assert (fault.kind, fault.position, fault.event_id) == ("altered", 3, "id-c")


@pytest.mark.parametrize("with_its_place", [True, False])
async def test_a_missing_event_is_named(house: House, with_its_place: bool) -> None:
    await house.say(*"abcde")
    await house.touch(OUTBOX.delete().where(OUTBOX.c.event_id == "id-d"))
    if with_its_place:
        await house.touch(CHAIN.delete().where(CHAIN.c.event_id == "id-d"))
    _, fault = await house.ledger.verify()
    assert fault is not None
    assert (fault.kind, fault.position, fault.event_id) == ("missing", 4, None if with_its_place else "id-d")


async def test_a_chain_cut_at_its_end_is_missing_what_it_had(house: House) -> None:
    await house.say(*"abcde")
    await house.touch(OUTBOX.delete().where(OUTBOX.c.event_id == "id-e"), CHAIN.delete().where(CHAIN.c.position == 5))
    _, fault = await house.ledger.verify()
    assert fault is not None
    assert (fault.kind, fault.position) == ("missing", 5)


async def test_an_inserted_event_is_named(house: House) -> None:
    await house.say(*"abc")
    forged = {
        "event_id": "id-forged",
        "subject": "doorstep.zhaosu.report.issue.submitted.v1",
        "headers": {"ce-time": "2026-01-06T00:00:00Z"},
        "body": submitted("forged").model_dump_json(),
        "created_at": datetime.now(UTC),
    }
    await house.touch(OUTBOX.insert().values(forged))
    _, fault = await house.ledger.verify()
    assert fault is not None
    assert (fault.kind, fault.event_id) == ("inserted", "id-forged")
    assert await house.reader.scalar(select(func.count()).select_from(CHAIN)) == 3
