"""The register of activities (履职活动): one line for the station, and one for each member who took part."""

from __future__ import annotations

from services.consultation.five_ones.marking import something_counts
from services.consultation.tables import ACTIVITIES, ACTIVITY_MEMBERS
from services.consultation.usecases.acting import Moment
from shared.db.transaction import Transaction


async def register(
    tx: Transaction,
    activity_id: str,
    kind: str,
    moment: Moment,
    *,
    station: str,
    members: tuple[str, ...],
    subject: str | None = None,
    audience: int | None = None,
    form: str | None = None,
) -> None:
    """Enter an activity of known codes; each of ``members`` is named once."""
    await tx.execute(
        ACTIVITIES.insert(),
        {
            "activity_id": activity_id,
            "kind": kind,
            "station": station,
            "subject": subject,
            "audience": audience,
            "form": form,
            "held_at": moment.at,
            "on_paper": moment.on_paper,
        },
    )
    await tx.execute(ACTIVITY_MEMBERS.insert(), [{"activity_id": activity_id, "member": member} for member in members])
    await something_counts(tx, moment.at)
