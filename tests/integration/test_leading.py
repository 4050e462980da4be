"""Several processes of one service on one PostgreSQL database: one publishes for all, and another when it is gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import nats
import pytest
from nats.js.api import StreamConfig
from sqlalchemy import MetaData, select, text
from sqlalchemy.ext.asyncio import create_async_engine

from shared.clock import SystemClock
from shared.contracts import inner
from shared.db.locks import LEADER
from shared.db.transaction import Transaction
from shared.messaging.handlers import Handlers, Received
from shared.messaging.tables import messaging_tables
from shared.runtime import Runtime, inner_durable
from shared.settings import ServiceSettings
from tests.integration.test_messaging import settings, submitted, until
from tests.servers import NatsServer

METADATA = MetaData()
TABLES = messaging_tables(METADATA)


class Replica:
    """One process of the service, as far as a database and a message server can tell."""

    def __init__(self, own: ServiceSettings, applied: list[str]) -> None:
        self.name = own.service
        self.published: list[str] = []
        self.duties = 0
        handlers = Handlers()

        async def hear(tx: Transaction, received: Received[inner.IssueSubmitted]) -> None:
            applied.append(received.event.reference)

        handlers.each(inner.IssueSubmitted, hear)
        self.runtime = Runtime(
            own,
            SystemClock(),
            tables=TABLES,
            migrations=Path(),
            handlers=handlers,
            durable=inner_durable(own, handlers),
        )
        publish = self.runtime.relay._publish

        async def noted(writer, letters) -> None:  # type: ignore[no-untyped-def]
            self.published += [letter.event_id for letter in letters]
            await publish(writer, letters)

        self.runtime.relay._publish = noted  # type: ignore[method-assign]

    async def say(self, *references: str) -> None:
        async def job(tx: Transaction) -> None:
            for reference in references:
                tx.announce(submitted(reference), event_id=f"id-{reference}")

        await self.runtime.writer.run(job)

    def duty(self):  # type: ignore[no-untyped-def]
        replica = self

        class Duty:
            async def __aenter__(self) -> None:
                replica.duties += 1

            async def __aexit__(self, *_: object) -> None:
                replica.duties -= 1

        return Duty()


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[str]:
    admin = create_async_engine(postgres_url, isolation_level="AUTOCOMMIT")
    async with admin.connect() as connection:
        await connection.execute(text("CREATE DATABASE led"))
    yield postgres_url.replace("/postgres?", "/led?")
    async with admin.connect() as connection:
        await connection.execute(text("DROP DATABASE led WITH (FORCE)"))
    await admin.dispose()


async def test_one_of_two_publishes_and_the_other_takes_over_when_it_is_cut_off(
    database: str, nats_server: NatsServer
) -> None:
    client = await nats.connect(nats_server.url)
    await client.jetstream().add_stream(StreamConfig(name="INNER", subjects=["doorstep.zhaosu.inner.>"]))
    applied: list[str] = []
    replicas = [Replica(settings("probe", database, nats_server), applied) for _ in range(2)]
    async with AsyncExitStack() as stack:
        for replica in replicas:
            stack.push_async_callback(replica.runtime.database.dispose)
        async with replicas[0].runtime.database.writing() as connection:
            await connection.run(METADATA.create_all)
        for replica in replicas:
            await stack.enter_async_context(replica.runtime.working(replica.duty))
        first, second = replicas

        async def said() -> int:
            return (await client.jetstream().stream_info("INNER")).state.messages

        await asyncio.gather(*(replicas[number % 2].say(f"a{number}") for number in range(60)))
        await until(said, 60, seconds=20)
        assert [first.runtime.leading.leads, second.runtime.leading.leads] == [True, False]
        assert (first.duties, second.duties) == (1, 0)
        assert second.published == []
        order = await first.runtime.reader.all(select(TABLES.outbox.c.event_id).order_by(TABLES.outbox.c.id))
        assert first.published == [row.event_id for row in order], "each once, in the order in which they were written"

        holder = (
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
            f" AND classid = {LEADER[0]} AND objid = {LEADER[1]}"
        )
        await first.runtime.reader.all(text(holder))

        async def leading() -> list[bool]:
            return [replica.runtime.leading.leads for replica in replicas]

        await until(leading, [False, True], seconds=20)
        await until(lambda: _of(first, second), (0, 1), seconds=20)
        await asyncio.gather(*(replicas[number % 2].say(f"b{number}") for number in range(60)))
        await until(said, 120, seconds=20)
        assert len(first.published) == 60, "who does not lead publishes nothing"
        assert sorted(second.published[-60:]) == sorted(f"id-b{number}" for number in range(60))
        await until(second.runtime.relay.depth, 0, seconds=20)

        async def heard() -> int:
            return len(applied)

        await until(heard, 120, seconds=20)
        assert len(set(applied)) == 120
    await client.close()


async def _of(*replicas: Replica) -> tuple[int, ...]:
    return tuple(replica.duties for replica in replicas)
