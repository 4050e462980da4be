"""Through which children each body's reports come: the way it first came by, unless an officer allows another.

The parent's server stamps what comes from a child, but whatever stands before that stamp is the child's own word: one
that has its server in its hands could write a sibling's stamp itself. What came by another way than its body's is
refused, and parked for people to see (docs/decisions/0023).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from services.reporting.tables import Way
from shared.contracts.subjects import Address
from shared.db.reader import Reader
from shared.db.transaction import Transaction
from shared.errors import DomainError

OWN = ""
"""The way of what the body itself reports."""

_WAYS = Way.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class KnownWay:
    """One way by which reports of ``body`` are taken: codes of the bodies it passes, the nearest first."""

    body: str
    through: tuple[str, ...]
    known_since: datetime


class AnotherWay(DomainError):
    """An event came by a way that is not its body's."""

    def __init__(self, address: Address, known: Iterable[str]) -> None:
        super().__init__(
            "another-way",
            "Reports of {body} come through {known}; this one came through {way}.",
            body=address.body,
            known=" or ".join(each or "no other body" for each in sorted(known)),
            way=".".join(address.via) or "no other body",
        )


class Gate:
    """Decides for some events in a row which came by their body's way; ``fresh`` are the ways it has learnt."""

    def __init__(self, own: str, known: Iterable[tuple[str, str]]) -> None:
        self._ways: defaultdict[str, set[str]] = defaultdict(set)
        self._ways[own].add(OWN)
        for body, way in known:
            self._ways[body].add(way)
        self.fresh: list[tuple[str, str]] = []

    def check(self, address: Address) -> None:
        """Raises :class:`AnotherWay`. The first way that a body comes by is taken for its own."""
        way, known = ".".join(address.via), self._ways[address.body]
        if not known:
            known.add(way)
            self.fresh.append((address.body, way))
        elif way not in known:
            raise AnotherWay(address, known)


class Ways:
    """The ways known at the body ``own``."""

    def __init__(self, own: str) -> None:
        self._own = own

    async def check(self, tx: Transaction, addresses: Sequence[Address]) -> None:
        """Learn the way of every body that is new. Raises :class:`AnotherWay` for the first that came by another."""
        strangers = {address.body for address in addresses if address.via or address.body != self._own}
        if not strangers:
            return
        rows = await tx.all(select(_WAYS.c.body, _WAYS.c.way).where(_WAYS.c.body.in_(strangers)))
        gate = Gate(self._own, ((row.body, row.way) for row in rows))
        for address in dict.fromkeys(addresses):
            gate.check(address)
        await self._keep(tx, gate.fresh)

    async def gate(self, tx: Transaction) -> Gate:
        """For reading the whole stream again, with everything that is known."""
        rows = await tx.all(select(_WAYS.c.body, _WAYS.c.way))
        return Gate(self._own, ((row.body, row.way) for row in rows))

    async def allow(self, tx: Transaction, body: str, through: Sequence[str]) -> None:
        """From now on reports of ``body`` are taken by this way too. Raises DomainError on field ``through``.

        A body that moved to another parent is the reason; what was parked meanwhile can then be sent again.
        """
        if not through or through[-1] != body or self._own in through or len(set(through)) != len(through):
            raise DomainError(
                "not-a-way",
                "Name the bodies from this body's own child down to {body}, each once.",
                field="through",
                body=body,
            )
        await self._keep(tx, [(body, ".".join(through))])

    async def _keep(self, tx: Transaction, ways: Sequence[tuple[str, str]]) -> None:
        if ways:
            await tx.add_missing(_WAYS, [{"body": body, "way": way, "known_since": tx.now} for body, way in ways])


async def known_ways(reader: Reader) -> list[KnownWay]:
    """All of them, by body and then the oldest first."""
    rows = await reader.all(select(_WAYS).order_by(_WAYS.c.body, _WAYS.c.known_since, _WAYS.c.way))
    return [KnownWay(row.body, tuple(row.way.split(".")), row.known_since) for row in rows]
