"""Outbox to inbox on a real nats-server and both databases: nothing lost, nothing twice, in order, nothing spins."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import nats
import pytest
from nats.js.api import StreamConfig
from sqlalchemy import Column, MetaData, String, Table, func, select

from shared.clock import SystemClock
from shared.contracts import inner
from shared.db.transaction import Transaction
from shared.errors import TooEarly
from shared.messaging.handlers import Handlers, Received
from shared.messaging.tables import messaging_tables
from shared.runtime import Runtime, inner_durable
from shared.settings import ServiceSettings
from tests.servers import NatsServer

METADATA = MetaData()
TABLES = messaging_tables(METADATA)
EFFECTS = Table("effects", METADATA, Column("reference", String(40), primary_key=True))


def submitted(reference: str) -> inner.IssueSubmitted:
    return inner.IssueSubmitted(
        occurred_at=datetime(2023, 1, 6, tzinfo=UTC),
        reference=reference,
        version_of_issue=1,
        station=None,
        community="c1",
        category=None,
        channel="web",
        language="ug",
        anonymous=True,
        reply_by="none",
    )


async def apply(tx: Transaction, received: Received[inner.IssueSubmitted]) -> None:
    """A plain INSERT: applying the same event twice would fail on the key."""
    await tx.execute(EFFECTS.insert(), {"reference": received.event.reference})


def settings(service: str, database_url: str, server: NatsServer) -> ServiceSettings:
    return ServiceSettings(
        body="zhaosu",
        tier="county",
        service=service,
        database_url=database_url,
        nats_url=server.url,
        origin="http://127.0.0.1:1",
        signing_key="",
        verify_keys={},
    )


@pytest.fixture
async def stream(nats_server: NatsServer) -> AsyncIterator[NatsServer]:
    client = await nats.connect(nats_server.url)
    await client.jetstream().add_stream(StreamConfig(name="INNER", subjects=["doorstep.zhaosu.inner.>"]))
    yield nats_server
    await client.close()


@pytest.fixture
def runtime_of(database_url: str, stream: NatsServer, tmp_path: Path) -> Callable[..., object]:
    """A service that only has messaging, with the handler the test gives it."""

    @asynccontextmanager
    async def start(handle=apply, delays=(0.05, 0.1), parks_unknown=False):  # type: ignore[no-untyped-def]
        handlers = Handlers()
        handlers.each(inner.IssueSubmitted, handle)
        own = settings("probe", database_url, stream)
        runtime = Runtime(
            own,
            SystemClock(),
            tables=TABLES,
            migrations=Path(__file__).parent / "no-migrations",
            handlers=handlers,
            durable=inner_durable(own, handlers, hears_all=parks_unknown),
            parks_unknown=parks_unknown,
        )
        runtime.consumer._delays = delays
        async with runtime.database.writing() as connection:
            await connection.run(METADATA.create_all)
        async with runtime.working():
            yield runtime
        await runtime.database.dispose()

    return start


async def until(look, expected, seconds: float = 20.0):  # type: ignore[no-untyped-def]
    """Look until it is ``expected``; the pause is between looks at a database that other tasks fill."""
    deadline = asyncio.get_running_loop().time() + seconds
    while (found := await look()) != expected:
        assert asyncio.get_running_loop().time() < deadline, f"still {found}, wanted {expected}"
        await asyncio.sleep(0.02)


async def effects(runtime: Runtime) -> int:
    return int(await runtime.reader.scalar(select(func.count()).select_from(EFFECTS)))


async def announce(runtime: Runtime, *references: str) -> None:
    async def job(tx: Transaction) -> None:
        for reference in references:
            tx.announce(submitted(reference), event_id=f"id-{reference}")

    await runtime.writer.run(job)


async def test_an_announcement_is_applied_once_and_marked(runtime_of) -> None:
    async with runtime_of() as runtime:
        await asyncio.gather(*(announce(runtime, f"r{n}") for n in range(500)))
        await announce(runtime, "r0")  # said again under the same id: the same event
        await until(lambda: effects(runtime), 500)
        await until(runtime.relay.depth, 0)
        assert await runtime.parking.count() == 0


async def test_a_refused_job_announces_nothing_and_spares_its_neighbours(runtime_of) -> None:
    async def refused(tx: Transaction) -> None:
        tx.announce(submitted("never"))
        await tx.execute(EFFECTS.insert(), {"reference": "never"})
        raise ValueError("no")

    async with runtime_of() as runtime:
        results = await asyncio.gather(
            announce(runtime, "a"), runtime.writer.run(refused), announce(runtime, "b"), return_exceptions=True
        )
        assert [type(result) for result in results] == [type(None), ValueError, type(None)]
        await until(lambda: effects(runtime), 2)


async def test_a_bad_event_is_parked_alone_and_can_be_sent_again(runtime_of, stream: NatsServer) -> None:
    broken = {"bad": True}

    async def picky(tx: Transaction, received: Received[inner.IssueSubmitted]) -> None:
        if received.event.reference == "bad" and broken["bad"]:
            raise RuntimeError("cannot")
        await apply(tx, received)

    async with runtime_of(picky) as runtime:
        await announce(runtime, "a", "bad", "b", "c")
        await until(lambda: effects(runtime), 3)
        await until(runtime.parking.count, 1)
        [parked] = await runtime.parking.waiting()
        assert (parked.event_id, parked.tries) == ("id-bad", 3)
        assert "RuntimeError: cannot" in parked.reason

        broken["bad"] = False
        await runtime.consumer.resend(parked)
        assert await effects(runtime) == 4
        assert await runtime.parking.count() == 0
        await until(runtime.link.pending, 0)


async def test_malformed_unknown_and_forged_events_are_parked_with_their_reason(runtime_of, stream: NatsServer) -> None:
    client = await nats.connect(stream.url)
    js = client.jetstream()
    async with runtime_of(parks_unknown=True) as runtime:
        subject = "doorstep.zhaosu.inner.issue.submitted.v1"
        await js.publish(subject, b"\xff\x00 not json")
        await js.publish(subject, b'{"reference": 7}')
        await js.publish("doorstep.zhaosu.inner.issue.submitted.v9", b"{}")
        await js.publish("doorstep.zhaosu.inner.issue.exploded.v1", b"{}")
        await js.publish(subject, submitted("x").model_dump_json().encode(), headers={"ce-source": "/hami/intake"})
        await js.publish("doorstep.zhaosu.inner.visit.made.v1", b"not ours, so not read")
        await announce(runtime, "good")
        await until(runtime.parking.count, 5)
        await until(lambda: effects(runtime), 1)
        reasons = Counter(parked.reason.split(":")[0] for parked in await runtime.parking.waiting())
        assert reasons == {"malformed": 2, "NotAnEvent": 3}
        await until(runtime.link.pending, 0)
    await client.close()


async def test_an_early_event_waits_for_the_one_before(runtime_of) -> None:
    tries: list[str] = []

    async def ordered(tx: Transaction, received: Received[inner.IssueSubmitted]) -> None:
        tries.append(received.event.reference)
        if (
            received.event.reference == "second"
            and await tx.scalar(select(func.count()).select_from(EFFECTS).where(EFFECTS.c.reference == "first")) == 0
        ):
            raise TooEarly
        await apply(tx, received)

    async with runtime_of(ordered, delays=(0.3, 0.3, 0.3)) as runtime:
        await announce(runtime, "second")
        await announce(runtime, "first")
        await until(lambda: effects(runtime), 2)
        assert tries.count("first") == 1


async def test_the_server_killed_and_back_loses_and_repeats_nothing(runtime_of, stream: NatsServer) -> None:
    async with runtime_of() as runtime:
        await announce(runtime, *(f"before{n}" for n in range(50)))
        stream.kill()
        await announce(runtime, *(f"while{n}" for n in range(50)))
        stream.start()
        await announce(runtime, *(f"after{n}" for n in range(50)))
        await until(lambda: effects(runtime), 150, seconds=40)
        await until(runtime.relay.depth, 0)
        assert await runtime.parking.count() == 0


async def test_a_deleted_durable_is_declared_again(runtime_of, stream: NatsServer) -> None:
    client = await nats.connect(stream.url)
    async with runtime_of() as runtime:
        await announce(runtime, "a")
        await until(lambda: effects(runtime), 1)
        await client.jetstream().delete_consumer("INNER", "probe-inner-v1")
        await announce(runtime, "b")
        # The new durable begins at the beginning; the inbox knows "a".
        await until(lambda: effects(runtime), 2, seconds=40)
    await client.close()
