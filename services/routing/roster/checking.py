"""What no single field of a roster shows to be wrong: codes that name nothing, and dates that do not fit together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from services.routing.roster.document import MemberEntry, Roster, StationEntry
from services.routing.roster.faults import ENDS_FIRST, STILL_TO_COME, Mistake, overlapping, second_ones, unknown
from services.routing.roster.lines import Location
from services.routing.roster.parts import DutyEntry, DutyRuleEntry, LeaveEntry
from services.routing.roster.unit_checking import in_units
from shared.i18n import N_

_NO_TOWNSHIP = N_("There is no township {given} in this roster.")
_NO_STATION = N_("There is no station {given} in this roster.")
_NO_COMMUNITY = N_("There is no community {given} in this roster.")
_NO_MEMBER = N_("There is no member {given} in this roster.")
_NO_UNIT = N_("There is no unit {given} in this roster, or it is dissolved.")
_NO_PART = N_("The body names no part {given} of a station's composition.")
_NO_ITEM = N_("The body names no item {given} of readiness.")


def mistakes(roster: Roster, body: str, today: date) -> Iterator[Mistake]:
    """Everything that is wrong, in the order of the file. ``today`` is the date in the body's zone."""
    if roster.body.code != body:
        given = {"given": roster.body.code, "body": body}
        yield ("body", "code"), N_("This roster is of {given}, not of {body}."), given
    yield from _repeats(roster)
    townships = {township.code for township in roster.townships}
    stations = {station.code for station in roster.stations}
    communities = {community.code for community in roster.communities}
    for index, station in enumerate(roster.stations):
        at: Location = ("stations", index)
        yield from unknown([station.township], townships, _NO_TOWNSHIP, (*at, "township"), several=False)
        yield from _in_composition(roster, station, at)
        yield from _in_readiness(roster, station, at, today)
        if station.duty is not None:
            yield from _in_duty(station.duty, (*at, "duty"), today)
    for index, community in enumerate(roster.communities):
        at = ("communities", index)
        yield from unknown([community.township], townships, _NO_TOWNSHIP, (*at, "township"), several=False)
        if community.station is not None:
            yield from unknown([community.station], stations, _NO_STATION, (*at, "station"), several=False)
    members = {member.code: member for member in roster.members}
    standing = {unit.code for unit in roster.units if unit.stands}
    for index, member in enumerate(roster.members):
        at = ("members", index)
        yield from unknown(member.stations, stations, _NO_STATION, (*at, "stations"))
        yield from unknown(member.communities, communities, _NO_COMMUNITY, (*at, "communities"))
        yield from unknown(member.units, standing, _NO_UNIT, (*at, "units"))
        yield from _in_terms(member, at)
        yield from _in_leave(member, members, at)
    yield from in_units(roster, today)


# -- stations --------------------------------------------------------------------------------------------


def _in_composition(roster: Roster, station: StationEntry, at: Location) -> Iterator[Mistake]:
    named = {part.code: part for part in roster.composition}
    yield from second_ones([part.part for part in station.composition], (*at, "composition"), "part")
    for index, part in enumerate(station.composition):
        here = (*at, "composition", index)
        if part.part not in named:
            yield (*here, "part"), _NO_PART, {"given": part.part}
        elif named[part.part].counts is not None:
            yield (*here, "part"), N_("The roster itself counts the part {given}."), {"given": part.part}
        if len(part.units) > part.count:
            yield (*here, "count"), N_("More units are named than are counted."), {}


def _in_readiness(roster: Roster, station: StationEntry, at: Location, today: date) -> Iterator[Mistake]:
    named = {item.code for item in roster.readiness}
    yield from second_ones([item.item for item in station.readiness], (*at, "readiness"), "item")
    for index, item in enumerate(station.readiness):
        if item.item not in named:
            yield (*at, "readiness", index, "item"), _NO_ITEM, {"given": item.item}
        if item.checked_on > today:
            yield (*at, "readiness", index, "checked_on"), STILL_TO_COME, {}


def _in_duty(duty: DutyEntry, at: Location, today: date) -> Iterator[Mistake]:
    if not duty.rules:
        yield (*at, "rules"), N_("Without a rule there would never be a duty day."), {}
        return
    wrong = [each for index, rule in enumerate(duty.rules) for each in _in_rule(rule, (*at, "rules", index))]
    yield from wrong
    for index, day in enumerate(duty.cancelled):
        if day in duty.extra:
            yield (*at, "cancelled", index), N_("This day is an extra duty day as well."), {}
    if not wrong and duty.plan().all_cancelled_from(today):
        yield (*at, "cancelled"), N_("This would cancel every duty day of a whole year."), {}


def _in_rule(rule: DutyRuleEntry, at: Location) -> Iterator[Mistake]:
    if rule.days_of_month and rule.weekdays:
        yield (*at, "weekdays"), N_("One rule has either days of the month or weekdays. Make two rules."), {}
    elif not rule.days_of_month and not rule.weekdays:
        yield (*at, "days_of_month"), N_("This rule never fires: it has neither days of the month nor weekdays."), {}
    elif rule.times_a_month is not None and len(rule.weekdays) != 1:
        yield (*at, "times_a_month"), N_("So many times a month wants exactly one weekday."), {}
    elif not rule.rule().ever_fires():
        yield (*at, "days_of_month"), N_("This rule never fires: its months do not have these days."), {}


# -- members ---------------------------------------------------------------------------------------------


def _in_terms(member: MemberEntry, at: Location) -> Iterator[Mistake]:
    for index, term in enumerate(member.terms):
        if term.ends_on is not None and term.ends_on < term.begins_on:
            yield (*at, "terms", index, "ends_on"), ENDS_FIRST, {}
    for first, index in overlapping([(term.begins_on, term.ends_on or date.max) for term in member.terms]):
        title = N_("This term overlaps the one that begins on {begins_on}.")
        yield (*at, "terms", index, "begins_on"), title, {"begins_on": member.terms[first].begins_on}


def _in_leave(member: MemberEntry, members: Mapping[str, MemberEntry], at: Location) -> Iterator[Mistake]:
    if member.stand_in is not None:
        yield from _as_stand_in(member.stand_in, member, members, (*at, "stand_in"))
    for index, leave in enumerate(member.leave):
        here = (*at, "leave", index)
        if leave.ends_on is None:
            yield (*here, "ends_on"), N_("A leave needs an end: say its last day."), {}
        elif leave.ends_on < leave.begins_on:
            yield (*here, "ends_on"), ENDS_FIRST, {}
        elif leave.stand_in is not None and leave.stand_in != member.stand_in:
            yield from _as_stand_in(leave.stand_in, member, members, (*here, "stand_in"))
        yield from _away_too(leave, member, members, (*here, "stand_in"))
    for first, index in overlapping([(leave.begins_on, leave.ends_on or leave.begins_on) for leave in member.leave]):
        title = N_("This leave overlaps the one that begins on {begins_on}.")
        yield (*at, "leave", index, "begins_on"), title, {"begins_on": member.leave[first].begins_on}


def _as_stand_in(code: str, of: MemberEntry, members: Mapping[str, MemberEntry], at: Location) -> Iterator[Mistake]:
    if code == of.code:
        yield at, N_("Nobody stands in for themselves."), {}
    elif code not in members:
        yield at, _NO_MEMBER, {"given": code}


def _away_too(
    leave: LeaveEntry, of: MemberEntry, members: Mapping[str, MemberEntry], at: Location
) -> Iterator[Mistake]:
    stand_in = leave.stand_in or of.stand_in
    if stand_in is None or stand_in == of.code or stand_in not in members or leave.ends_on is None:
        return
    for other in members[stand_in].leave:
        if other.ends_on is not None and other.begins_on <= leave.ends_on and leave.begins_on <= other.ends_on:
            title = N_("{stand_in} cannot stand in for {member}: on leave as well, from {begins_on} to {ends_on}.")
            dates = {"begins_on": other.begins_on, "ends_on": other.ends_on}
            yield at, title, {"stand_in": stand_in, "member": of.code, **dates}
            return


# -- codes -----------------------------------------------------------------------------------------------


def _repeats(roster: Roster) -> Iterator[Mistake]:
    yield from second_ones([township.code for township in roster.townships], ("townships",))
    for name in ("stations", "communities", "members", "departments", "composition", "readiness", "units"):
        yield from second_ones([entry.code for entry in getattr(roster, name)], (name,), "code")
