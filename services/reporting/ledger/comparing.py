"""Whether a child's ledger and what its parent holds of it agree: pure, and the same at both ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

PATIENCE = timedelta(seconds=30)
"""So long the parent may tell the same, with nothing on its way, before what it lacks counts as lost."""

PATIENCE_ON_ITS_WAY = timedelta(seconds=120)
"""The same where the stream has something that the parent's server has not taken: after a restart it takes 40 s
until it asks again (docs/decisions/0009)."""


class Standing(StrEnum):
    """How a chain stands between the two."""

    AGREES = "agrees"
    RISING = "rising"
    """The parent holds a part, the same as here; the rest is on its way."""
    LACKS = "lacks"
    """The parent lacks events that the ledger has."""
    WENT_BACK = "went-back"
    """The ledger is shorter than what the parent holds of it: a database restored from an older backup."""
    DIFFERS = "differs"
    """The two hold different events in one place."""
    UNKNOWN = "unknown"
    """Nobody has answered yet, or not for a while."""

    @property
    def is_wrong(self) -> bool:
        """Whether somebody must do something."""
        return self in (Standing.LACKS, Standing.WENT_BACK, Standing.DIFFERS)


@dataclass(frozen=True, slots=True)
class Told:
    """What a parent holds of a chain: the last place and its hash, how many events, how many stand beside."""

    position: int
    hash: str
    events: int
    strays: int = 0


@dataclass(frozen=True, slots=True)
class Own:
    """What the ledger has: its last place, and the hash at the place that the parent told, None where it has none."""

    position: int
    hash_there: str | None
    hash: str = ""
    """At its last place."""


@dataclass(frozen=True, slots=True)
class OfDay:
    """What one side holds of a day; see :class:`shared.messaging.ledger.Day`."""

    day: str
    count: int
    position: int
    hash: str


def judge(own: Own, told: Told, still_for: timedelta, *, on_its_way: bool = False) -> Standing:
    """How the chain stands; ``still_for``: since when the parent has told the same;
    ``on_its_way``: its server has not taken all of the child's stream.

    ``own`` must have been read after the parent answered, or what rose in between looks like a step back.
    """
    if told.position > own.position or own.hash_there is None:
        return Standing.WENT_BACK
    if own.hash_there != told.hash or told.strays:
        return Standing.DIFFERS
    if told.events < told.position:
        return Standing.LACKS
    if told.position == own.position:
        return Standing.AGREES
    patience = PATIENCE_ON_ITS_WAY if on_its_way else PATIENCE
    return Standing.LACKS if still_for >= patience else Standing.RISING


def first_day_apart(own: Sequence[OfDay], told: Sequence[OfDay], up_to: int) -> str | None:
    """The first day of which the two hold different things; days that go on after place ``up_to`` are not compared."""
    ours = {day.day: day for day in own if day.position <= up_to}
    theirs = {day.day: day for day in told if day.position <= up_to}
    going_on = {day.day for day in own if day.position > up_to}
    for day in sorted((ours.keys() | theirs.keys()) - going_on):
        if ours.get(day) != theirs.get(day):
            return day
    return None
