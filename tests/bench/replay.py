"""How fast reported events can be read again: by a loop that only decodes them, and by reporting's rebuild."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

import httpx
import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, PubAck

from deploy.nats.names import uplink_stream
from deploy.run_file import RunningBody
from shared.contracts import report
from shared.contracts.catalogue import EVENTS
from shared.contracts.envelope import headers_of
from shared.contracts.event import Event
from shared.contracts.subjects import subject_of
from shared.ids import new_id, new_reference

WINDOW = 256
"""Acknowledgements outstanding, as the product's relay has."""
PULL = 500
_GIVE_UP_SECONDS = 600.0


async def publish(url: str, body: str, count: int) -> float:
    """Report ``count`` made-up events as ``body`` (account LOCAL at ``url``); gives events a second."""
    async with connected(url) as client:
        js = client.jetstream(publish_async_max_pending=2 * WINDOW)
        began = time.perf_counter()
        events = islice(lives_of_issues(), count)
        while group := list(islice(events, WINDOW)):
            sent = [await send(js, body, event) for event in group]
            await asyncio.gather(*sent)
        return count / (time.perf_counter() - began)


async def read_bare(url: str, body: str) -> float:
    """The limit: read the whole stream (account UPLINK at ``url``) and decode each event; events a second.

    Keeps nothing and acknowledges nothing, and asks for the next events while it decodes the last ones.
    """
    stream = uplink_stream(body)
    classes = {subject_of(body, event): event for event in EVENTS}
    async with connected(url) as client:
        js = client.jetstream(timeout=10)
        total = (await js.stream_info(stream)).state.messages
        config = ConsumerConfig(ack_policy=AckPolicy.NONE, inactive_threshold=60)
        consumer = (await js.add_consumer(stream, config)).name
        inbox = client.new_inbox()
        question = json.dumps({"batch": PULL}).encode()
        finished = asyncio.Event()
        read = 0

        async def ask() -> None:
            await client.publish(f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{consumer}", question, inbox)

        async def decode(message: Msg) -> None:
            nonlocal read
            classes[message.subject].model_validate_json(message.data)
            read += 1
            if read % PULL == 0:
                await ask()
            if read == total:
                finished.set()

        await client.subscribe(inbox, cb=decode, pending_msgs_limit=-1, pending_bytes_limit=-1)
        began = time.perf_counter()
        await ask()
        await ask()
        async with asyncio.timeout(_GIVE_UP_SECONDS):
            await finished.wait()
        return total / (time.perf_counter() - began)


async def rebuild(client: httpx.AsyncClient, body: RunningBody, name: str) -> float:
    """Have the running reporting service rebuild its projection; events of the stream a second."""
    async with connected(body.nats_uplink_url) as nats_client:
        total = (await nats_client.jetstream().stream_info(uplink_stream(name))).state.messages
    began = time.perf_counter()
    started = (await client.post("/api/v1/reporting/rebuild")).raise_for_status().json()
    async with asyncio.timeout(_GIVE_UP_SECONDS):
        while True:
            seen = (await client.get(f"/api/v1/reporting/rebuild/{started['id']}")).raise_for_status().json()
            if seen["state"] == "failed":
                raise RuntimeError(f"the rebuild failed: {seen}")
            if seen["state"] == "done":
                return total / (time.perf_counter() - began)
            await asyncio.sleep(0.05)  # nothing tells when it is done


@dataclass(frozen=True, slots=True)
class Live:
    """Events a second: published, and until reporting had applied the last of them."""

    published: float
    applied: float


async def live(client: httpx.AsyncClient, url: str, body: str, count: int) -> Live:
    """Publish as :func:`publish` does, and wait until the running reporting service has applied it all."""
    began = time.perf_counter()
    published = await publish(url, body, count)
    await until_applied(client)
    return Live(published, count / (time.perf_counter() - began))


async def until_applied(client: httpx.AsyncClient) -> None:
    """Wait until reporting has applied everything that was reported."""
    async with asyncio.timeout(_GIVE_UP_SECONDS):
        while True:
            lag = (await client.get("/api/v1/reporting/lag")).raise_for_status().json()
            if not lag["pending"]:
                return
            await asyncio.sleep(0.05)  # nothing tells when it is done


def submitted_issues(count: int) -> Iterator[report.IssueSubmitted]:
    """``count`` made-up issues that were raised just now."""
    at = datetime.now(UTC)
    return (_submitted(at, new_reference()) for _ in range(count))


def _submitted(at: datetime, reference: str) -> report.IssueSubmitted:
    return report.IssueSubmitted(
        occurred_at=at,
        reference=reference,
        step=1,
        station="zh-st01",
        community="zh-c001",
        category=None,
        channel="web",
    )


async def send(js: JetStreamContext, body: str, event: Event) -> asyncio.Future[PubAck]:
    """Report ``event`` as ``body``; the future is done when the server has it on disk."""
    event_id, kind = new_id(), type(event)
    headers = headers_of(event_id, body, "bench", kind, event.occurred_at)
    return await js.publish_async(subject_of(body, kind), event.model_dump_json().encode(), headers=headers)


def lives_of_issues() -> Iterator[Event]:
    """Five events of one issue, then of the next, a minute apart."""
    at = datetime(2019, 1, 1, tzinfo=UTC)
    while True:
        at += timedelta(minutes=1)
        reference = new_reference()
        yield _submitted(at, reference)
        yield report.IssueAssigned(occurred_at=at, reference=reference, step=1)
        yield report.IssueAccepted(occurred_at=at, reference=reference, step=2)
        yield report.IssueClosed.model_validate(
            {"occurred_at": at, "reference": reference, "step": 1, "outcome": "solved"}
        )
        yield report.FeedbackGiven.model_validate(
            {"occurred_at": at, "reference": reference, "step": 2, "rating": "satisfied"}
        )


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Client]:
    """A connection that is closed at the end."""
    client = await nats.connect(url)
    try:
        yield client
    finally:
        await client.close()
