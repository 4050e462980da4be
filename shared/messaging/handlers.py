"""Which use case takes which event."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from shared.contracts.event import Event
from shared.contracts.subjects import Address, kind_of
from shared.db.transaction import Transaction

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Received(Generic[E]):
    """An event that arrived, with the names it travelled under."""

    event: E
    event_id: str
    address: Address
    said: bytes = b""
    """Its body as it came, which may say more than this release reads."""
    said_at: datetime | None = None
    """When its publisher wrote it down, by the publisher's clock; None of one that does not say."""


Handler = Callable[[Transaction, Sequence[Received[Any]]], Awaitable[None]]


class Handlers:
    """The handlers of one service, by class of event."""

    def __init__(self) -> None:
        self._by_kind: dict[tuple[str, str, str, int], Handler] = {}
        self._facts: set[tuple[str, str, str]] = set()
        self.events: list[type[Event]] = []

    def many(self, event: type[E], handler: Callable[[Transaction, Sequence[Received[E]]], Awaitable[None]]) -> None:
        """``handler`` takes all events of this class that arrived together, in order, in one transaction.

        The same handler may be given for several classes; it then gets them mixed, as they came.
        """
        kind = kind_of(event)
        self._by_kind[kind] = handler
        self._facts.add(kind[:3])
        self.events.append(event)

    def each(self, event: type[E], handler: Callable[[Transaction, Received[E]], Awaitable[None]]) -> None:
        """``handler`` takes one event at a time."""

        async def one_by_one(tx: Transaction, received: Sequence[Received[E]]) -> None:
            for item in received:
                await handler(tx, item)

        self.many(event, one_by_one)

    def at(self, address: Address) -> Handler | None:
        """The handler of the events at ``address``, or None."""
        return self._by_kind.get(address.kind)

    def hears_of(self, address: Address) -> bool:
        """Whether this fact concerns the service in some version, perhaps not in the one that came."""
        return address.kind[:3] in self._facts
