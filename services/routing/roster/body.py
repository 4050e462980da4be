"""What can be altered of what holds for the whole body; pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from services.routing.roster.document import DutyDays, Roster
from services.routing.roster.parts import CompositionPart, ReadinessItem
from services.routing.roster.units import UnitsRequired
from shared.errors import NotFound

Named = Literal["composition", "readiness"]
"""The lists in which a body names things: the parts of a station's composition, the items of its readiness."""


def duty_days_set(days: DutyDays) -> Callable[[Roster], Roster]:
    """The duty days of every station that has none of its own."""
    return lambda roster: roster.model_copy(update={"duty_days": days})


def units_required_set(of_itself: UnitsRequired | None, below: UnitsRequired | None) -> Callable[[Roster], Roster]:
    """What the body must have, and each body that stands as a unit in its chain; None: nothing is asked."""
    return lambda roster: roster.model_copy(update={"units_required": of_itself, "units_required_below": below})


def named_added(named: Named, entry: CompositionPart | ReadinessItem) -> Callable[[Roster], Roster]:
    """One more part or item, or another name for the one of that code."""

    def apply(roster: Roster) -> Roster:
        entries = list(getattr(roster, named))
        place = next((n for n, each in enumerate(entries) if each.code == entry.code), len(entries))
        entries[place : place + 1] = [entry]
        return roster.model_copy(update={named: tuple(entries)})

    return apply


def named_dropped(named: Named, code: str) -> Callable[[Roster], Roster]:
    """A part or an item is not asked for any longer. Raises NotFound."""

    def apply(roster: Roster) -> Roster:
        kept = tuple(each for each in getattr(roster, named) if each.code != code)
        if len(kept) == len(getattr(roster, named)):
            raise NotFound("not-in-roster", "There is no such entry in the roster.", field="code")
        return roster.model_copy(update={named: kept})

    return apply
