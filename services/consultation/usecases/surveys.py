"""Surveys and inspections (调研视察): what every consultation rests on."""

from __future__ import annotations

from services.consultation.consulting import SurveyInput
from services.consultation.outputs import Made
from services.consultation.tables import SURVEY_MEMBERS, SURVEYS
from services.consultation.usecases.acting import Actor
from services.consultation.usecases.casefile import take_case
from services.consultation.usecases.known import Named, require_known
from services.consultation.usecases.register import register
from shared.contracts import report
from shared.db.transaction import Transaction
from shared.ids import derived_id, new_id


async def make_survey(
    tx: Transaction, actor: Actor, survey: SurveyInput, *, subject: str | None = None, audience: int | None = None
) -> Made:
    """Record a survey, which is an activity too, on the thread of its issue if it has one.

    Raises DomainError with the field of a code that is unknown, Forbidden for a member who did not take part,
    NotFound for somebody else's case.
    """
    members = tuple(dict.fromkeys(survey.members))
    moment = actor.moment(tx.now, survey.recorded_at)
    actor.took_part(members)
    await require_known(
        tx, Named(station=survey.station, category=survey.category, members=members, reference=survey.reference)
    )
    survey_id = new_id()
    if survey.reference is not None:
        case = await take_case(tx, actor, survey.reference)
        details = {"survey_id": survey_id}
        await case.enter("survey", moment, audience="staff", member=actor.member, text=survey.findings, details=details)
    await tx.execute(
        SURVEYS.insert(),
        {
            "survey_id": survey_id,
            "station": survey.station,
            "category": survey.category,
            "reference": survey.reference,
            "findings": survey.findings,
            "made_at": moment.at,
            "on_paper": moment.on_paper,
        },
    )
    await tx.execute(SURVEY_MEMBERS.insert(), [{"survey_id": survey_id, "member": member} for member in members])
    await register(
        tx, survey_id, "survey", moment, station=survey.station, members=members, subject=subject, audience=audience
    )
    tx.announce(
        report.SurveyMade(
            occurred_at=moment.at,
            on_paper=moment.on_paper,
            survey_id=survey_id,
            station=survey.station,
            category=survey.category,
            members=len(members),
        ),
        event_id=derived_id(survey_id, "made"),
    )
    return Made(id=survey_id)
