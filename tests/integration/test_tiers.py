"""Two tiers on real servers: what rises arrives once and stamped, through any crash, and nothing else rises."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import nats
import pytest
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js import JetStreamContext
from nats.js.errors import APIError

from deploy.nats.binary import NoServerBinary, find_server_binary
from tests.integration.two_tiers import TierServer, county_and_prefecture

REPORT = "doorstep.zhaosu.report.issue.submitted.v1"
INNER = "doorstep.zhaosu.inner.issue.submitted.v1"
STAMPED = f"from.zhaosu.{REPORT}"

Tiers = tuple[TierServer, TierServer]


@pytest.fixture
def tiers(tmp_path: Path) -> Iterator[Tiers]:
    """A county and its prefecture, both running."""
    county, prefecture = county_and_prefecture(tmp_path)
    try:
        prefecture.start()
        county.start()
        yield county, prefecture
    finally:
        county.kill()
        prefecture.kill()


async def declared(tiers: Tiers) -> Tiers:
    await asyncio.gather(*(tier.declare() for tier in tiers))
    return tiers


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[tuple[Client, JetStreamContext]]:
    async def heard(_: Exception) -> None:
        """Denials and broken connections are what these tests are about."""

    client = await nats.connect(
        url, max_reconnect_attempts=-1, reconnect_time_wait=0.1, error_cb=heard, allow_reconnect=True
    )
    try:
        yield client, client.jetstream(timeout=5, publish_async_max_pending=256)
    finally:
        await client.close()


async def publish(jetstream: JetStreamContext, subject: str, ids: range) -> None:
    """Publish one message per id and wait for every acknowledgement."""
    # One that a killed server owed never comes: nats-py would wait for it, and for a free place, for ever.
    async with asyncio.timeout(5):
        acks = [
            await jetstream.publish_async(subject, str(n).encode(), headers={"Nats-Msg-Id": f"zhaosu-{n}"}) for n in ids
        ]
        await asyncio.gather(*acks)


async def received(jetstream: JetStreamContext, count: int, within: float = 60) -> list[tuple[str, int]]:
    """Subject and number of everything in the prefecture's ``UP_ili``, once ``count`` messages are there."""
    deadline = time.monotonic() + within
    while (state := (await jetstream.stream_info("UP_ili")).state).messages < count:
        assert time.monotonic() < deadline, f"{state.messages} of {count} arrived in {within} s"
        await asyncio.sleep(0.1)  # the stream has no way to call us when the last one is stored
    subscription = await jetstream.pull_subscribe("", stream="UP_ili")
    messages: list[tuple[str, int]] = []
    while len(messages) < state.messages:
        for message in await subscription.fetch(500, timeout=5):
            messages.append((message.subject, int(message.data)))
            await message.ack()
    return messages


async def test_reports_arrive_once_in_order_and_stamped(tiers: Tiers) -> None:
    county, prefecture = await declared(tiers)
    async with connected(county.services_url) as (_, sending), connected(prefecture.reporting_url) as (_, reading):
        await publish(sending, REPORT, range(300))
        await publish(sending, REPORT, range(300))  # a relay that was not sure repeats itself
        assert await received(reading, 300) == [(STAMPED, n) for n in range(300)]


async def test_publisher_in_local_has_the_acknowledgement_of_the_uplink_stream(tiers: Tiers) -> None:
    county, _ = await declared(tiers)
    async with connected(county.services_url) as (_, sending):
        first = await sending.publish(REPORT, b"1", headers={"Nats-Msg-Id": "zhaosu-1"})
        again = await sending.publish(REPORT, b"1", headers={"Nats-Msg-Id": "zhaosu-1"})
    assert (first.stream, first.seq, first.duplicate) == ("UP_zhaosu", 1, None)
    assert (again.seq, again.duplicate) == (1, True)


@pytest.mark.parametrize("victim", ["county", "prefecture"])
async def test_nothing_is_lost_or_doubled_when_a_server_is_killed(tiers: Tiers, victim: str) -> None:
    county, prefecture = await declared(tiers)
    killed = county if victim == "county" else prefecture
    async with connected(county.services_url) as (_, sending):
        await publish(sending, REPORT, range(100))
    killed.kill()
    if killed is prefecture:
        async with connected(county.services_url) as (_, sending):
            await publish(sending, REPORT, range(100, 400))  # the county carries on alone
    killed.start()
    async with connected(county.services_url) as (_, sending):
        await publish(sending, REPORT, range(500))  # a relay that was cut off repeats what it is not sure of
    async with connected(prefecture.reporting_url) as (_, reading):
        assert await received(reading, 500) == [(STAMPED, n) for n in range(500)]


async def test_what_stays_in_the_body_never_reaches_the_parent(tiers: Tiers) -> None:
    county, prefecture = await declared(tiers)
    heard: list[str] = []

    async def hear(message: Msg) -> None:
        heard.append(message.subject)

    async with connected(county.services_url) as (_, sending), connected(prefecture.reporting_url) as (_, reading):
        await publish(sending, REPORT, range(1))
        await received(reading, 1)
        before = await leaf_bytes(prefecture)
        await publish(sending, INNER, range(1, 201))
        await publish(sending, REPORT, range(201, 202))
        messages = await received(reading, 2)
        crossed = await leaf_bytes(prefecture) - before
    assert [subject for subject, _ in messages] == [STAMPED, STAMPED]
    # One report and some heartbeats; 200 inner messages alone would be ten times that.
    assert crossed < 2_000


async def leaf_bytes(prefecture: TierServer) -> int:
    """What the prefecture has received over its one leaf connection so far."""
    async with httpx.AsyncClient() as client:
        answer = await client.get(f"http://127.0.0.1:{prefecture.site.monitor_port}/leafz")
    return int(answer.json()["leafs"][0]["in_bytes"])


async def test_a_body_reports_in_no_other_name(tiers: Tiers) -> None:
    county, prefecture = await declared(tiers)
    async with connected(county.services_url) as (_, sending), connected(prefecture.reporting_url) as (_, reading):
        for forged in ("doorstep.ili.report.issue.submitted.v1", STAMPED, "deliver.zhaosu.anything"):
            with pytest.raises(TimeoutError):
                await sending.publish(forged, b"0", timeout=0.5)
        await publish(sending, REPORT, range(1))
        assert await received(reading, 1) == [(STAMPED, 0)]


async def test_a_child_asks_its_parent_over_the_link_and_only_in_its_own_name(tiers: Tiers) -> None:
    county, prefecture = await declared(tiers)
    async with connected(county.reporting_url) as (asking, _), connected(prefecture.reporting_url) as (answering, _):

        async def answer(message: Msg) -> None:
            await message.respond(b"held: " + message.data)

        await answering.subscribe("ledger.zhaosu", cb=answer)
        await answering.flush()
        inbox = await asking.subscribe("_INBOX.ledger.1")
        deadline = time.monotonic() + 20
        while True:
            await asking.publish("ledger.zhaosu", b"mine?", reply="_INBOX.ledger.1")
            try:
                assert (await inbox.next_msg(timeout=0.5)).data == b"held: mine?"
                break
            except TimeoutError:  # the parent's interest is not known below yet
                assert time.monotonic() < deadline, "the parent never answered"
        for other in ("ledger.ili", "ledger.hami"):
            await answering.subscribe(other, cb=answer)  # refused by its own server
            await asking.publish(other, b"yours?", reply="_INBOX.ledger.1")
        with pytest.raises(TimeoutError):
            await inbox.next_msg(timeout=1)


async def test_services_cannot_change_streams_and_leaf_credentials_open_no_client_port(tiers: Tiers) -> None:
    county, prefecture = await declared(tiers)
    async with connected(county.services_url) as (_, jetstream):
        for forbidden in (jetstream.delete_stream("INNER"), jetstream.purge_stream("INNER")):
            with pytest.raises((TimeoutError, APIError)):
                await asyncio.wait_for(forbidden, 0.5)
    assert b"Authorization Violation" in await greeting(prefecture, user="leaf_zhaosu", password="l")


async def greeting(server: TierServer, user: str, password: str) -> bytes:
    """What the server's client port says to a sign-in, without a client library that would try again."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.site.port)
    try:
        sign_in = {"user": user, "pass": password, "verbose": False, "lang": "test", "version": "0", "protocol": 1}
        writer.write(f"CONNECT {json.dumps(sign_in)}\r\nPING\r\n".encode())
        await reader.readline()  # INFO
        return await asyncio.wait_for(reader.readline(), 5)
    finally:
        writer.close()
        await writer.wait_closed()


async def test_declaring_again_changes_nothing_and_brings_back_what_was_changed(tiers: Tiers) -> None:
    county, prefecture = await declared(tiers)
    async with connected(county.services_url) as (_, sending):
        await publish(sending, REPORT, range(10))
    async with connected(prefecture.reporting_url) as (_, reading):
        await received(reading, 10)
        await declared(tiers)
        assert len(await received(reading, 10)) == 10


def test_a_server_that_is_too_old_or_missing_is_named(tmp_path: Path) -> None:
    old = tmp_path / "nats-server"
    old.write_text("#!/bin/sh\necho nats-server: v2.10.1\n")
    old.chmod(0o755)
    with pytest.raises(NoServerBinary, match=r"2\.10\.1"):
        find_server_binary({"NATS_SERVER_BIN": str(old)})
    with pytest.raises(NoServerBinary, match="looked at"):
        find_server_binary({"NATS_SERVER_BIN": str(tmp_path / "absent")})
