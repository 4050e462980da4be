"""What the rest of the body, and its parent, are told of a roster."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from services.routing.roster.counts import counts_of
from services.routing.roster.document import Roster
from services.routing.roster.facts import say_facts
from shared.contracts import inner
from shared.db.transaction import Transaction
from shared.ids import derived_id


def publish(tx: Transaction, before: Roster | None, after: Roster, revision: int) -> None:
    """Announce stations and departments that changed, the roster to the body, its counts and facts to the parent."""
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
    say_facts(tx, before, after, revision)


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
