"""What a roster file leaves out stays as it is: a file from before there were terms does not end every term."""

from __future__ import annotations

from typing import Any, TypeVar

from services.routing.roster.document import (
    CommunityEntry,
    DepartmentEntry,
    MemberEntry,
    Roster,
    StationEntry,
    TownshipEntry,
)
from services.routing.roster.units import UnitEntry

E = TypeVar("E", TownshipEntry, StationEntry, CommunityEntry, MemberEntry, DepartmentEntry, UnitEntry)

_MAY_BE_LEFT_OUT: dict[type[Any], frozenset[str]] = {
    TownshipEntry: frozenset({"names"}),
    StationEntry: frozenset({"names", "composition", "readiness", "duty"}),
    CommunityEntry: frozenset({"names"}),
    MemberEntry: frozenset({"stand_in", "units", "terms", "leave"}),
    DepartmentEntry: frozenset({"names", "email", "phone", "language", "days_to_reply"}),
    UnitEntry: frozenset({"names", "parent", "set_up_on", "dissolved_on", "posts"}),
}
"""Fields that the first files did not have. An empty list or a null says that there is nothing; absence, nothing."""

_OF_THE_BODY = frozenset({"composition", "readiness", "units_required", "units_required_below"})


def completed(sent: Roster, before: Roster | None) -> Roster:
    """``sent``, with whatever it leaves out taken from the present roster."""
    if before is None:
        return sent
    of_body = {name: getattr(before, name) for name in _OF_THE_BODY - sent.model_fields_set}
    return sent.model_copy(
        update={
            **of_body,
            "townships": _completed(sent.townships, before.townships),
            "stations": _completed(sent.stations, before.stations),
            "communities": _completed(sent.communities, before.communities),
            "members": _completed(sent.members, before.members),
            "departments": _completed(sent.departments, before.departments),
            "units": _completed(sent.units, before.units) if "units" in sent.model_fields_set else before.units,
        }
    )


def _completed(sent: tuple[E, ...], before: tuple[E, ...]) -> tuple[E, ...]:
    known = {each.code: each for each in before}
    return tuple(_with_missing(each, known[each.code]) if each.code in known else each for each in sent)


def _with_missing(sent: E, known: E) -> E:
    missing = _MAY_BE_LEFT_OUT[type(sent)] - sent.model_fields_set
    return sent.model_copy(update={name: getattr(known, name) for name in missing}) if missing else sent
