"""The unit of work on both databases: all or nothing for each job, and one commit for many."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest
from sqlalchemy import Column, MetaData, String, Table, event, func, select

from shared.clock import SystemClock
from shared.db.engine import Database, open_database
from shared.db.idempotency import idempotency_table, once
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.errors import Conflict

METADATA = MetaData()
THINGS = Table("things", METADATA, Column("name", String(40), primary_key=True))
ANSWERS = idempotency_table(METADATA)


class Shop:
    """A database with its writer, and a count of the commits made."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.writer = Writer(database, SystemClock())
        self.reader = Reader(database)
        self.commits = 0
        event.listen(database.engine, "commit", self._count)

    def _count(self, _connection: object) -> None:
        self.commits += 1

    async def add(self, name: str, *, fail: bool = False) -> str:
        async def job(tx: Transaction) -> str:
            await tx.execute(THINGS.insert(), {"name": name})
            if fail:
                raise ValueError(name)
            return name

        return await self.writer.run(job)

    async def names(self) -> int:
        return int(await self.reader.scalar(select(func.count()).select_from(THINGS)))


@pytest.fixture
async def shop(database_url: str) -> AsyncIterator[Shop]:
    database = open_database(database_url)
    async with database.writing() as connection:
        await connection.run(METADATA.create_all)
    made = Shop(database)
    async with made.writer.running():
        yield made
    await database.dispose()


async def test_many_jobs_share_a_commit_and_each_stands_alone(shop: Shop) -> None:
    results = await asyncio.gather(
        *(shop.add(f"n{number}", fail=number % 5 == 0) for number in range(100)), return_exceptions=True
    )
    assert [isinstance(result, ValueError) for result in results] == [number % 5 == 0 for number in range(100)]
    assert await shop.names() == 80
    assert shop.commits <= 5


async def test_what_was_returned_is_durable_for_another_connection(shop: Shop) -> None:
    for number in range(10):
        await shop.add(f"n{number}")
        assert await shop.names() == number + 1


async def test_a_failing_batch_is_tried_singly(shop: Shop) -> None:
    async def batch(tx: Transaction, names: Sequence[str]) -> Sequence[str | Exception]:
        await tx.execute(THINGS.insert(), [{"name": name} for name in names])
        return [f"got {name}" for name in names]

    results = await asyncio.gather(
        *(shop.writer.run_batched(batch, name) for name in ("a", "b", "a", "c")), return_exceptions=True
    )
    assert results[0::3] == ["got a", "got c"] and results[1] == "got b"
    assert isinstance(results[2], Exception)
    assert await shop.names() == 3


async def test_a_database_that_went_away_fails_the_job_and_not_the_writer(shop: Shop) -> None:
    def refuse(_connection: object) -> None:
        raise OSError("no space left")

    event.listen(shop.database.engine, "commit", refuse)
    with pytest.raises(OSError, match="no space"):
        await shop.add("lost")
    event.remove(shop.database.engine, "commit", refuse)
    assert await shop.names() == 0
    assert await shop.add("kept") == "kept"


class Key:
    def __init__(self, scope_hash: str, fingerprint: str) -> None:
        self.scope_hash = scope_hash
        self.fingerprint = fingerprint

    def check(self, remembered_fingerprint: str) -> None:
        if remembered_fingerprint != self.fingerprint:
            raise Conflict("idempotency-key-reused", "This Idempotency-Key was already used for a different request.")


async def test_a_request_sent_five_times_at_once_is_done_once(shop: Shop) -> None:
    async def job(tx: Transaction) -> tuple[int, dict[str, str]]:
        await tx.execute(THINGS.insert(), {"name": "once"})
        return 201, {"name": "once"}

    answers = await asyncio.gather(*(once(shop.writer, ANSWERS, Key("k", "same"), job) for _ in range(5)))
    assert answers == [(201, {"name": "once"})] * 5
    with pytest.raises(Conflict):
        await once(shop.writer, ANSWERS, Key("k", "other"), job)
    assert await shop.names() == 1


async def test_a_refused_request_leaves_its_key_free(shop: Shop) -> None:
    async def refused(tx: Transaction) -> tuple[int, None]:
        raise ValueError("not yet")

    async def accepted(tx: Transaction) -> tuple[int, None]:
        return 204, None

    with pytest.raises(ValueError, match="not yet"):
        await once(shop.writer, ANSWERS, Key("k", "same"), refused)
    assert await once(shop.writer, ANSWERS, Key("k", "same"), accepted) == (204, None)
