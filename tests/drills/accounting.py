"""What a body's services hold of the issues that were answered, read from their databases and its streams."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import nats
from nats.errors import Error as NatsError

from deploy.client import BodyClient
from deploy.topology import SERVICES
from shared.messaging.servers import servers_of
from tests.drills.several import BODY, Several

DURABLES = {
    **{f"{service}-inner-v1": "INNER" for service in ("intake", "routing", "consultation", "notify")},
    "reporting-report-v1": f"UP_{BODY.code}",
}
REBUILT_WITHIN = 120.0
HELD_IN = {"intake": "issues", "routing": "orders", "consultation": "cases", "reporting": "issues"}


@dataclass
class Account:
    """Every list is of references, or of event ids, as they were found: with repeats, if there are any."""

    answered: set[str]
    with_address: set[str]
    held: dict[str, list[str]] = field(default_factory=dict)
    """By service: the issues, orders, cases, counted issues."""
    letters: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By kind and reference."""
    states: Counter[str] = field(default_factory=Counter)
    parked: dict[str, int] = field(default_factory=dict)
    figure: int = 0
    figure_made_anew: int = 0
    said: list[str] = field(default_factory=list)
    """Of all outboxes."""
    in_streams: list[str] = field(default_factory=list)
    posted: int = 0
    posted_again: int = 0
    unassigned: int = 0

    def wrong(self) -> Iterator[str]:
        """A sentence for everything that is lost or doubled."""
        for service, found in self.held.items():
            yield from _differences(service, self.answered, found)
        yield from _differences("the streams, of what the outboxes hold", set(self.said), self.in_streams)
        for kind, wanted in (("confirmation", self.with_address), ("order", self.answered)):
            written = [reference for of_kind, reference in self.letters.elements() if of_kind == kind]
            yield from _differences(f"letters of kind {kind}", wanted, written)
        if self.figure != len(self.answered):
            yield f"reporting counts {self.figure} issues of {len(self.answered)}"
        if self.figure_made_anew != self.figure:
            yield f"made anew from the stream the figure is {self.figure_made_anew}, and was {self.figure}"
        for service, number in self.parked.items():
            if number:
                yield f"{service} has parked {number} events"

    def lines(self) -> Iterator[str]:
        """The figures."""
        counts = ", ".join(f"{service} {len(found)}" for service, found in self.held.items())
        yield f"answered {len(self.answered)}; held: {counts}; of the orders {self.unassigned} with nobody"
        yield f"the figure is {self.figure}, made anew from the stream {self.figure_made_anew}"
        yield f"{len(self.said)} events said, {len(self.in_streams)} in the streams"
        kinds = Counter(kind for kind, _ in self.letters.elements())
        yield f"letters {dict(kinds)}, {dict(self.states)}; {self.posted} posted, {self.posted_again} of them twice"


def _differences(where: str, wanted: set[str], found: list[str]) -> Iterator[str]:
    times = Counter(found)
    lost, foreign = wanted - times.keys(), times.keys() - wanted
    twice = [one for one, n in times.items() if n > 1]
    for what, these in (("lost", lost), ("twice", twice), ("of nobody who was answered", foreign)):
        if these:
            yield f"{where}: {len(these)} {what}, {sorted(these)[:3]}"


Waiting = Callable[[Several], Awaitable[dict[str, int]]]
"""How much of what is still on its way."""


async def settle(several: Several, waiting: Waiting, within: float) -> str:
    """Wait until nothing is on its way; gives what still is after ``within`` seconds."""
    deadline = time.monotonic() + within
    left = "not looked yet"
    while left and time.monotonic() < deadline:
        try:
            left = ", ".join(f"{name} {n}" for name, n in (await waiting(several)).items() if n)
        except (OSError, NatsError, asyncpg.PostgresError, TimeoutError) as error:
            left = repr(error)
        if left:
            await asyncio.sleep(1)  # between looks
    return left


async def letters_waiting(several: Several) -> dict[str, int]:
    """Those that are neither sent nor given up."""
    [row] = await _ask(several, "notify", "SELECT count(*) AS n FROM notices WHERE settled_at IS NULL")
    return {"letters": row["n"]}


async def events_waiting(several: Several) -> dict[str, int]:
    """Those that are not published, and those that their reader has not applied."""
    waiting = {}
    for service in SERVICES:
        [row] = await _ask(several, service, "SELECT count(*) AS n FROM outbox WHERE published_at IS NULL")
        waiting[f"outbox of {service}"] = row["n"]
    for user, streams in (("services", {"INNER"}), ("reporting", set(DURABLES.values()) - {"INNER"})):
        client = await _connected(several, user)
        try:
            for durable, stream in DURABLES.items():
                if stream in streams:
                    info = await client.jetstream().consumer_info(stream, durable)
                    waiting[durable] = (info.num_pending or 0) + (info.num_ack_pending or 0)
        finally:
            await client.close()
    return waiting


async def take_account(several: Several, accepted: Mapping[str, str], with_address: set[str]) -> Account:
    """Read everything once; ``accepted``: the reference that each key was answered with."""
    account = Account(set(accepted.values()), with_address)
    if len(account.answered) != len(accepted):
        raise AssertionError("two keys were answered with the same reference")
    for service, table in HELD_IN.items():
        rows = await _ask(several, service, f"SELECT reference FROM {table}")
        account.held[service] = [row["reference"] for row in rows]
    [row] = await _ask(several, "routing", "SELECT count(*) AS n FROM orders WHERE state = 'unroutable'")
    account.unassigned = row["n"]
    for row in await _ask(several, "notify", "SELECT kind, reference, state FROM notices"):
        account.letters[row["kind"], row["reference"]] += 1
        account.states[row["state"]] += 1
    for service in SERVICES:
        [row] = await _ask(several, service, "SELECT count(*) AS n FROM parked WHERE state = 'waiting'")
        account.parked[service] = row["n"]
        account.said += [row["event_id"] for row in await _ask(several, service, "SELECT event_id FROM outbox")]
    account.in_streams = [
        *await _ids_in(several, "services", "INNER"),
        *await _ids_in(several, "reporting", f"UP_{BODY.code}"),
    ]
    account.figure, account.figure_made_anew = await _figures(several)
    account.posted = sum(several.mailbox.seen.values())
    account.posted_again = sum(1 for times in several.mailbox.seen.values() if times > 1)
    return account


async def _figures(several: Several) -> tuple[int, int]:
    """How many issues reporting counts, and how many after it has made its figures anew, asked at either replica."""
    officer = several.config.secrets.officer
    async with BodyClient(several.origin, officer.login, officer.password) as client:
        before = await _figure(client)
        asked = await client.post("/api/v1/reporting/rebuild")
        said = {"state": "running"}
        async with asyncio.timeout(REBUILT_WITHIN):
            while said["state"] == "running":
                await asyncio.sleep(0.5)  # between looks
                said = await client.get(f"/api/v1/reporting/rebuild/{asked['id']}")
        if said["state"] != "done":
            raise AssertionError(f"the figures were not made anew: {said}")
        return before, await _figure(client)


async def _figure(client: BodyClient) -> int:
    today = datetime.now(UTC).date()
    period = {"from": str(today - timedelta(days=1)), "to": str(today + timedelta(days=1))}
    return int((await client.get("/api/v1/figures", body=BODY.code, **period))["opinions_collected"])


async def _ids_in(several: Several, user: str, stream: str) -> list[str]:
    """The event id of every message of the stream."""
    client, ids = await _connected(several, user), []
    try:
        js = client.jetstream()
        messages = (await js.stream_info(stream)).state.messages
        subscription = await js.subscribe(
            ">", stream=stream, ordered_consumer=True, pending_msgs_limit=-1, pending_bytes_limit=-1
        )
        while len(ids) < messages:
            message = await subscription.next_msg(timeout=10)
            ids.append(str((message.headers or {})["ce-id"]))
    finally:
        await client.close()
    return ids


async def _ask(several: Several, service: str, query: str) -> list[Any]:
    connection = await asyncpg.connect(several.database(service))
    try:
        return list(await connection.fetch(query))
    finally:
        with suppress(OSError):
            await connection.close()


async def _connected(several: Several, user: str) -> nats.aio.client.Client:
    secret = getattr(several.config.secrets, f"nats_{user}")
    return await nats.connect(servers_of(several.servers(user, secret)), connect_timeout=5)
