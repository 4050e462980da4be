"""Consultations (协商): opened on surveys, held, and closed with what was agreed and who undertook what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Row

from services.consultation.domain import (
    CommitmentState,
    ConsultationMove,
    ConsultationState,
    rests_on_surveys,
)
from services.consultation.inputs import AgreementInput, ConsultationInput, HoldingInput
from services.consultation.outputs import CommitmentMade, ConsultationClosed, Made, State
from services.consultation.tables import CASES, COMMITMENTS, CONSULTATION_LINKS, CONSULTATIONS, SURVEYS
from services.consultation.usecases.acting import Actor, Moment
from services.consultation.usecases.casefile import CaseFile, find_case
from services.consultation.usecases.known import Named, require_known
from services.consultation.usecases.moves import consultation_after
from shared.clock import local_date
from shared.contracts import inner, report
from shared.db.transaction import Transaction
from shared.errors import DomainError, Forbidden, NotFound
from shared.ids import derived_id, new_id


@dataclass(frozen=True, slots=True)
class _Links:
    """What a consultation is tied to, by kind."""

    surveys: tuple[str, ...]
    issues: tuple[str, ...]
    members: tuple[str, ...]
    departments: tuple[str, ...]

    def rows(self, consultation_id: str) -> list[dict[str, str]]:
        kinds = {"survey": self.surveys, "issue": self.issues, "member": self.members, "department": self.departments}
        return [
            {"consultation_id": consultation_id, "kind": kind, "code": code}
            for kind, codes in kinds.items()
            for code in codes
        ]


class Consultations:
    """The verbs of a consultation at a body whose days begin in ``zone`` (IANA name)."""

    def __init__(self, zone: str) -> None:
        self._zone = zone

    async def open(self, tx: Transaction, actor: Actor, wanted: ConsultationInput) -> Made:
        """Open a consultation on its surveys.

        Raises DomainError ``no-survey-no-consultation`` on ``surveys``, or with the field of an unknown code;
        Forbidden for a member who neither takes part nor has one of the issues.
        """
        moment = actor.moment(tx.now, wanted.recorded_at)
        links = _Links(*(_distinct(c) for c in (wanted.surveys, wanted.issues, wanted.members, wanted.departments)))
        await self._require_surveys(tx, links.surveys, wanted.planned_at or moment.at)
        await require_known(
            tx,
            Named(station=wanted.station, members=links.members, departments=links.departments, issues=links.issues),
        )
        if not await _concerns(tx, actor, links):
            raise Forbidden("not-your-consultation", "You take part in none of this.", field="members")
        consultation_id = new_id()
        await tx.execute(
            CONSULTATIONS.insert(),
            {
                "consultation_id": consultation_id,
                "state": ConsultationState.OPEN.value,
                "topic": wanted.topic,
                "station": wanted.station,
                "place": wanted.place,
                "gathering": wanted.gathering,
                "setting": wanted.setting,
                "residents": wanted.residents,
                "planned_at": wanted.planned_at,
                "opened_at": moment.at,
                "on_paper": moment.on_paper,
            },
        )
        await tx.execute(CONSULTATION_LINKS.insert(), links.rows(consultation_id))
        for case in await _cases(tx, links):
            await _on_thread(case, "consultation-opened", moment, consultation_id)
        return Made(id=consultation_id)

    async def hold(self, tx: Transaction, actor: Actor, consultation_id: str, holding: HoldingInput) -> State:
        """It took place. Raises NotFound, Conflict, and DomainError on ``surveys`` for a day before them."""
        row, links = await _take(tx, actor, consultation_id)
        moment = actor.moment(tx.now, holding.recorded_at)
        state = consultation_after(ConsultationState(row.state), ConsultationMove.HOLD)
        await self._require_surveys(tx, links.surveys, moment.at)
        await tx.execute(_change(consultation_id, state=state.value, held_at=moment.at))
        for case in await _cases(tx, links):
            await _on_thread(case, "consultation-held", moment, consultation_id)
            version = case.next_version()
            tx.announce(
                inner.ConsultationHeld(
                    occurred_at=moment.at,
                    on_paper=moment.on_paper,
                    reference=case.reference,
                    version_of_issue=version,
                    consultation_id=consultation_id,
                ),
                event_id=derived_id(consultation_id, "held", case.reference),
            )
            await case.save()
        tx.announce(_held(row, links, moment), event_id=derived_id(consultation_id, "held"))
        return State(id=consultation_id, state=state.value)

    async def close(
        self, tx: Transaction, actor: Actor, consultation_id: str, agreement: AgreementInput
    ) -> ConsultationClosed:
        """Close with what was agreed. The commitments live on until kept or dropped.

        Raises NotFound, Conflict, and DomainError on ``agreed`` where nothing came of it (a paper record may be bare).
        """
        row, links = await _take(tx, actor, consultation_id)
        moment = actor.moment(tx.now, agreement.recorded_at)
        state = consultation_after(ConsultationState(row.state), ConsultationMove.CLOSE)
        if not (agreement.agreed or agreement.commitments or moment.on_paper):
            raise DomainError("outcome-missing", "A consultation is closed with what was agreed.", field="agreed")
        await tx.execute(_change(consultation_id, state=state.value, closed_at=moment.at, agreed=agreement.agreed))
        cases = await _cases(tx, links)
        made = [
            CommitmentMade(id=derived_id(consultation_id, "commitment", place), by=each.by, due_on=each.due_on)
            for place, each in enumerate(agreement.commitments)
        ]
        for given, commitment in zip(agreement.commitments, made, strict=True):
            await tx.execute(
                COMMITMENTS.insert(),
                {
                    "commitment_id": commitment.id,
                    "consultation_id": consultation_id,
                    "state": CommitmentState.OPEN.value,
                    "by": given.by,
                    "what": given.what,
                    "due_on": given.due_on,
                    "made_at": moment.at,
                    "on_paper": moment.on_paper,
                },
            )
            await _announce_made(tx, cases, consultation_id, commitment, moment)
        for case in cases:
            await case.save()
        return ConsultationClosed(id=consultation_id, commitments=made)

    async def _require_surveys(self, tx: Transaction, surveys: Sequence[str], at: datetime) -> None:
        made = await tx.all(select(SURVEYS.c.made_at).where(SURVEYS.c.survey_id.in_(surveys)))
        days = (local_date(row.made_at, self._zone) for row in made)
        if len(made) < len(surveys) or not rests_on_surveys(days, local_date(at, self._zone)):
            raise DomainError(
                "no-survey-no-consultation",
                "No survey, no consultation: name at least one survey made before it.",
                field="surveys",
            )


def _distinct(codes: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(codes))


def _change(consultation_id: str, **values: Any) -> Any:
    return CONSULTATIONS.update().where(CONSULTATIONS.c.consultation_id == consultation_id).values(values)


async def _concerns(tx: Transaction, actor: Actor, links: _Links) -> bool:
    if actor.is_officer or actor.member in links.members:
        return True
    own = select(CASES.c.reference).where(CASES.c.reference.in_(links.issues), CASES.c.member == actor.member).limit(1)
    return await tx.scalar(own) is not None


async def _take(tx: Transaction, actor: Actor, consultation_id: str) -> tuple[Row[Any], _Links]:
    """The consultation, locked, and what it is tied to. Raises NotFound for one that does not concern ``actor``."""
    row = await tx.one(
        select(CONSULTATIONS).where(CONSULTATIONS.c.consultation_id == consultation_id).with_for_update()
    )
    links = await links_of(tx, consultation_id)
    if row is None or not await _concerns(tx, actor, links):
        raise NotFound("consultation-not-found", "There is no such consultation.")
    return row, links


async def links_of(tx: Transaction, consultation_id: str) -> _Links:
    """What a consultation rests on and who takes part."""
    by_kind: dict[str, list[str]] = {"survey": [], "issue": [], "member": [], "department": []}
    for row in await tx.all(
        select(CONSULTATION_LINKS)
        .where(CONSULTATION_LINKS.c.consultation_id == consultation_id)
        .order_by(CONSULTATION_LINKS.c.code)
    ):
        by_kind[row.kind].append(row.code)
    return _Links(*(tuple(codes) for codes in by_kind.values()))


async def _cases(tx: Transaction, links: _Links) -> list[CaseFile]:
    # In one order everywhere, so that two consultations on the same issues never wait for each other.
    cases = [await find_case(tx, reference) for reference in sorted(links.issues)]
    return [case for case in cases if case is not None]


async def _on_thread(case: CaseFile, kind: str, moment: Moment, consultation_id: str) -> None:
    await case.enter(kind, moment, audience="resident", details={"consultation_id": consultation_id})


def _held(row: Row[Any], links: _Links, moment: Moment) -> report.ConsultationHeld:
    return report.ConsultationHeld(
        occurred_at=moment.at,
        on_paper=moment.on_paper,
        consultation_id=row.consultation_id,
        station=row.station,
        place=row.place,
        gathering=row.gathering,
        setting=row.setting,
        members=len(links.members),
        residents=row.residents,
        departments=len(links.departments),
        issues=len(links.issues),
        surveys=len(links.surveys),
    )


async def _announce_made(
    tx: Transaction, cases: Sequence[CaseFile], consultation_id: str, commitment: CommitmentMade, moment: Moment
) -> None:
    tx.announce(
        report.CommitmentMade(
            occurred_at=moment.at,
            on_paper=moment.on_paper,
            commitment_id=commitment.id,
            consultation_id=consultation_id,
            due_on=commitment.due_on,
        ),
        event_id=derived_id(commitment.id, "made"),
    )
    for case in cases:
        await case.enter("commitment-made", moment, audience="resident", details={"commitment_id": commitment.id})
        tx.announce(
            inner.CommitmentMade(
                occurred_at=moment.at,
                on_paper=moment.on_paper,
                reference=case.reference,
                version_of_issue=case.next_version(),
                commitment_id=commitment.id,
            ),
            event_id=derived_id(commitment.id, "made", case.reference),
        )
