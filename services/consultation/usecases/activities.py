"""What members do besides the cases: counted once at its station, and once for each member who took part."""

from __future__ import annotations

from sqlalchemy import select

from services.consultation.consulting import ActivityInput, JoiningInput, SurveyInput
from services.consultation.five_ones.marking import something_counts
from services.consultation.outputs import Made
from services.consultation.tables import ACTIVITIES, ACTIVITY_MEMBERS, SURVEY_MEMBERS
from services.consultation.usecases.acting import Actor, Moment
from services.consultation.usecases.known import Named, require_known
from services.consultation.usecases.register import register
from services.consultation.usecases.surveys import make_survey
from shared.contracts import report
from shared.db.transaction import Transaction
from shared.errors import DomainError, NotFound
from shared.ids import derived_id, new_id


async def record_activity(tx: Transaction, actor: Actor, activity: ActivityInput) -> Made:
    """Record an activity. Raises DomainError with the field of an unknown code, Forbidden for who did not take part."""
    members = tuple(dict.fromkeys(activity.members))
    if activity.form is not None and activity.kind != "study-session":
        raise DomainError("form-of-a-study", "Only a study session has a form.", field="form")
    if activity.kind == "survey":
        survey = SurveyInput(station=activity.station, members=members, recorded_at=activity.recorded_at)
        return await make_survey(tx, actor, survey, subject=activity.subject, audience=activity.audience)
    moment = actor.moment(tx.now, activity.recorded_at)
    actor.took_part(members)
    await require_known(tx, Named(station=activity.station, members=members))
    activity_id = new_id()
    await register(
        tx,
        activity_id,
        activity.kind,
        moment,
        station=activity.station,
        members=members,
        subject=activity.subject,
        audience=activity.audience,
        form=activity.form,
    )
    tx.announce(_recorded(activity_id, activity, moment, len(members)), event_id=derived_id(activity_id, "recorded"))
    return Made(id=activity_id)


async def join_activity(tx: Transaction, actor: Actor, activity_id: str, joining: JoiningInput) -> Made:
    """A member took part too: counted for the member, and not again for the station. Joining twice changes nothing.

    Raises NotFound, Forbidden for a member who names another, DomainError on ``member`` for one who is unknown.
    """
    member = actor.in_the_name_of(joining.member, otherwise="")
    if not member:
        raise DomainError("member-missing", "Say which member took part.", field="member")
    row = await tx.one(select(ACTIVITIES).where(ACTIVITIES.c.activity_id == activity_id).with_for_update())
    if row is None:
        raise NotFound("activity-not-found", "There is no such activity.")
    await require_known(tx, Named(member=member))
    took_part = {"activity_id": activity_id, "member": member}
    added = await tx.execute(tx.insert(ACTIVITY_MEMBERS).values(took_part).on_conflict_do_nothing())
    if not added.rowcount:
        return Made(id=activity_id)
    if row.kind == "survey":
        surveyed = tx.insert(SURVEY_MEMBERS).values(survey_id=activity_id, member=member)
        await tx.execute(surveyed.on_conflict_do_nothing())
    await something_counts(tx, row.held_at)
    joining_id = derived_id(activity_id, "joined", member)
    joined = report.ActivityJoined(
        occurred_at=row.held_at, on_paper=row.on_paper, activity_id=activity_id, joining_id=joining_id
    )
    tx.announce(joined, event_id=joining_id)
    return Made(id=activity_id)


def _recorded(
    activity_id: str, activity: ActivityInput, moment: Moment, members: int
) -> report.ActivityRecorded | report.ReceptionDayHeld:
    said = {
        "occurred_at": moment.at,
        "on_paper": moment.on_paper,
        "activity_id": activity_id,
        "station": activity.station,
        "members": members,
        "audience": activity.audience,
    }
    if activity.kind == "reception":
        return report.ReceptionDayHeld.model_validate(said)
    return report.ActivityRecorded.model_validate({**said, "kind": activity.kind, "form": activity.form})
