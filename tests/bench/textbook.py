"""The same job the way tutorials show it, kept for comparison. Not an example to follow.

One FastAPI app; ORM sessions; an outbox that is polled and published one by one; FastStream subscribers that take
one message at a time, each in a transaction of its own. What it promises is the same: nothing is answered,
acknowledged or published before it is durable (SQLite ``synchronous=FULL``, JetStream ``sync_interval: always``),
and no event is applied twice.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from fastapi import FastAPI
from faststream import AckPolicy
from faststream.nats import JStream, NatsBroker, PullSub
from nats.js.api import StorageType, StreamConfig
from pydantic import BaseModel
from sqlalchemy import MetaData, event, func
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlmodel import Field, SQLModel, select
from sqlmodel.ext.asyncio.session import AsyncSession

from shared.ids import new_reference
from tests.bench.bare import serve
from tests.bench.submission import Receipt, Submission, stations

Sessions = async_sessionmaker[AsyncSession]

STREAM = JStream("TEXTBOOK", declare=False)
SUBMITTED = "textbook.issue.submitted"
ASSIGNED = "textbook.issue.assigned"
POLL_SECONDS = 0.05
PUBLISH_TIMEOUT_SECONDS = 5.0


class IssueSubmitted(BaseModel):
    event_id: str
    reference: str
    station: str | None


class IssueAssigned(BaseModel):
    event_id: str
    reference: str
    member: str


class IntakeRow(SQLModel):
    metadata = MetaData()


class RoutingRow(SQLModel):
    metadata = MetaData()


class NotifyRow(SQLModel):
    metadata = MetaData()


class Issue(IntakeRow, table=True):
    reference: str = Field(primary_key=True)
    tracking_code: str = Field(unique=True)
    station: str | None
    words: str
    language: str
    phone: str | None
    submitted_at: datetime


class OutboxRow(SQLModel):
    id: int | None = Field(default=None, primary_key=True)
    subject: str
    body: str
    published_at: datetime | None = Field(default=None, index=True)


class IntakeOutbox(OutboxRow, IntakeRow, table=True): ...


class Member(RoutingRow, table=True):
    code: str = Field(primary_key=True)
    station: str = Field(index=True)
    orders: int = 0


class Assignment(RoutingRow, table=True):
    reference: str = Field(primary_key=True)
    member: str = Field(index=True)
    assigned_at: datetime


class RoutingInbox(RoutingRow, table=True):
    event_id: str = Field(primary_key=True)


class RoutingOutbox(OutboxRow, RoutingRow, table=True): ...


class Notice(NotifyRow, table=True):
    id: int | None = Field(default=None, primary_key=True)
    reference: str = Field(index=True)
    member: str
    state: str
    queued_at: datetime


class NotifyInbox(NotifyRow, table=True):
    event_id: str = Field(primary_key=True)


class OrdersOfMember(NotifyRow, table=True):
    member: str = Field(primary_key=True)
    orders: int = 0


def intake_api(sessions: Sessions) -> FastAPI:
    """Takes submissions: the row and the outbox row in one transaction."""
    app = FastAPI()

    @app.get("/readyz")
    async def readyz() -> dict[str, bool]:
        return {}

    @app.post("/api/v1/issues", status_code=201)
    async def submit(submission: Submission) -> Receipt:
        receipt = Receipt(reference=new_reference(), tracking_code=uuid4().hex)
        event = IssueSubmitted(event_id=str(uuid4()), reference=receipt.reference, station=submission.station)
        async with sessions() as session:
            session.add(
                Issue(
                    reference=receipt.reference,
                    tracking_code=receipt.tracking_code,
                    station=submission.station,
                    words=submission.words,
                    language=submission.language,
                    phone=submission.contact.phone if submission.contact else None,
                    submitted_at=datetime.now(UTC),
                )
            )
            session.add(IntakeOutbox(subject=SUBMITTED, body=event.model_dump_json()))
            await session.commit()
        return receipt

    return app


async def assign(sessions: Sessions, event: IssueSubmitted) -> None:
    """Give the issue to the least burdened member of its station."""
    async with sessions() as session:
        if await session.get(RoutingInbox, event.event_id):
            return
        session.add(RoutingInbox(event_id=event.event_id))
        of_station = select(Member).where(Member.station == event.station).order_by(Member.orders)  # type: ignore[arg-type]
        member = (await session.exec(of_station.limit(1))).one()
        member.orders += 1
        session.add(Assignment(reference=event.reference, member=member.code, assigned_at=datetime.now(UTC)))
        assigned = IssueAssigned(event_id=str(uuid4()), reference=event.reference, member=member.code)
        session.add(RoutingOutbox(subject=ASSIGNED, body=assigned.model_dump_json()))
        await session.commit()


async def queue_notice(sessions: Sessions, event: IssueAssigned) -> None:
    """Queue the notice, and count the order in a projection."""
    async with sessions() as session:
        if await session.get(NotifyInbox, event.event_id):
            return
        session.add(NotifyInbox(event_id=event.event_id))
        session.add(Notice(reference=event.reference, member=event.member, state="queued", queued_at=datetime.now(UTC)))
        orders = await session.get(OrdersOfMember, event.member) or OrdersOfMember(member=event.member)
        orders.orders += 1
        session.add(orders)
        await session.commit()


async def relay(sessions: Sessions, outbox: type[IntakeOutbox] | type[RoutingOutbox], broker: NatsBroker) -> None:
    """Publish the oldest row that is not published, mark it, and so on; look again now and then."""
    while True:
        async with sessions() as session:
            waiting = select(outbox).where(outbox.published_at == None).order_by(outbox.id).limit(1)  # type: ignore[arg-type] # noqa: E711
            row = (await session.exec(waiting)).first()
            if row is not None:
                await broker.publish(
                    row.body,
                    row.subject,
                    headers={"content-type": "application/json"},
                    stream=STREAM.name,
                    timeout=PUBLISH_TIMEOUT_SECONDS,
                )
                row.published_at = datetime.now(UTC)
                session.add(row)
                await session.commit()
        if row is None:
            await asyncio.sleep(POLL_SECONDS)


def broker_of(url: str, routing: Sessions, notify: Sessions) -> NatsBroker:
    """Subscribers that take one message at a time."""
    broker = NatsBroker(url, logger=None, ack_policy=AckPolicy.NACK_ON_ERROR)

    @broker.subscriber(SUBMITTED, stream=STREAM, durable="routing", pull_sub=PullSub())
    async def on_submitted(event: IssueSubmitted) -> None:
        await assign(routing, event)

    @broker.subscriber(ASSIGNED, stream=STREAM, durable="notify", pull_sub=PullSub())
    async def on_assigned(event: IssueAssigned) -> None:
        await queue_notice(notify, event)

    return broker


def _engine(path: Path) -> AsyncEngine:
    # One connection and BEGIN IMMEDIATE, or its handlers fail as "locked".
    engine = create_async_engine(f"sqlite+aiosqlite:///{path}", pool_size=1, max_overflow=0)

    @event.listens_for(engine.sync_engine, "connect")
    def durable(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def textbook_app(nats_url: str, folder: Path) -> FastAPI:
    """The whole pipeline in one app, with a database per step as the product has."""
    engines = {name: _engine(folder / f"{name}.db") for name in ("intake", "routing", "notify")}
    intake, routing, notify = (
        async_sessionmaker(engine, class_=AsyncSession, expire_on_commit=False) for engine in engines.values()
    )
    app = intake_api(intake)
    broker = broker_of(nats_url, routing, notify)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            rows: Sequence[type[SQLModel]] = (IntakeRow, RoutingRow, NotifyRow)
            for engine, row in zip(engines.values(), rows, strict=True):
                stack.push_async_callback(engine.dispose)
                async with engine.begin() as connection:
                    await connection.run_sync(row.metadata.create_all)
            await _settle(routing)
            client = await broker.connect()
            config = StreamConfig(name=STREAM.name, subjects=["textbook.>"], storage=StorageType.FILE)
            await client.jetstream().add_stream(config)
            await broker.start()
            stack.push_async_callback(broker.stop)
            for sessions, outbox in ((intake, IntakeOutbox), (routing, RoutingOutbox)):
                task = asyncio.create_task(relay(sessions, outbox, broker))
                stack.callback(task.cancel)
            yield

    app.router.lifespan_context = lifespan
    return app


async def _settle(routing: Sessions) -> None:
    """Ten members at every station, as the sample county has."""
    async with routing() as session:
        if not (await session.exec(select(func.count()).select_from(Member))).one():
            session.add_all(
                Member(code=f"{station}-m{number}", station=station) for station in stations() for number in range(10)
            )
            await session.commit()


if __name__ == "__main__":
    arguments: list[Any] = sys.argv[1:]
    serve(textbook_app(arguments[1], Path(arguments[2])), int(arguments[0]))
