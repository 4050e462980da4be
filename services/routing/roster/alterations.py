"""What can be altered in one entry of a roster, piece by piece; pure, so that what follows can be checked first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, Literal, TypeVar

from services.routing.roster.document import MemberEntry, StationEntry
from services.routing.roster.entries import E
from services.routing.roster.parts import DutyEntry, DutyRuleEntry, LeaveEntry, StationItem, StationPart, TermEntry
from shared.errors import Conflict, NotFound

DayException = Literal["extra", "cancelled"]


@dataclass(frozen=True, slots=True)
class Piece:
    """What of an entry somebody sends: the ``way`` to it, and the ``field`` to name where none of its own is wrong.

    With ``is_field`` that field is all that is sent, however deep in the entry it comes to stand.
    """

    way: tuple[str, ...] = ()
    field: str = "code"
    is_field: bool = False


WHOLE = Piece()


@dataclass(frozen=True)
class Alteration(Generic[E]):
    """One thing done to an entry of ``kind``. ``apply`` raises NotFound where there is no such piece."""

    kind: type[E]
    apply: Callable[[E], E]
    piece: Piece = WHOLE


# -- members ---------------------------------------------------------------------------------------------

_LEAVE = Piece(("leave",), "begins_on")
_TERMS = Piece(("terms",), "begins_on")


def leave_added(leave: LeaveEntry) -> Alteration[MemberEntry]:
    """A member will be away."""
    return Alteration(MemberEntry, lambda member: _copy(member, leave=(*member.leave, leave)), _LEAVE)


def leave_ended(begins_on: date, ends_on: date) -> Alteration[MemberEntry]:
    """A leave ends on another day than was said."""

    def apply(member: MemberEntry) -> MemberEntry:
        ended = _copy(_that(member.leave, begins_on), ends_on=ends_on)
        return _copy(member, leave=tuple(ended if each.begins_on == begins_on else each for each in member.leave))

    return Alteration(MemberEntry, apply, _LEAVE)


def leave_dropped(begins_on: date) -> Alteration[MemberEntry]:
    """A leave is not taken."""
    return Alteration(
        MemberEntry, lambda member: _copy(member, leave=_without(member.leave, _that(member.leave, begins_on))), _LEAVE
    )


def term_added(term: TermEntry) -> Alteration[MemberEntry]:
    """A member holds office."""
    return Alteration(MemberEntry, lambda member: _copy(member, terms=(*member.terms, term)), _TERMS)


def term_dropped(begins_on: date) -> Alteration[MemberEntry]:
    """A term was recorded by mistake."""
    return Alteration(
        MemberEntry, lambda member: _copy(member, terms=_without(member.terms, _that(member.terms, begins_on))), _TERMS
    )


# -- stations --------------------------------------------------------------------------------------------


def composition_set(parts: tuple[StationPart, ...]) -> Alteration[StationEntry]:
    """How many of each part a station has."""
    return Alteration(StationEntry, lambda station: _copy(station, composition=parts))


def readiness_set(items: tuple[StationItem, ...]) -> Alteration[StationEntry]:
    """What of the things it must have a station has."""
    return Alteration(StationEntry, lambda station: _copy(station, readiness=items))


def rule_added(rule: DutyRuleEntry, hours: str | None) -> Alteration[StationEntry]:
    """One more rule of duty days; the first one takes the place of the body's, and then ``hours`` are taken along."""

    def apply(station: StationEntry) -> StationEntry:
        duty = station.duty or DutyEntry(rules=(), hours=hours)
        return _copy(station, duty=_copy(duty, rules=(*duty.rules, rule)))

    return Alteration(StationEntry, apply, Piece(("duty", "rules"), "days_of_month"))


def rule_dropped(place: int) -> Alteration[StationEntry]:
    """A rule does not hold any longer; with the last one the body's duty days hold again."""

    def apply(station: StationEntry) -> StationEntry:
        duty = _own_duty(station)
        if place >= len(duty.rules):
            raise _nothing("rule")
        rules = duty.rules[:place] + duty.rules[place + 1 :]
        return _copy(station, duty=_copy(duty, rules=rules) if rules else None)

    return Alteration(StationEntry, apply, Piece(("duty",), "rule"))


def hours_set(hours: str | None) -> Alteration[StationEntry]:
    """From when to when members are there on the station's own duty days."""
    return Alteration(
        StationEntry,
        lambda station: _copy(station, duty=_copy(_own_duty(station), hours=hours)),
        Piece(("duty",), "hours"),
    )


def day_excepted(day: date, exception: DayException) -> Alteration[StationEntry]:
    """One day on which a station's duty rules do not hold."""

    def apply(station: StationEntry) -> StationEntry:
        duty = _own_duty(station)
        days = (*(each for each in getattr(duty, exception) if each != day), day)
        return _copy(station, duty=_copy(duty, **{exception: days}))

    return Alteration(StationEntry, apply, Piece(("duty", exception), "day"))


def day_restored(day: date) -> Alteration[StationEntry]:
    """The rules hold again on that day."""

    def apply(station: StationEntry) -> StationEntry:
        duty = _own_duty(station)
        if day not in (*duty.extra, *duty.cancelled):
            raise _nothing("day")
        return _copy(
            station, duty=_copy(duty, extra=_without(duty.extra, day), cancelled=_without(duty.cancelled, day))
        )

    return Alteration(StationEntry, apply, Piece(("duty",), "day"))


def _own_duty(station: StationEntry) -> DutyEntry:
    if station.duty is None:
        raise Conflict(
            "no-own-duty-days",
            "This station keeps the duty days of the body. Give it a rule of its own first.",
            field="day",
        )
    return station.duty


# -- how -------------------------------------------------------------------------------------------------

C = TypeVar("C", MemberEntry, StationEntry, LeaveEntry, DutyEntry)
P = TypeVar("P", TermEntry, LeaveEntry)
V = TypeVar("V")


def _copy(entry: C, **changed: Any) -> C:
    return entry.model_copy(update=changed)


def _without(parts: tuple[V, ...], gone: V) -> tuple[V, ...]:
    return tuple(part for part in parts if part != gone)


def _that(parts: tuple[P, ...], begins_on: date) -> P:
    found = next((each for each in parts if each.begins_on == begins_on), None)
    if found is None:
        raise _nothing("begins_on")
    return found


def _nothing(field: str) -> NotFound:
    return NotFound("not-in-roster", "There is no such entry in the roster.", field=field)
