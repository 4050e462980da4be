"""The figures of a roster: how many there are of what, without a code."""

from __future__ import annotations

from datetime import datetime

from services.routing.roster.chain import attached_to_no_unit, establishments
from services.routing.roster.document import Roster
from shared.contracts import report


def counts_of(roster: Roster, revision: int, at: datetime) -> report.RosterPublished:
    """The figures of a roster: no codes, only how many."""
    covered = {code for member in roster.members for code in member.communities}
    with_station = {station.township for station in roster.stations}
    bodies = establishments(roster)
    required = [each.required for each in bodies if each.required is not None]
    below = roster.units_required_below
    days = tuple(sorted(set(roster.duty_days.days_of_month)))
    return report.RosterPublished(
        occurred_at=at,
        revision=revision,
        tier=roster.body.tier,
        parent=roster.body.parent,
        members=len(roster.members),
        members_attached_to_stations=sum(1 for member in roster.members if member.stations),
        stations=len(roster.stations),
        stations_in_townships=sum(1 for station in roster.stations if station.kind == "township"),
        townships=len(roster.townships),
        townships_without_a_station=sum(1 for each in roster.townships if each.code not in with_station),
        communities=len(roster.communities),
        communities_without_a_member=sum(1 for each in roster.communities if each.code not in covered),
        duty_days_per_month=len(days),
        duty_days_of_month=days,
        time_zone=roster.body.time_zone,
        committees_required=sum(each.committees for each in required) if required else None,
        offices_required=sum(each.offices for each in required) if required else None,
        committees_required_below=below.committees if below else None,
        offices_required_below=below.offices if below else None,
        committees=sum(each.committees for each in bodies),
        offices=sum(each.offices for each in bodies),
        units_vacant=sum(each.committees_vacant + each.offices_vacant for each in bodies) if required else None,
        posts=sum(each.posts for each in bodies),
        posts_filled=sum(each.posts_filled for each in bodies),
        members_attached_to_no_unit=len(attached_to_no_unit(roster)) if roster.units else None,
        stations_ready=sum(map(roster.is_ready, roster.stations)) if roster.readiness else None,
    )
