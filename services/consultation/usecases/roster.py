"""Who and what there is at this body, as far as checking codes needs it: a projection of routing's roster events."""

from __future__ import annotations

from sqlalchemy import func, select

from services.consultation.five_ones.marking import members_changed
from services.consultation.tables import ROSTER_CODES, ROSTER_MEMBERS, ROSTER_STATIONS
from shared.contracts import inner
from shared.db.transaction import Transaction
from shared.errors import TooEarly
from shared.messaging.handlers import Received


async def hear_station(tx: Transaction, received: Received[inner.StationPublished]) -> None:
    """One station as it now is; an older revision than the known one changes nothing."""
    event = received.event
    known = await tx.scalar(select(ROSTER_STATIONS.c.revision).where(ROSTER_STATIONS.c.code == event.code))
    if known is not None and known > event.revision:
        return
    station = {"code": event.code, "revision": event.revision, "is_current": True}
    insert = tx.insert(ROSTER_STATIONS).values(station)
    await tx.execute(insert.on_conflict_do_update(index_elements=["code"], set_=station))
    await tx.execute(ROSTER_MEMBERS.delete().where(ROSTER_MEMBERS.c.station == event.code))
    if event.members:
        rows = [{"station": event.code, "member": member} for member in dict.fromkeys(event.members)]
        await tx.execute(ROSTER_MEMBERS.insert(), rows)
    await members_changed(tx)


async def hear_roster(tx: Transaction, received: Received[inner.RosterPublished]) -> None:
    """The roster is whole at a revision: what it no longer names is gone.

    Raises TooEarly where one of its stations has not been heard of yet.
    """
    event = received.event
    newest = await tx.scalar(select(func.max(ROSTER_CODES.c.revision)))
    if newest is not None and newest > event.revision:
        return
    known = {row.code: row.revision for row in await tx.all(select(ROSTER_STATIONS))}
    if any(code not in known for code in event.stations):
        raise TooEarly(f"revision {event.revision} names stations that were not heard of yet")
    gone = [code for code, revision in known.items() if code not in event.stations and revision <= event.revision]
    left = {"revision": event.revision, "is_current": False}
    await tx.execute(ROSTER_STATIONS.update().where(ROSTER_STATIONS.c.code.in_(gone)).values(left))
    await tx.execute(ROSTER_MEMBERS.delete().where(ROSTER_MEMBERS.c.station.in_(gone)))
    await members_changed(tx)
    await tx.execute(ROSTER_CODES.delete())
    rows = [
        {"kind": kind, "code": code, "revision": event.revision}
        for kind, codes in (("department", event.departments), ("category", event.categories))
        for code in dict.fromkeys(codes)
    ]
    if rows:
        await tx.execute(ROSTER_CODES.insert(), rows)
