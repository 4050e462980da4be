"""Consultations (协商) as they are planned: opened on surveys, changed, called off. ``sessions`` is what comes then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from services.consultation.consulting import CancellingInput, ChangeInput, ConsultationInput, PlanInput
from services.consultation.domain import ConsultationMove, ConsultationState, rests_on_surveys
from services.consultation.outputs import Made, State
from services.consultation.tables import CONSULTATION_LINKS, CONSULTATIONS, SURVEYS
from services.consultation.usecases.acting import Actor, Moment
from services.consultation.usecases.consulted import Links, cases_of, change, concerns, distinct, on_thread, take
from services.consultation.usecases.known import Named, require_known
from services.consultation.usecases.moves import consultation_after
from services.consultation.usecases.relaxing import SurveyRule
from shared.clock import local_date
from shared.contracts import inner
from shared.db.transaction import Transaction
from shared.errors import Conflict, DomainError, Forbidden
from shared.ids import derived_id, new_id

TIED = {"members", "departments", "surveys", "issues"}
"""What a plan names that stands in rows of its own."""


class Consultations:
    """The verbs of a consultation before it is held, at a body whose days begin in ``zone`` (IANA name)."""

    def __init__(self, zone: str, rule: SurveyRule) -> None:
        self._zone = zone
        self._rule = rule

    async def open(self, tx: Transaction, actor: Actor, wanted: ConsultationInput) -> Made:
        """Open a consultation on its surveys, and invite its members where its time is set.

        Raises DomainError ``no-survey-no-consultation`` on ``surveys`` unless the body has relaxed that rule, or with
        the field of an unknown code or of a time that cannot be; Forbidden for a member who neither takes part nor
        works on one of the issues.
        """
        moment = actor.moment(tx.now, wanted.recorded_at)
        links = Links(*(distinct(c) for c in (wanted.surveys, wanted.issues, wanted.members, wanted.departments)))
        relaxation_id = await self._rest(tx, links.surveys, wanted.planned_at or moment.at)
        _require_possible(wanted, moment)
        await require_known(
            tx,
            Named(station=wanted.station, members=links.members, departments=links.departments, issues=links.issues),
        )
        if not await concerns(tx, actor, links):
            raise Forbidden("not-your-consultation", "You take part in none of this.", field="members")
        consultation_id = new_id()
        row = {
            **wanted.model_dump(exclude={*TIED, "recorded_at"}),
            "consultation_id": consultation_id,
            "state": ConsultationState.OPEN.value,
            "relaxation_id": relaxation_id,
            "opened_by": actor.author.code,
            "opened_at": moment.at,
            "on_paper": moment.on_paper,
        }
        await tx.execute(CONSULTATIONS.insert(), row)
        await tx.execute(CONSULTATION_LINKS.insert(), links.rows(consultation_id))
        for case in await cases_of(tx, actor, links.issues):
            await on_thread(case, "consultation-opened", moment, consultation_id)
        if not moment.on_paper:
            _invite(tx, consultation_id, 0, wanted.planned_at, links)
        return Made(id=consultation_id)

    async def change(self, tx: Transaction, actor: Actor, consultation_id: str, wanted: ChangeInput) -> State:
        """Change the plan, and tell whoever is or was invited.

        Raises NotFound, Conflict where it has been held or somebody has changed it since ``sequence``, DomainError
        with the field of an unknown code or of a time that cannot be.
        """
        row, links = await take(tx, actor, consultation_id)
        state = consultation_after(ConsultationState(row.state), ConsultationMove.CHANGE)
        if wanted.sequence != row.sequence:
            raise Conflict("changed-meanwhile", "Somebody has changed this meanwhile: look again.", field="sequence")
        moment = actor.moment(tx.now, None)
        if row.planned_at is not None and wanted.planned_at is None:
            raise DomainError("time-missing", "Say when instead, or call it off.", field="planned_at")
        if wanted.contributions_until != row.contributions_until:
            _require_possible(wanted, moment)
        else:
            _require_possible(wanted.model_copy(update={"contributions_until": None}), moment)
        # What it rests on stays; only that may have become too late for an earlier day.
        if links.surveys:
            await self._rest(tx, links.surveys, wanted.planned_at or row.opened_at)
        now = Links(links.surveys, links.issues, distinct(wanted.members), distinct(wanted.departments))
        await require_known(tx, Named(members=now.members, departments=now.departments))
        sequence = row.sequence + 1
        plan = wanted.model_dump(exclude={*TIED, "sequence"})
        await tx.execute(change(consultation_id, state=state.value, **{**plan, "sequence": sequence}))
        await _tie(tx, consultation_id, links, now)
        _invite(tx, consultation_id, sequence, wanted.planned_at, now, links if row.planned_at is not None else None)
        return State(id=consultation_id, state=state.value)

    async def cancel(self, tx: Transaction, actor: Actor, consultation_id: str, cancelling: CancellingInput) -> State:
        """Call it off, and tell whoever was invited. Raises NotFound, Conflict once it has been held."""
        row, links = await take(tx, actor, consultation_id)
        moment = actor.moment(tx.now, None)
        state = consultation_after(ConsultationState(row.state), ConsultationMove.CANCEL)
        cancelled = {"cancelled_at": moment.at, "cancel_reason": cancelling.reason, "sequence": row.sequence + 1}
        await tx.execute(change(consultation_id, state=state.value, **cancelled))
        for case in await cases_of(tx, actor, links.issues):
            await on_thread(case, "consultation-cancelled", moment, consultation_id)
        _invite(tx, consultation_id, row.sequence + 1, row.planned_at, links)
        return State(id=consultation_id, state=state.value)

    async def _rest(self, tx: Transaction, surveys: Sequence[str], at: datetime) -> str | None:
        """The id of the decision that stands in for a survey, None where there are surveys. Raises DomainError."""
        if not surveys:
            relaxation_id = await self._rule.in_force(tx, local_date(at, self._zone))
            if relaxation_id is not None:
                return relaxation_id
        await require_surveys(tx, surveys, at, self._zone)
        return None


async def require_surveys(tx: Transaction, surveys: Sequence[str], at: datetime, zone: str) -> None:
    """Raises DomainError on ``surveys`` unless there is one, all exist, and none was made after the day of ``at``."""
    made = await tx.all(select(SURVEYS.c.made_at).where(SURVEYS.c.survey_id.in_(surveys)))
    days = (local_date(row.made_at, zone) for row in made)
    if len(made) < len(surveys) or not rests_on_surveys(days, local_date(at, zone)):
        raise DomainError(
            "no-survey-no-consultation",
            "No survey, no consultation: name at least one survey made before it.",
            field="surveys",
        )


def _require_possible(plan: PlanInput, moment: Moment) -> None:
    """Raises DomainError with the field of a time that cannot be, or of more residents than come."""
    if plan.planned_until is not None and (plan.planned_at is None or plan.planned_until <= plan.planned_at):
        raise DomainError("ends-before-it-begins", "The end must lie after the beginning.", field="planned_until")
    if plan.contributions_until is not None and plan.contributions_until <= moment.at:
        raise DomainError(
            "closing-time-past", "The closing time for contributions is past.", field="contributions_until"
        )
    if sum(plan.resident_roles.values()) > plan.residents:
        raise DomainError(
            "more-roles-than-residents", "More residents come in these roles than take part.", field="residents"
        )


async def _tie(tx: Transaction, consultation_id: str, before: Links, now: Links) -> None:
    kept, wanted = before.rows(consultation_id), now.rows(consultation_id)
    links = CONSULTATION_LINKS.c
    for kind in ("member", "department"):
        gone = [row["code"] for row in kept if row["kind"] == kind and row not in wanted]
        if gone:
            of_it = (links.consultation_id == consultation_id) & (links.kind == kind)
            await tx.execute(CONSULTATION_LINKS.delete().where(of_it, links.code.in_(gone)))
    new = [row for row in wanted if row not in kept]
    if new:
        await tx.execute(CONSULTATION_LINKS.insert(), new)


def _invite(
    tx: Transaction,
    consultation_id: str,
    sequence: int,
    planned_at: datetime | None,
    now: Links,
    before: Links | None = None,
) -> None:
    """Have those who take part, and those who did ``before``, told what now holds, where its time is still to come."""
    if planned_at is None or planned_at <= tx.now:
        return
    planned = inner.ConsultationPlanned(
        occurred_at=tx.now,
        consultation_id=consultation_id,
        sequence=sequence,
        members=distinct((*now.members, *(before.members if before else ()))),
        departments=distinct((*now.departments, *(before.departments if before else ()))),
    )
    tx.announce(planned, event_id=derived_id(consultation_id, "planned", sequence))
