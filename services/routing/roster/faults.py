"""What every check of a roster says alike: how a mistake is told, codes that repeat, spans that overlap."""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise

from services.routing.roster.lines import Location
from shared.i18n import N_

Mistake = tuple[Location, str, Mapping[str, object]]
"""Where, a msgid, and what fills its places."""

ENDS_FIRST = N_("This ends before it begins.")
STILL_TO_COME = N_("This date is still to come.")
_TWICE = N_("The code {given} stands here a second time.")


def unknown(
    codes: Sequence[str], known: Container[str], title: str, location: Location, *, several: bool = True
) -> Iterator[Mistake]:
    """Codes that are not among the ``known``; ``title`` says of what there is none."""
    for place, code in enumerate(codes):
        if code not in known:
            yield (*location, place) if several else location, title, {"given": code}


def second_ones(codes: Sequence[str], at: Location, *field: str) -> Iterator[Mistake]:
    """Codes that stand in one list more than once."""
    seen: set[str] = set()
    for index, code in enumerate(codes):
        if code in seen:
            yield (*at, index, *field), _TWICE, {"given": code}
        seen.add(code)


def overlapping(spans: Sequence[tuple[date, date]]) -> Iterator[tuple[int, int]]:
    """Pairs of places whose spans share a day, the later beginning second; neighbours in order of time."""
    ordered = sorted((span, place) for place, span in enumerate(spans))
    for (before, first), (after, second) in pairwise(ordered):
        if after[0] <= before[1]:
            yield first, second
