"""Talks, good deeds and study sessions: counted once, at their station and for the members who took part."""

from __future__ import annotations

from services.consultation.inputs import ActivityInput
from services.consultation.outputs import Made
from services.consultation.tables import ACTIVITIES, ACTIVITY_MEMBERS
from services.consultation.usecases.acting import Actor
from services.consultation.usecases.known import Named, require_known
from shared.contracts import report
from shared.db.transaction import Transaction
from shared.ids import derived_id, new_id


async def record_activity(tx: Transaction, actor: Actor, activity: ActivityInput) -> Made:
    """Record an activity. Raises DomainError with the field of an unknown code, Forbidden for who did not take part."""
    members = tuple(dict.fromkeys(activity.members))
    moment = actor.moment(tx.now, activity.recorded_at)
    actor.took_part(members)
    await require_known(tx, Named(station=activity.station, members=members))
    activity_id = new_id()
    await tx.execute(
        ACTIVITIES.insert(),
        {
            "activity_id": activity_id,
            "kind": activity.kind,
            "station": activity.station,
            "audience": activity.audience,
            "held_at": moment.at,
            "on_paper": moment.on_paper,
        },
    )
    await tx.execute(ACTIVITY_MEMBERS.insert(), [{"activity_id": activity_id, "member": member} for member in members])
    tx.announce(
        report.ActivityRecorded(
            occurred_at=moment.at,
            on_paper=moment.on_paper,
            activity_id=activity_id,
            kind=activity.kind,
            station=activity.station,
            members=len(members),
            audience=activity.audience,
        ),
        event_id=derived_id(activity_id, "recorded"),
    )
    return Made(id=activity_id)
