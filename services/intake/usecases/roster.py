"""The roster as routing publishes it, kept here so that a submission can be checked without asking anybody."""

from __future__ import annotations

from services.intake.places import PlaceBook
from services.intake.tables import ROSTER, STATIONS
from shared.contracts.inner import RosterPublished, StationPublished
from shared.db.transaction import Transaction
from shared.messaging.handlers import Received

THE_ROSTER = 1


class RosterNews:
    """Taking over what routing says; an older revision never undoes a newer one."""

    def __init__(self, places: PlaceBook) -> None:
        self._places = places

    async def station(self, tx: Transaction, received: Received[StationPublished]) -> None:
        """Keep a station; it counts once the roster names it."""
        event = received.event
        statement = tx.insert(STATIONS).values(
            code=event.code,
            kind=event.kind,
            township=event.township,
            communities=list(event.communities),
            revision=event.revision,
        )
        news = {name: statement.excluded[name] for name in ("kind", "township", "communities", "revision")}
        newer = STATIONS.c.revision <= event.revision
        await tx.execute(statement.on_conflict_do_update(index_elements=["code"], set_=news, where=newer))

    async def roster(self, tx: Transaction, received: Received[RosterPublished]) -> None:
        """Keep which stations, departments and categories there are."""
        event = received.event
        statement = tx.insert(ROSTER).values(
            id=THE_ROSTER,
            revision=event.revision,
            stations=list(event.stations),
            departments=list(event.departments),
            categories=list(event.categories),
        )
        news = {name: statement.excluded[name] for name in ("revision", "stations", "departments", "categories")}
        newer = ROSTER.c.revision <= event.revision
        await tx.execute(statement.on_conflict_do_update(index_elements=["id"], set_=news, where=newer))
        self._places.expect(event.revision)
