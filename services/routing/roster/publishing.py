"""What the rest of the body, and its parent, are told of a roster."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from services.routing.roster.document import Roster
from shared.contracts import inner, report
from shared.db.transaction import Transaction
from shared.ids import derived_id


def publish(tx: Transaction, before: Roster | None, after: Roster, revision: int) -> None:
    """Announce stations and departments that changed, then the roster to the body and its counts to the parent."""
    body = after.body.code
    known = set(_entries_of(before, revision, tx.now)) if before else set()
    for event in _entries_of(after, revision, tx.now):
        if event not in known:
            tx.announce(event, event_id=derived_id(body, event.noun, event.code, revision))
    roster = inner.RosterPublished(
        occurred_at=tx.now,
        revision=revision,
        stations=tuple(station.code for station in after.stations),
        departments=tuple(department.code for department in after.departments),
        categories=after.categories,
    )
    tx.announce(roster, event_id=derived_id(body, "roster", revision))
    tx.announce(counts_of(after, revision, tx.now), event_id=derived_id(body, "roster-counts", revision))


Entry = inner.StationPublished | inner.DepartmentPublished


def _entries_of(roster: Roster, revision: int, at: datetime) -> list[Entry]:
    return [*stations_of(roster, revision, at), *departments_of(roster, revision, at)]


def departments_of(roster: Roster, revision: int, at: datetime) -> list[inner.DepartmentPublished]:
    """Each department with what it answers for and how long it has to reply."""
    return [
        inner.DepartmentPublished(
            occurred_at=at,
            revision=revision,
            code=department.code,
            categories=department.categories,
            days_to_reply=department.days_to_reply,
        )
        for department in roster.departments
    ]


def stations_of(roster: Roster, revision: int, at: datetime) -> list[inner.StationPublished]:
    """Each station with the communities it serves and the members stationed there."""
    served: dict[str, set[str]] = defaultdict(set)
    for community in roster.communities:
        if community.station is not None:
            served[community.station].add(community.code)
    stationed: dict[str, set[str]] = defaultdict(set)
    for member in roster.members:
        for code in member.stations:
            stationed[code].add(member.code)
    return [
        inner.StationPublished(
            occurred_at=at,
            revision=revision,
            code=station.code,
            kind=station.kind,
            township=station.township,
            communities=tuple(sorted(served[station.code])),
            members=tuple(sorted(stationed[station.code])),
        )
        for station in roster.stations
    ]


def counts_of(roster: Roster, revision: int, at: datetime) -> report.RosterPublished:
    """The figures of a roster: no codes, only how many."""
    covered = {code for member in roster.members for code in member.communities}
    with_station = {station.township for station in roster.stations}
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
    )
