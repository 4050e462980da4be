"""What rises is chained: each event carries the hash of the one its service said before, and so of all before it.

One chain for each outbox, that is for each service of a body: an outbox is what one transaction writes, and two
services could only share a chain by waiting for each other. A chain begins at position 1, after a hash that names it
(docs/decisions/0019). The hash is over what the event says, and not over its way: neither stamps nor traces are in it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

POSITION = "ce-doorstepposition"
PREVIOUS = "ce-doorstepprevious"
HASH = "ce-doorstephash"
"""CloudEvents extension attributes; the core specification allows lower-case letters and digits only."""

REPORT_PLANE = ".report."


@dataclass(frozen=True, slots=True)
class Place:
    """Where an event stands in its chain: counted from 1; both hashes are 64 hexadecimal digits."""

    position: int
    previous: str
    hash: str

    def headers(self) -> dict[str, str]:
        """As the event carries it upward."""
        return {POSITION: str(self.position), PREVIOUS: self.previous, HASH: self.hash}


@dataclass(frozen=True, slots=True)
class Said:
    """What a hash is over. ``at`` is the event's ``ce-time``, ``body`` its text as it travels."""

    event_id: str
    subject: str
    at: str
    body: str


@lru_cache(maxsize=256)
def beginning(body: str, service: str) -> str:
    """What stands before the first event of this chain."""
    return hashlib.sha256(f"doorstep chain /{body}/{service}".encode()).hexdigest()


def hash_of(previous: str, said: Said) -> str:
    """The hash of an event that follows ``previous``. The lengths keep the parts apart, whatever they hold."""
    parts = (previous, said.event_id, said.subject, said.at, said.body)
    lengths = " ".join([str(len(part)) for part in parts])
    return hashlib.sha256(f"{lengths}\n{''.join(parts)}".encode()).hexdigest()


def rises(subject: str) -> bool:
    """Whether events on ``subject`` of one's own body are for the parent, and so are chained."""
    return REPORT_PLANE in subject


def place_in(headers: Mapping[str, str]) -> Place | None:
    """The place that an event says it has, or None where it says none that can be read."""
    position, previous, own = headers.get(POSITION, ""), headers.get(PREVIOUS), headers.get(HASH)
    if not (position.isascii() and position.isdecimal() and len(position) < 19) or not previous or not own:
        return None
    return Place(int(position), previous[:64], own[:64])
