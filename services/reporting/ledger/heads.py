"""The heads of all chains between this body, its parent and its children, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.reporting.ledger.answering import Heard
from services.reporting.ledger.comparing import Standing
from services.reporting.ledger.held import Chain
from services.reporting.ledger.holdings import HeldOf
from services.reporting.ledger.reconcile import Compared


@dataclass(frozen=True, slots=True)
class Head:
    """The last place of a chain and its hash; ``hash`` None where only the place was said."""

    position: int
    hash: str | None


@dataclass(frozen=True, slots=True)
class ChainHeads:
    """A chain of ``body`` as this body has it (``here``) and as the one on the other side of a link does (``there``).

    ``side``: which side that is; a body between two tiers shows a chain from below once for each. ``there`` and ``at``
    are None while the other one has not spoken since this service started.
    """

    body: str
    chain: str
    side: Literal["parent", "child"]
    standing: str
    here: Head
    there: Head | None
    at: datetime | None


def chain_heads(
    compared: Mapping[Chain, Compared], held: Sequence[HeldOf], heard: Mapping[Chain, Heard]
) -> list[ChainHeads]:
    """What was last ``compared`` with the parent, then what is ``held`` and was ``heard`` of those below."""
    above = [
        ChainHeads(
            body,
            chain,
            "parent",
            last.standing.value,
            Head(last.position, last.hash),
            Head(last.told.position, last.told.hash),
            last.at,
        )
        for (body, chain), last in compared.items()
    ]
    return above + [_below(each, heard.get((each.body, each.chain))) for each in held]


def _below(held: HeldOf, said: Heard | None) -> ChainHeads:
    here = Head(held.told.position, held.told.hash)
    if said is None:
        return ChainHeads(held.body, held.chain, "child", Standing.UNKNOWN.value, here, None, None)
    return ChainHeads(held.body, held.chain, "child", said.standing, here, Head(said.head, None), said.at)
