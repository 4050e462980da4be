"""``tier repair``: brings the parent, and the body's own stream, to what the ledgers say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

import structlog

from services.reporting.ledger.comparing import Told
from services.reporting.ledger.neighbours import KEEPERS, Ledgers, Looked
from services.reporting.ledger.reconcile import Parent
from services.reporting.rebuilding.replay import StreamReplay
from shared.contracts.envelope import source_of
from shared.contracts.subjects import parse
from shared.messaging.chain import place_in

log = structlog.get_logger(__name__)

OpenStream = Callable[[], AbstractAsyncContextManager[StreamReplay]]


@dataclass(frozen=True, slots=True)
class Mended:
    """What was done for one chain: from which place on it was sent, how many letters, whether it had gone back."""

    chain: str
    agreed: int
    went_back: bool
    sent: int


class Mending:
    """Sends from the ledger what the parent or the body's own stream lacks; what is there already is passed over."""

    def __init__(self, *, body: str, parent: Parent, ledgers: Ledgers, open_stream: OpenStream) -> None:
        self._body = body
        self._parent = parent
        self._ledgers = ledgers
        self._open_stream = open_stream

    async def run(self, *, everything: bool = False) -> list[Mended]:
        """``everything``: send the ledgers whole, whatever the parent holds.

        Raises Unavailable where the parent is away, httpx.HTTPError for a neighbour, nats' own errors. Run again, it
        goes on: nothing is done twice by it.
        """
        spots = [{"body": self._body, "chain": service, "gap": True} for service in KEEPERS]
        answer = await self._parent.ask(spots)
        in_stream, last_sequence = await self._in_stream()
        # The parent's server passes over sequences that it had, so they are filled with what it may pass over.
        padding = max(0, answer.sequence - last_sequence)
        mended = []
        for service in KEEPERS:
            told = answer.told((self._body, service))
            looked = await self._ledgers.look(service, at=told.position)
            agreed = await self._agreed(service, looked, told, int(answer.chains[self._body, service]["gap"]))
            went_back = _went_back(looked, told)
            if went_back:
                log.warning("ledger-restored", chain=service, agreed=agreed, parent_holds=told.position)
                await self._ledgers.restored(service, agreed)
                looked = await self._ledgers.look(service)
            first = 1 if everything else min(agreed, _whole_up_to(in_stream[service])) + 1
            sent = 0
            if looked.position >= first or (padding and looked.position):
                sent = await self._ledgers.resend(service, first, padding)
                padding = 0
            mended.append(Mended(service, agreed, went_back, sent))
        return mended

    async def _agreed(self, service: str, looked: Looked, told: Told, gap: int) -> int:
        """The last place up to which both hold the same and all of it: hashes are chained, so halving finds it."""
        low, high = 0, min(gap - 1, looked.position)
        if await self._same(service, high):
            return high
        while high - low > 1:
            middle = (low + high) // 2
            if await self._same(service, middle):
                low = middle
            else:
                high = middle
        return low

    async def _same(self, service: str, position: int) -> bool:
        if position == 0:
            return True
        told = await self._parent.ask([{"body": self._body, "chain": service, "positions": [position]}])
        at = told.chains[self._body, service].get("at", {}).get(str(position))
        return at is not None and at[0] == (await self._ledgers.look(service, at=position)).at_hash

    async def _in_stream(self) -> tuple[defaultdict[str, set[int]], int]:
        """The places of the body's own events that its stream has, by service; and the stream's last sequence."""
        places: defaultdict[str, set[int]] = defaultdict(set)
        async with self._open_stream() as stream:
            last = await stream.last_sequence()
            async for messages in stream.batches(1, last):
                for message in messages:
                    address, place = parse(message.subject), place_in(message.headers or {})
                    if address is not None and not address.via and place is not None:
                        places[source_of(message.headers).rpartition("/")[2]].add(place.position)
        return places, last


def _went_back(looked: Looked, told: Told) -> bool:
    if told.position == 0:
        return False
    return told.position > looked.position or looked.at_hash != told.hash or told.strays > 0


def _whole_up_to(places: set[int]) -> int:
    position = 0
    while position + 1 in places:
        position += 1
    return position
