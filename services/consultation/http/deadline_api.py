"""The JSON API of deadlines: those of a case, those that are late, their pauses."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import JSONResponse

from services.consultation.deadlines import pausing
from services.consultation.deadlines.book import DeadlineLine, Which
from services.consultation.deadlines.pausing import PauseInput
from services.consultation.desk import Desk
from services.consultation.http.answering import answered
from services.consultation.http.asking import Acting, CaseReference, Cursor, DeadlineId, Key, Reading
from services.consultation.outputs import State
from shared.contracts.words import DeadlineKind
from shared.web.paging import Page
from shared.web.routers import api_router


def build_deadline_api(desk: Desk) -> APIRouter:
    """The router; everything it needs comes with ``desk``."""
    router = api_router("/api/v1", "deadlines")

    @router.get("/deadlines")
    async def list_deadlines(
        actor: Reading,
        which: Annotated[Which, Query(description="late: missed and still owed; soon: running; paused")] = "late",
        kind: DeadlineKind | None = None,
        cursor: Cursor = None,
    ) -> Page[DeadlineLine]:
        """Deadlines, the longest due first, 50 to a page: a member's own, or all for staff of the body."""
        return await desk.deadlines.page(actor, which, kind, cursor)

    @router.get("/cases/{reference}/deadlines")
    async def of_case(reference: CaseReference, actor: Reading) -> list[DeadlineLine]:
        """What is or was owed in a case, the first due first."""
        await desk.case_at_hand(reference)
        await desk.casebook.case(actor, reference)  # which refuses who may not see it
        return await desk.deadlines.of_case(reference)

    @router.post("/cases/{reference}/deadlines/{deadline_id}/pause", response_model=State)
    async def pause(
        reference: CaseReference, deadline_id: DeadlineId, actor: Acting, key: Key, asked: PauseInput
    ) -> JSONResponse:
        """Let the time of a deadline stand still, for a reason."""
        return answered(
            await desk.do_once(key, 200, lambda tx: pausing.pause(tx, actor, reference, deadline_id, asked))
        )

    @router.post("/cases/{reference}/deadlines/{deadline_id}/resume", response_model=State)
    async def resume(reference: CaseReference, deadline_id: DeadlineId, actor: Acting, key: Key) -> JSONResponse:
        """Let it go on, with as much working time as was left."""
        return answered(await desk.do_once(key, 200, lambda tx: pausing.resume(tx, actor, reference, deadline_id)))

    return router
