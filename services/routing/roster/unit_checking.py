"""What is wrong with the units of a roster: a chain that is no tree, posts twice, dates that do not fit together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from services.routing.roster.document import Roster
from services.routing.roster.faults import ENDS_FIRST, STILL_TO_COME, Mistake, overlapping, second_ones
from services.routing.roster.lines import Location
from services.routing.roster.units import PostEntry, UnitEntry
from shared.i18n import N_

_NO_PARENT = N_("There is no unit {given} in this roster.")


def in_units(roster: Roster, today: date) -> Iterator[Mistake]:
    """Every mistake in the roster's units and their posts, in the order of the file."""
    units = {unit.code: unit for unit in roster.units}
    for index, unit in enumerate(roster.units):
        at: Location = ("units", index)
        yield from _in_chain(unit, units, (*at, "parent"))
        yield from _in_dates(unit, at, today)
        yield from second_ones([post.code for post in unit.posts], (*at, "posts"), "code")
        for place, post in enumerate(unit.posts):
            here = (*at, "posts", place)
            yield from _in_dates(post, here, today)
            yield from _in_spans(post, here, today)


def _in_chain(unit: UnitEntry, units: Mapping[str, UnitEntry], at: Location) -> Iterator[Mistake]:
    if unit.parent is None:
        return
    parent = units.get(unit.parent)
    if parent is None:
        yield at, _NO_PARENT, {"given": unit.parent}
    elif unit.code in ancestors(unit, units):
        yield at, N_("The unit {given} would stand below itself."), {"given": unit.code}
    elif unit.stands and not parent.stands:
        yield at, N_("The unit {given} is dissolved, and others still hang on it."), {"given": unit.parent}


def ancestors(unit: UnitEntry, units: Mapping[str, UnitEntry]) -> list[str]:
    """The codes of the units above ``unit``, the nearest first; of a ring, each unit once."""
    found: dict[str, None] = {}
    above = unit.parent
    while above is not None and above in units and above not in found:
        found[above] = None
        above = units[above].parent
    return list(found)


def _in_dates(entry: UnitEntry | PostEntry, at: Location, today: date) -> Iterator[Mistake]:
    for name, day in (("set_up_on", entry.set_up_on), ("dissolved_on", entry.dissolved_on)):
        if day is not None and day > today:
            yield (*at, name), STILL_TO_COME, {}
    if entry.set_up_on is not None and entry.dissolved_on is not None and entry.dissolved_on < entry.set_up_on:
        yield (*at, "dissolved_on"), ENDS_FIRST, {}


def _in_spans(post: PostEntry, at: Location, today: date) -> Iterator[Mistake]:
    for index, span in enumerate(post.filled):
        here = (*at, "filled", index)
        if post.set_up_on is not None and span.begins_on < post.set_up_on:
            yield (*here, "begins_on"), N_("This is before the post was set up."), {}
        elif span.begins_on > today:
            yield (*here, "begins_on"), STILL_TO_COME, {}
        if span.ends_on is not None and span.ends_on < span.begins_on:
            yield (*here, "ends_on"), ENDS_FIRST, {}
        elif span.ends_on is not None and span.ends_on > today:
            yield (*here, "ends_on"), STILL_TO_COME, {}
        elif post.dissolved_on is not None and (span.ends_on or span.begins_on) > post.dissolved_on:
            yield (*here, "ends_on"), N_("This is after the post was dissolved."), {}
    for first, index in overlapping([(span.begins_on, span.ends_on or date.max) for span in post.filled]):
        title = N_("The post is held already from {begins_on} on.")
        yield (*at, "filled", index, "begins_on"), title, {"begins_on": post.filled[first].begins_on}
