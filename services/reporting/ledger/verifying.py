"""``tier verify``: names the first event of each chain that was altered, is missing, or was put in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from nats.aio.msg import Msg

from services.reporting.ledger.comparing import Standing
from services.reporting.ledger.held import SET_ASIDE, Chain
from services.reporting.ledger.holdings import HeldOf, Holdings
from services.reporting.ledger.mending import OpenStream
from services.reporting.ledger.neighbours import KEEPERS, Ledgers
from services.reporting.ledger.reconcile import Parent, Reconcile
from shared.contracts.envelope import event_id_of, source_of
from shared.contracts.subjects import parse
from shared.errors import Unavailable
from shared.messaging.chain import Said, hash_of, place_in
from shared.messaging.ledger import Fault


@dataclass(frozen=True, slots=True)
class Verdict:
    """On one chain: ``standing`` towards the parent, where it was compared."""

    body: str
    chain: str
    events: int
    fault: Fault | None
    standing: str | None = None
    set_aside: int = 0

    def as_json(self) -> dict[str, Any]:
        """As the API says it."""
        return asdict(self)


class Verifying:
    """Looks at every event of the body's own chains and of those it holds from below."""

    def __init__(
        self,
        *,
        body: str,
        ledgers: Ledgers,
        holdings: Holdings,
        open_stream: OpenStream,
        reconcile: Reconcile | None,
        parent: Parent,
    ) -> None:
        """``reconcile`` is None where the body has no parent."""
        self._body = body
        self._ledgers = ledgers
        self._holdings = holdings
        self._open_stream = open_stream
        self._reconcile = reconcile
        self._parent = parent

    async def own(self) -> list[Verdict]:
        """The body's own chains: whole in themselves, and the same as the parent holds them if it answers."""
        if self._reconcile is not None:
            try:
                await self._reconcile.compare()
            except Unavailable:
                self._reconcile.compared.clear()
        verdicts = []
        for service in KEEPERS:
            said = await self._ledgers.verify(service)
            fault = Fault(**said["fault"]) if said["fault"] else None
            compared = self._reconcile.compared.get((self._body, service)) if self._reconcile else None
            if fault is None and compared is not None and compared.standing.is_wrong:
                fault = await self._apart(service, compared.standing)
            standing = None
            if self._reconcile is not None:
                standing = compared.standing.value if compared else Standing.UNKNOWN.value
            verdicts.append(Verdict(self._body, service, int(said["events"]), fault, standing))
        return verdicts

    async def _apart(self, service: str, standing: Standing) -> Fault:
        """The first place at which the parent holds something else than the ledger."""
        chain = (self._body, service)
        asked = await self._parent.ask([{"body": self._body, "chain": service, "gap": True}])
        told, gap = asked.told(chain), int(asked.chains[chain]["gap"])
        head = (await self._ledgers.look(service)).position
        low, high = 0, min(gap - 1, head) + 1
        while high - low > 1:
            middle = (low + high) // 2
            ours, theirs = await self._both(service, middle)
            low, high = (middle, high) if ours is not None and ours == theirs else (low, middle)
        ours, theirs = await self._both(service, high)
        if ours is None and theirs is None:
            return Fault("inserted", None, None, f"the parent holds {told.strays} events that the ledger never said")
        if ours is None:
            assert theirs is not None
            return Fault("missing", high, theirs[1], "the parent holds it and the ledger does not")
        if theirs is None:
            if told.strays and high > told.position:
                return Fault("inserted", None, None, f"the parent holds {told.strays} events without a place")
            return Fault("missing", high, ours[1], "the ledger has it and the parent does not")
        if ours[1] == theirs[1]:
            return Fault("altered", high, ours[1], "the ledger and the parent hold it with different words")
        next_ours, next_theirs = await self._both(service, high + 1)
        if next_theirs is not None and next_theirs[1] == ours[1]:
            return Fault("missing", high, theirs[1], "the parent holds it before what follows here")
        if next_ours is not None and next_ours[1] == theirs[1]:
            return Fault("inserted", high, ours[1], "the parent does not hold it before what follows")
        return Fault("altered", high, ours[1], f"the parent holds {theirs[1]} in this place ({standing.value})")

    async def _both(self, service: str, position: int) -> tuple[tuple[str, str] | None, tuple[str, str] | None]:
        chain = (self._body, service)
        answer = await self._parent.ask([{"body": self._body, "chain": service, "positions": [position]}])
        theirs = answer.chains[chain].get("at", {}).get(str(position))
        looked = await self._ledgers.look(service, at=position)
        ours = (looked.at_hash, looked.at_event) if looked.at_hash and looked.at_event else None
        return ours, (theirs[0], theirs[1]) if theirs else None

    async def below(self) -> list[Verdict]:
        """The chains from below: what the stream holds of them, against their hashes and against what was kept."""
        scan = _Scan(self._holdings)
        async with self._open_stream() as stream:
            async for messages in stream.batches(1, await stream.last_sequence()):
                await scan.take(messages)
        return [await scan.verdict(held) for held in await self._holdings.chains()]


class _Scan:
    """One way through the stream."""

    def __init__(self, holdings: Holdings) -> None:
        self._holdings = holdings
        self._altered: defaultdict[Chain, dict[int, Fault]] = defaultdict(dict)
        self._seen: defaultdict[Chain, set[int]] = defaultdict(set)

    async def take(self, messages: Sequence[Msg]) -> None:
        """Look at these."""
        placed: defaultdict[Chain, set[tuple[int, str]]] = defaultdict(set)
        for message in messages:
            address = parse(message.subject)
            if address is None or not address.via or address.plane != "report":
                continue
            headers, event_id = message.headers or {}, event_id_of(message.headers) or ""
            chain = (address.body, source_of(headers).rpartition("/")[2])
            place = place_in(headers)
            if place is None:
                continue  # kept beside when it came
            said = Said(
                event_id,
                address.own_subject,
                headers.get("ce-time", ""),
                message.data.decode("utf-8", "backslashreplace"),
            )
            if hash_of(place.previous, said) == place.hash:
                placed[chain].add((place.position, place.hash))
            else:
                says = "what it says is not what its hash was made of"
                self._altered[chain][place.position] = Fault("altered", place.position, event_id, says)
        for chain, places in placed.items():
            held = await self._holdings.at(chain, sorted({at for at, _ in places}))
            self._seen[chain] |= {at for at, own in places if at in held and held[at][0] == own}

    async def verdict(self, held: HeldOf) -> Verdict:
        """On one chain, when the whole stream was taken."""
        chain, told, seen = (held.body, held.chain), held.told, self._seen[held.body, held.chain]
        # One that came again as it was said, from the ledger, is whole.
        faults = [fault for at, fault in self._altered[chain].items() if at not in seen]
        gap = await self._holdings.first_missing(chain)
        if gap <= told.position:
            faults.append(Fault("missing", gap, None, "nothing is held in its place"))
        lost = next((at for at in range(1, min(gap, told.position + 1)) if at not in seen), None)
        if lost is not None:
            event = (await self._holdings.at(chain, [lost])).get(lost, ("", None))[1]
            faults.append(Fault("missing", lost, event, "its place is kept and the stream does not have it"))
        first = min(faults, key=lambda fault: fault.position or 0, default=None)
        if first is None and told.strays:
            first = await self._stray(chain)
        return Verdict(*chain, told.events, first, None, held.set_aside)

    async def _stray(self, chain: Chain) -> Fault:
        for each in await self._holdings.beside():
            if (each.body, each.chain) == chain and each.why != SET_ASIDE:
                place = each.position or None
                return Fault("inserted", place, each.event_id, "another event has its place, or it has none")
        return Fault("inserted", None, None, "another event has its place, or it has none")
