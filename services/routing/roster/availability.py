"""Who can be asked on a day, and where somebody is on duty: what a roster with dates says of one date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from services.routing.roster.document import MemberEntry, Roster


@dataclass(frozen=True, slots=True)
class Leave:
    """A member is away up to and including ``until``; ``stand_in`` takes their place, where one is named."""

    member: str
    begins_on: date
    until: date
    stand_in: str | None


@dataclass(frozen=True)
class Availability:
    """One roster on one date (of the body's calendar). Codes that the roster lacks are in term, here and off duty."""

    on: date
    _out_of_term: frozenset[str] = field(repr=False)
    _leaves: Mapping[str, Leave] = field(repr=False)
    _stations: frozenset[str] = field(repr=False)

    @classmethod
    def of(cls, roster: Roster, on: date) -> Availability:
        """What ``roster`` says of ``on``."""
        leaves = (_leave(member, on) for member in roster.members)
        return cls(
            on=on,
            _out_of_term=frozenset(member.code for member in roster.members if not _in_term(member, on)),
            _leaves={leave.member: leave for leave in leaves if leave is not None},
            _stations=frozenset(
                station.code for station in roster.stations if roster.duty_plan(station).is_duty_day(on)
            ),
        )

    def in_term(self, member: str) -> bool:
        """Whether the member holds office; a member without any term in the roster does."""
        return member not in self._out_of_term

    def on_leave(self, member: str) -> Leave | None:
        """The leave the member is on, or None."""
        return self._leaves.get(member)

    def on_duty(self, station: str) -> bool:
        """Whether it is a duty day of the station."""
        return station in self._stations


def _in_term(member: MemberEntry, on: date) -> bool:
    if not member.terms:
        return True
    return any(term.begins_on <= on and (term.ends_on is None or on <= term.ends_on) for term in member.terms)


def _leave(member: MemberEntry, on: date) -> Leave | None:
    for leave in member.leave:
        if leave.ends_on is not None and leave.begins_on <= on <= leave.ends_on:
            return Leave(member.code, leave.begins_on, leave.ends_on, leave.stand_in or member.stand_in)
    return None
