"""Compares the ledgers of this body, and what it holds of those below, with what the parent holds of them.

The child asks, over the link that it has opened; the heads every few seconds, the days every few minutes.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import structlog
from nats.aio.client import Client
from nats.errors import Error as NatsError

from services.reporting.ledger.alarms import Alarms
from services.reporting.ledger.comparing import OfDay, Own, Standing, Told, first_day_apart, judge
from services.reporting.ledger.held import Chain
from services.reporting.ledger.holdings import Holdings
from services.reporting.ledger.neighbours import KEEPERS, Ledgers
from services.reporting.settings import ledger_subject
from shared.clock import Clock
from shared.errors import Unavailable
from shared.messaging.link import Link
from shared.tasks import stop

log = structlog.get_logger(__name__)

ANSWERED_WITHIN_SECONDS = 5.0
DAYS_EVERY = 20
"""Comparisons of the heads between two of the days."""
DAYS_BACK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Answer:
    """What the parent told: of each chain that was asked after, and the last sequence it took from our stream."""

    sequence: int
    chains: dict[Chain, dict[str, Any]]

    def told(self, chain: Chain) -> Told:
        """What it holds of ``chain``."""
        return Told(**self.chains[chain]["told"])

    def days(self, chain: Chain) -> list[OfDay] | None:
        """Its days, where they were asked for."""
        days = self.chains[chain].get("days")
        return None if days is None else [OfDay(**day) for day in days]


@dataclass(frozen=True, slots=True)
class Compared:
    """How a chain stood at the last comparison. ``day``: the first one of which the two hold different things."""

    standing: Standing
    position: int
    hash: str
    """Of the last place here."""
    told: Told
    at: datetime
    behind_since: datetime | None = None
    day: str | None = None
    oldest_unconfirmed: str | None = None


class Parent:
    """Asks the parent's reporting, over the link."""

    def __init__(self, link: Link, body: str) -> None:
        self._link = link
        self._subject = ledger_subject(body)

    async def ask(self, spots: list[dict[str, Any]]) -> Answer:
        """Raises Unavailable where nobody above answers."""
        try:
            async with asyncio.timeout(ANSWERED_WITHIN_SECONDS):
                said = await self._request(await self._link.client(), {"v": 1, "chains": spots})
        except (NatsError, TimeoutError, OSError, ValueError) as away:
            raise Unavailable("parent-away", "The parent body does not answer just now.") from away
        return Answer(int(said["sequence"]), {(each["body"], each["chain"]): each for each in said["chains"]})

    async def _request(self, client: Client, question: dict[str, Any]) -> dict[str, Any]:
        # An inbox of its own kind: no other crosses the link (deploy/nats/server_config.py).
        inbox = f"_INBOX.ledger.{client.new_inbox().rpartition('.')[2]}"
        subscription = await client.subscribe(inbox, max_msgs=1)
        try:
            await client.publish(self._subject, json.dumps(question).encode(), reply=inbox)
            answer = await subscription.next_msg(timeout=ANSWERED_WITHIN_SECONDS)
            said: dict[str, Any] = json.loads(answer.data)
            return said
        finally:
            await subscription.unsubscribe()


class Reconcile:
    """Keeps comparing while it runs."""

    def __init__(
        self,
        *,
        body: str,
        link: Link,
        stream: str,
        parent: Parent,
        ledgers: Ledgers,
        holdings: Holdings,
        alarms: Alarms,
        clock: Clock,
        every_seconds: float,
    ) -> None:
        self._body = body
        self._link = link
        self._stream = stream
        self._parent = parent
        self._ledgers = ledgers
        self._holdings = holdings
        self._alarms = alarms
        self._clock = clock
        self._every = every_seconds
        self.compared: dict[Chain, Compared] = {}
        self.stream_went_back = False
        self.answered_at: datetime | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Compare while inside."""
        task = asyncio.create_task(self._run(), name="reconcile")
        try:
            yield
        finally:
            await stop(task)

    async def _run(self) -> None:
        number = 0
        while True:
            await asyncio.sleep(self._every)
            try:
                await self.compare(with_days=number % DAYS_EVERY == 0)
                number += 1
            except (Unavailable, httpx.HTTPError) as away:
                self._alarms.parent_answered(False)
                log.info("not-compared", error=repr(away))
            except Exception as error:
                # The next one may go better; that none does shows as a parent that does not answer.
                self._alarms.parent_answered(False)
                log.warning("not-compared", error=repr(error))

    async def compare(self, *, with_days: bool = True) -> None:
        """Once. Raises Unavailable where the parent or its server is away, httpx.HTTPError for a neighbour."""
        since = (self._clock.now().astimezone(UTC) - DAYS_BACK).date().isoformat() if with_days else None
        heads: dict[Chain, int] = {}
        for service in KEEPERS:
            heads[self._body, service] = (await self._ledgers.look(service)).position
        for held in await self._holdings.chains():
            heads[held.body, held.chain] = held.told.position
        answer = await self._parent.ask([self._spot(chain, head, since) for chain, head in heads.items()])
        js = await self._link.jetstream()
        last_sequence = (await js.stream_info(self._stream)).state.last_seq
        self.stream_went_back = last_sequence < answer.sequence
        self._alarms.stream_went_back(self.stream_went_back)
        for chain in answer.chains:
            await self._settle(chain, answer, since, on_its_way=answer.sequence < last_sequence)
        self.answered_at = self._clock.now()
        self._alarms.parent_answered(True)

    def _spot(self, chain: Chain, head: int, since: str | None) -> dict[str, Any]:
        known = self.compared.get(chain)
        standing = known.standing if known else Standing.UNKNOWN
        return {"body": chain[0], "chain": chain[1], "head": head, "standing": standing.value, "since": since}

    async def _settle(self, chain: Chain, answer: Answer, since: str | None, *, on_its_way: bool) -> None:
        told, now, before = answer.told(chain), self._clock.now(), self.compared.get(chain)
        own, days, oldest = await self._own(chain, told, since)
        behind_since = None
        if told.position < own.position:
            moved = before is None or before.behind_since is None or before.told.position != told.position
            behind_since = now if moved or before is None else before.behind_since
        standing = judge(own, told, now - behind_since if behind_since else timedelta(), on_its_way=on_its_way)
        day = before.day if before and since is None else None
        their_days = answer.days(chain)
        if their_days is not None:
            day = first_day_apart(days, their_days, told.position)
        if day is not None and not standing.is_wrong:
            standing = Standing.DIFFERS
        self.compared[chain] = Compared(standing, own.position, own.hash, told, now, behind_since, day, oldest)
        self._alarms.stands(chain, standing)
        if chain[0] == self._body:
            age = (now - datetime.fromisoformat(oldest)).total_seconds() if oldest else 0.0
            self._alarms.unconfirmed(chain[1], age)

    async def _own(self, chain: Chain, told: Told, since: str | None) -> tuple[Own, list[OfDay], str | None]:
        body, name = chain
        if body == self._body:
            looked = await self._ledgers.look(name, at=told.position, since=since)
            # Nothing is held above: the two beginnings are the same by their making.
            there = told.hash if told.position == 0 else looked.at_hash
            return Own(looked.position, there, looked.hash), list(looked.days), looked.after
        held = next(each for each in await self._holdings.chains() if (each.body, each.chain) == chain)
        at = await self._holdings.at(chain, [told.position])
        own_hash = told.hash if told.position == 0 else at.get(told.position, (None, None))[0]
        days = await self._holdings.days(chain, since) if since else []
        return Own(held.told.position, own_hash, held.told.hash), days, None
