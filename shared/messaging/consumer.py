"""Applies each event once: in batches while all is well, one by one with its tries counted once something is not.

The shape, from what was measured (docs/decisions/0005): one transaction for a batch - inbox rows, effects,
outbox rows - and the acknowledgement after the commit. Where a batch fails, or holds an event that was delivered
before (a crash may have been its doing), its events are taken singly, so that one bad event never takes its
neighbours along. What can never pass is parked where people see it; what may pass is tried again, ever later; what
only a newer release can read is kept for it, and taken up when such a release is started.
"""

from __future__ import annotations

import itertools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from nats.aio.msg import Msg
from pydantic import ValidationError
from sqlalchemy import select

from shared.contracts.catalogue import class_at
from shared.contracts.envelope import event_id_of, release_of, said_at_of, source_of
from shared.contracts.subjects import parse
from shared.db.transaction import Transaction
from shared.db.writer import Writer
from shared.errors import DomainError, TooEarly
from shared.ids import derived_id
from shared.messaging.arrivals import Arrivals
from shared.messaging.chain import Said, hash_of, place_in
from shared.messaging.handlers import Handlers, Received
from shared.messaging.keeping import Keeping, UnreadEvent
from shared.messaging.outbox import Letter
from shared.messaging.parking import ParkedEvent, Parking, reason_of
from shared.messaging.tables import MessagingTables

log = structlog.get_logger(__name__)

DELAYS_SECONDS: tuple[float, ...] = (0.2, 1.0, 5.0, 15.0, 60.0, 300.0)
"""How long a passing failure waits before each further try; after the last one the event is parked."""
DATABASE_AWAY_SECONDS = 2.0
TAKEN_UP_TOGETHER = 256


Witness = Callable[[Transaction, Sequence[Letter]], Awaitable[set[str]]]
"""Sees everything that is applied or parked, in the same transaction; names the ids that are not to be applied."""


class NotAnEvent(DomainError):
    """What arrived is nothing this release can read."""


class FromANewerRelease(NotAnEvent):
    """A release of ours wrote it, and this one has no class for it yet."""


@dataclass(frozen=True, slots=True)
class _Delivery:
    """A message, read once. ``received`` is None where it is none of ours; ``fault`` says why it never can be."""

    event_id: str
    subject: str
    headers: dict[str, str]
    body: bytes
    first_time: bool = True
    received: Received[Any] | None = None
    fault: Exception | None = None
    message: Msg | None = None

    @property
    def is_unread(self) -> bool:
        """Whether it is kept for a newer release."""
        return isinstance(self.fault, FromANewerRelease)

    @property
    def is_faulty(self) -> bool:
        """Whether no release will ever make something of it."""
        return self.fault is not None and not self.is_unread

    @property
    def is_of_use(self) -> bool:
        """Whether anything is written because of it."""
        return self.received is not None or self.is_unread


class Consumer:
    """One service's reader of one stream."""

    def __init__(
        self,
        *,
        writer: Writer,
        tables: MessagingTables,
        parking: Parking,
        keeping: Keeping,
        handlers: Handlers,
        arrivals: Arrivals,
        parks_unknown: bool = False,
        witness: Witness | None = None,
        delays: Sequence[float] = DELAYS_SECONDS,
    ) -> None:
        """``parks_unknown``: this service also keeps events of facts that it never heard of."""
        self._writer = writer
        self._tables = tables
        self._parking = parking
        self._keeping = keeping
        self.handlers = handlers
        self._arrivals = arrivals
        self._parks_unknown = parks_unknown
        self._witness = witness
        self._delays = tuple(delays)

    async def take(self, messages: Sequence[Msg]) -> None:
        """Apply ``messages`` and acknowledge each, or ask for it again later. Never raises."""
        deliveries = [self._read(message) for message in messages]
        for in_order, group in itertools.groupby(deliveries, key=lambda d: d.first_time and not d.is_faulty):
            if in_order:
                await self._take_together(list(group))
            else:
                await self._take_singly(list(group))

    async def resend(self, parked: ParkedEvent) -> None:
        """Apply a parked event after all. Raises what is wrong with it; then it stays parked."""
        delivery = self._interpret(parked.event_id, parked.subject, parked.headers, parked.body.encode())
        if delivery.fault is not None:
            raise delivery.fault

        async def job(tx: Transaction) -> None:
            await self._parking.settle(tx, parked.id, "resent")
            await self._apply(tx, [delivery])

        await self._writer.run(job)
        self._arrivals.pulse()

    async def take_up_kept(self) -> int:
        """Apply, in the order they came, the kept events that this release can read; gives how many it took up.

        Called before live events are read. One that fails now is parked; raises only what keeps even that from
        being written down.
        """
        subjects = await self._keeping.subjects()
        readable = {subject for subject in subjects if (address := parse(subject)) and class_at(address)}
        after, taken = 0, 0
        while readable and (kept := await self._keeping.following(after, readable, TAKEN_UP_TOGETHER)):
            after, taken = kept[-1].id, taken + len(kept)
            try:
                await self._take_up(kept)
            except Exception as error:
                log.info("kept-taken-singly", events=len(kept), error=repr(error))
                for one in kept:
                    await self._take_up_or_park(one)
        if taken:
            log.info("kept-events-taken-up", events=taken, kinds=len(readable))
            self._arrivals.pulse()
        return taken

    async def _take_up_or_park(self, kept: ParkedEvent) -> None:
        try:
            await self._take_up([kept])
        except Exception as error:
            body = kept.body.encode()
            await self._park(_Delivery(kept.event_id, kept.subject, kept.headers, body), reason_of(error), 1)

    async def _take_up(self, kept: Sequence[ParkedEvent]) -> None:
        deliveries = [self._interpret(one.event_id, one.subject, one.headers, one.body.encode()) for one in kept]
        for delivery in deliveries:
            if delivery.fault is not None:
                raise delivery.fault
        pairs = list(zip(kept, deliveries, strict=True))

        async def job(tx: Transaction) -> None:
            await self._keeping.settle(tx, [one.id for one, read in pairs if read.received is not None], "applied")
            await self._keeping.settle(tx, [one.id for one, read in pairs if read.received is None], "passed")
            await self._apply(tx, deliveries)

        await self._writer.run(job)

    async def _take_together(self, deliveries: list[_Delivery]) -> None:
        if self._witness is not None or any(delivery.is_of_use for delivery in deliveries):
            try:
                await self._writer.run(lambda tx: self._apply(tx, deliveries))
            except Exception as error:
                log.info("batch-taken-singly", events=len(deliveries), error=repr(error))
                await self._take_singly(deliveries)
                return
            self._arrivals.pulse()
        for delivery in deliveries:
            await _ack(delivery)

    async def _take_singly(self, deliveries: list[_Delivery]) -> None:
        for delivery in deliveries:
            try:
                await self._take_one(delivery)
            except Exception as error:
                # Counting or parking failed: the database is away. Nothing is decided, so nothing is counted.
                log.warning("database-away", event_id=delivery.event_id, error=repr(error))
                await _nak(delivery, DATABASE_AWAY_SECONDS)

    async def _take_one(self, delivery: _Delivery) -> None:
        # Counted and committed before the work: a crash then blames exactly the event that caused it.
        tries = await self._writer.run(lambda tx: self._count_try(tx, delivery.event_id))
        try:
            if delivery.is_faulty:
                assert delivery.fault is not None
                raise delivery.fault
            if tries > len(self._delays) + 1:
                raise NotAnEvent(
                    "tries-exhausted", "The event was tried {tries} times and never finished.", tries=tries
                )
            await self._writer.run(lambda tx: self._apply(tx, [delivery]))
        except (DomainError, ValidationError) as error:
            await self._park(delivery, reason_of(error), tries)
        except Exception as error:
            if tries > len(self._delays):
                await self._park(delivery, reason_of(error), tries)
            else:
                if not isinstance(error, TooEarly):
                    log.warning("event-failed", event_id=delivery.event_id, subject=delivery.subject, error=repr(error))
                await _nak(delivery, self._delays[tries - 1])
        else:
            self._arrivals.pulse()
            await _ack(delivery)

    async def _apply(self, tx: Transaction, deliveries: Sequence[_Delivery]) -> None:
        void = await self._show(tx, deliveries)
        valid = [delivery for delivery in deliveries if delivery.event_id not in void]
        unread = [UnreadEvent(d.event_id, d.subject, d.headers, d.body) for d in valid if d.is_unread]
        if unread:
            await self._keeping.keep(tx, unread)
        ours = {d.event_id: d.received for d in valid if d.received is not None}
        if not ours:
            return
        rows = [{"event_id": event_id, "received_at": tx.now} for event_id in ours]
        new = await tx.add_missing_and_say(self._tables.inbox, rows, "event_id")
        fresh = [received for event_id, received in ours.items() if event_id in new]
        # By handler, not by class: one that takes several classes gets them as they came, in one go.
        for handler, run in itertools.groupby(fresh, key=lambda received: self.handlers.at(received.address)):
            assert handler is not None
            await handler(tx, list(run))

    async def _show(self, tx: Transaction, deliveries: Sequence[_Delivery]) -> set[str]:
        if self._witness is None:
            return set()
        return await self._witness(tx, [Letter(d.event_id, d.subject, d.headers, d.body) for d in deliveries])

    async def _count_try(self, tx: Transaction, event_id: str) -> int:
        tries = self._tables.tries
        statement = tx.insert(tries).values(event_id=event_id, count=1)
        await tx.execute(
            statement.on_conflict_do_update(index_elements=["event_id"], set_={"count": tries.c.count + 1})
        )
        return int(await tx.scalar(select(tries.c.count).where(tries.c.event_id == event_id)))

    async def _park(self, delivery: _Delivery, reason: str, tries: int) -> None:
        log.error("event-parked", event_id=delivery.event_id, subject=delivery.subject, reason=reason)

        async def job(tx: Transaction) -> None:
            await self._show(tx, [delivery])
            await self._parking.park(
                tx,
                event_id=delivery.event_id,
                subject=delivery.subject,
                headers=delivery.headers,
                body=delivery.body,
                reason=reason,
                tries=tries,
            )

        await self._writer.run(job)
        if delivery.message is not None:
            await delivery.message.term()

    def _read(self, message: Msg) -> _Delivery:
        metadata = message.metadata
        # A foreign publisher may give no id; its place in the stream is one.
        event_id = event_id_of(message.headers) or derived_id(
            metadata.domain, metadata.stream, metadata.sequence.stream
        )
        kept_under = _kept_under(event_id, message.subject)
        delivery = self._interpret(kept_under, message.subject, dict(message.headers or {}), message.data)
        return _Delivery(
            delivery.event_id,
            delivery.subject,
            delivery.headers,
            delivery.body,
            metadata.num_delivered == 1,
            delivery.received,
            delivery.fault,
            message,
        )

    def _interpret(self, event_id: str, subject: str, headers: dict[str, str], body: bytes) -> _Delivery:
        """``event_id`` is the one it is kept under here; what is read of it bears the one that its publisher gave."""
        try:
            received = self.read(_at_most_64(event_id_of(headers) or event_id), subject, headers, body)
        except (DomainError, ValidationError) as error:
            return _Delivery(event_id, subject, headers, body, fault=error)
        return _Delivery(event_id, subject, headers, body, received=received)

    def read(self, event_id: str, subject: str, headers: Mapping[str, str] | None, body: bytes) -> Received[Any] | None:
        """The event in a message, or None where it is none of this service's.

        Raises DomainError or ValidationError for what can never be applied, and so is parked.
        """
        address = parse(subject)
        if address is None:
            raise NotAnEvent("not-a-subject", "The subject is not one of ours.")
        event, heard_of = class_at(address), self.handlers.hears_of(address)
        if self.handlers.at(address) is None and not heard_of and (event is not None or not self._parks_unknown):
            return None
        _check_source(address.body, address.via, source_of(headers))
        _check_words(event_id, address.own_subject, headers or {}, body)
        if event is None and release_of(headers) is not None:
            raise FromANewerRelease("newer-event", "Only a newer release knows this kind and version of event.")
        if event is None or self.handlers.at(address) is None:
            raise NotAnEvent("unknown-event", "This release knows no event of this kind and version.")
        return Received(event.model_validate_json(body), event_id, address, body, said_at_of(headers))


def _kept_under(event_id: str, subject: str) -> str:
    """The id by which an event is known here: its publisher's own, and the way it came where it rose from below.

    Ids follow from references and revisions, which are each body's own, so two bodies below may well use the same; and
    a hostile one could use a sibling's before it, to have it taken for a repeat.
    """
    way, _, _ = subject.partition("doorstep.")
    return derived_id(way, event_id) if way else _at_most_64(event_id)


def _at_most_64(event_id: str) -> str:
    return event_id if len(event_id) <= 64 else derived_id(event_id)


def _check_source(body: str, via: tuple[str, ...], source: str) -> None:
    """The parent's server stamps the way an event took; what it says of itself must fit.

    An event that rose through ``ili`` from ``zhaosu`` carries ``from.ili.from.zhaosu.``: the last stamp is the
    server next to the publisher, so it must be the publisher.
    """
    if via and via[-1] != body:
        raise NotAnEvent(
            "forged-body", "The event claims to be of {body}, but came from {child}.", body=body, child=via[-1]
        )
    if source and not source.startswith(f"/{body}/"):
        raise NotAnEvent("forged-source", "The event's source is not the body it is published for.")


def _check_words(event_id: str, subject: str, headers: Mapping[str, str], body: bytes) -> None:
    """What rose with its place in a chain says exactly what it said when it got it."""
    place = place_in(headers)
    if place is None:
        return
    said = Said(event_id, subject, headers.get("ce-time", ""), body.decode())
    if hash_of(place.previous, said) != place.hash:
        raise NotAnEvent("altered-event", "The event was altered on its way: its hash does not fit its words.")


async def _ack(delivery: _Delivery) -> None:
    if delivery.message is not None:
        await delivery.message.ack()


async def _nak(delivery: _Delivery, delay: float) -> None:
    if delivery.message is not None:
        await delivery.message.nak(delay=delay)
