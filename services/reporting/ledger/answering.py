"""Answers children that ask what is held of their chains. They ask over their link; nobody reaches down to them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.js.errors import Error as JetStreamError
from pydantic import BaseModel, Field, ValidationError

from services.reporting.ledger.alarms import Alarms
from services.reporting.ledger.comparing import Standing, Told
from services.reporting.ledger.held import Chain
from services.reporting.ledger.holdings import HeldOf, Holdings, as_told
from services.reporting.settings import ledger_subject
from shared.clock import Clock
from shared.messaging.link import Link
from shared.tasks import stop

log = structlog.get_logger(__name__)

LOOK_FOR_CHILDREN_SECONDS = 10.0
NO_CHAIN = Told(0, "", 0)


class Spot(BaseModel):
    """A chain of the asking body or of one below it, and what is asked of it."""

    body: str = Field(max_length=31)
    chain: str = Field(max_length=16)
    head: int = Field(default=0, ge=0)
    """The last place that the asking side has."""
    standing: str = Field(default="unknown", max_length=16)
    """How the asking side found the chain to stand the last time (:class:`Standing`)."""
    since: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    """Tell the days from here on."""
    positions: list[int] = Field(default=[], max_length=100)
    """Tell the hash and the event at these places."""
    gap: bool = False
    """Tell the first place that is missing."""


class Question(BaseModel):
    """Of any number of chains; ``v`` is raised when an answer would be misunderstood."""

    v: int = 1
    chains: list[Spot] = Field(default=[], max_length=2_000)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a child last said of a chain, and what it was told then."""

    child: str
    head: int
    standing: str
    told: int
    at: datetime


class Answering:
    """Listens on ``ledger.<child>`` for every child that the body's stream has a source for."""

    def __init__(self, link: Link, stream: str, holdings: Holdings, alarms: Alarms, clock: Clock) -> None:
        self._link = link
        self._stream = stream
        self._holdings = holdings
        self._alarms = alarms
        self._clock = clock
        self._listening: set[str] = set()
        self.heard: dict[Chain, Heard] = {}
        """Of each chain below; empty after a start, until the child asks again."""

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Listen while inside."""
        task = asyncio.create_task(self._run(), name="ledger answers")
        try:
            yield
        finally:
            await stop(task)

    async def _run(self) -> None:
        while True:
            try:
                await self._listen(await self._link.client())
            except Exception as error:
                log.debug("children-not-known", error=repr(error))
            await asyncio.sleep(LOOK_FOR_CHILDREN_SECONDS if self._listening else 1.0)

    async def _listen(self, client: Client) -> None:
        js = await self._link.jetstream()
        for source in (await js.stream_info(self._stream)).sources or []:
            child = source.name.removeprefix("FROM_")
            if child not in self._listening:
                await client.subscribe(ledger_subject(child), queue="reporting", cb=self._heard)
                self._listening.add(child)

    async def _heard(self, message: Msg) -> None:
        child = message.subject.rpartition(".")[2]
        try:
            answer = await self._answer(child, Question.model_validate_json(message.data))
            await message.respond(json.dumps(answer).encode())
        except ValidationError as error:
            log.warning("ledger-question-malformed", child=child, errors=error.error_count())
        except Exception as error:
            # The child asks again; what keeps us from answering shows in /readyz.
            log.warning("ledger-question-unanswered", child=child, error=repr(error))

    async def _answer(self, child: str, question: Question) -> dict[str, Any]:
        # Only of what rises through this child: of its siblings it learns nothing.
        held = {(each.body, each.chain): each for each in await self._holdings.chains(child)}
        chains = [await self._spot(spot, held.get((spot.body, spot.chain))) for spot in question.chains]
        return {"v": 1, "sequence": await self._sequence(child), "chains": chains}

    async def _spot(self, spot: Spot, held: HeldOf | None) -> dict[str, Any]:
        said: dict[str, Any] = {"body": spot.body, "chain": spot.chain}
        if held is None:
            return said | {"told": as_told(NO_CHAIN), "gap": 1}
        chain = (spot.body, spot.chain)
        self._note(chain, spot, held)
        said["told"] = as_told(held.told)
        if spot.since is not None:
            said["days"] = [asdict(day) for day in await self._holdings.days(chain, spot.since)]
        if spot.positions:
            said["at"] = {str(place): [*own] for place, own in (await self._holdings.at(chain, spot.positions)).items()}
        if spot.gap:
            said["gap"] = await self._holdings.first_missing(chain)
        return said

    def _note(self, chain: Chain, spot: Spot, held: HeldOf) -> None:
        before, standing = self.heard.get(chain), spot.standing
        if before is not None and spot.head < before.told:
            # A ledger only grows; this one was longer when we last told of it.
            standing = Standing.WENT_BACK
        self.heard[chain] = Heard(held.child, spot.head, standing, held.told.position, self._clock.now())
        self._alarms.stands(chain, standing)

    async def _sequence(self, child: str) -> int:
        """The last sequence of the child's stream that the parent's server has taken; 0 where it cannot say."""
        client = await self._link.client()
        name = f"FROM_{child}"
        try:
            # nats-py leaves this field out.
            answer = await client.request(f"$JS.API.STREAM.INFO.{name}", b"", timeout=3)
            [source] = json.loads(answer.data)["sources"]
            if "seq" in source:
                return int(source["seq"])
            js = await self._link.jetstream()
            info = await js.stream_info(name)
            return info.state.last_seq
        except (JetStreamError, ValueError, KeyError):
            return 0
