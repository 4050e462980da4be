"""The JSON API of what members do besides the cases: surveys, activities, commitments."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter
from starlette.responses import JSONResponse

from services.consultation.consulting import (
    ActivityInput,
    ActivityKind,
    DroppingInput,
    JoiningInput,
    KeepingInput,
    OwnCommitmentInput,
    ProgressInput,
    SurveyInput,
)
from services.consultation.desk import Desk
from services.consultation.http.answering import answered
from services.consultation.http.asking import Acting, ActivityId, CaseReference, CommitmentId, Cursor, Key, Reading
from services.consultation.outputs import Made, State
from services.consultation.registers import ActivityLine, CommitmentLine, CommitmentMade, MemberActivities
from services.consultation.usecases import activities, surveys
from services.consultation.usecases.known import Named
from shared.errors import DomainError
from shared.web.fields import Code
from shared.web.paging import Page
from shared.web.routers import api_router

CommitmentStates = Literal["open", "kept", "dropped"]


def build_api(desk: Desk, zone: str) -> APIRouter:
    """The router; everything it needs comes with ``desk``. Days are those of ``zone`` (IANA name)."""
    router = api_router("/api/v1", "consultation")
    _add_activities(router, desk, zone)
    _add_commitments(router, desk)
    return router


def moments(first: date, last: date, zone: str) -> tuple[datetime, datetime]:
    """From the beginning of the first day until before the end of the last. Raises DomainError on ``to``."""
    if last < first:
        raise DomainError("period-ends-early", "The last day must not be before the first.", field="to")
    begins = datetime.combine(first, time.min, ZoneInfo(zone))
    ends = date.max if last == date.max else last + timedelta(days=1)
    return begins, datetime.combine(ends, time.min, ZoneInfo(zone))


def _add_activities(router: APIRouter, desk: Desk, zone: str) -> None:
    @router.post("/surveys", status_code=201, response_model=Made)
    async def survey(actor: Acting, key: Key, survey: SurveyInput) -> JSONResponse:
        """Record a survey or inspection."""
        await desk.codes_at_hand(Named(station=survey.station, members=survey.members, reference=survey.reference))
        return answered(await desk.do_once(key, 201, lambda tx: surveys.make_survey(tx, actor, survey)))

    @router.post("/activities", status_code=201, response_model=Made)
    async def activity(actor: Acting, key: Key, activity: ActivityInput) -> JSONResponse:
        """Record a reception, a talk, a good deed, a survey or a study session, once for all who took part."""
        await desk.codes_at_hand(Named(station=activity.station, members=activity.members))
        return answered(await desk.do_once(key, 201, lambda tx: activities.record_activity(tx, actor, activity)))

    @router.get("/activities")
    async def list_activities(
        actor: Reading, kind: ActivityKind | None = None, station: Code | None = None, cursor: Cursor = None
    ) -> Page[ActivityLine]:
        """Activities, newest first, 50 to a page: a member's own, or all for staff; with ``station`` all of it."""
        return await desk.books.activities.page(actor, cursor, kind=kind, station=station)

    @router.get("/activities/by-member")
    async def by_member(actor: Reading, first: date, last: date) -> list[MemberActivities]:
        """How many of each kind every member took part in, from the first day to the last; a member sees the own."""
        return await desk.books.activities.by_member(actor, *moments(first, last, zone))

    @router.post("/activities/{activity_id}/members", response_model=Made)
    async def join(
        activity_id: ActivityId, actor: Acting, key: Key, joining: JoiningInput | None = None
    ) -> JSONResponse:
        """A member took part too; saying so twice changes nothing."""
        said = joining or JoiningInput()
        return answered(await desk.do_once(key, 200, lambda tx: activities.join_activity(tx, actor, activity_id, said)))


def _add_commitments(router: APIRouter, desk: Desk) -> None:
    commitments, book = desk.commitments, desk.books.commitments

    @router.post("/cases/{reference}/commitments", status_code=201, response_model=CommitmentMade)
    async def promise(reference: CaseReference, actor: Acting, key: Key, given: OwnCommitmentInput) -> JSONResponse:
        """Make a commitment for a case: who does what by when."""
        await desk.case_at_hand(reference)
        return answered(await desk.do_once(key, 201, lambda tx: commitments.promise(tx, actor, reference, given)))

    @router.get("/commitments")
    async def list_commitments(
        actor: Reading,
        state: CommitmentStates = "open",
        overdue: bool = False,
        mine: bool = False,
        cursor: Cursor = None,
    ) -> Page[CommitmentLine]:
        """Commitments, the first due first, 50 to a page: those a member follows, or all for staff."""
        return await book.page(actor, state, cursor, overdue=overdue, mine=mine)

    @router.get("/commitments/{commitment_id}")
    async def show_commitment(commitment_id: CommitmentId, actor: Reading) -> CommitmentLine:
        """One commitment with its progress."""
        return await book.one(actor, commitment_id)

    @router.post("/commitments/{commitment_id}/progress", status_code=201, response_model=Made)
    async def report(commitment_id: CommitmentId, actor: Acting, key: Key, progress: ProgressInput) -> JSONResponse:
        """Say how far it has come; for ``resident`` the resident reads it too."""
        return answered(await desk.do_once(key, 201, lambda tx: commitments.report(tx, actor, commitment_id, progress)))

    @router.post("/commitments/{commitment_id}/keep", response_model=State)
    async def keep(
        commitment_id: CommitmentId, actor: Acting, key: Key, keeping: KeepingInput | None = None
    ) -> JSONResponse:
        """The commitment was kept."""
        kept = keeping or KeepingInput()
        return answered(await desk.do_once(key, 200, lambda tx: commitments.keep(tx, actor, commitment_id, kept)))

    @router.post("/commitments/{commitment_id}/drop", response_model=State)
    async def drop(commitment_id: CommitmentId, actor: Acting, key: Key, dropping: DroppingInput) -> JSONResponse:
        """The commitment is given up, for a reason."""
        return answered(await desk.do_once(key, 200, lambda tx: commitments.drop(tx, actor, commitment_id, dropping)))
