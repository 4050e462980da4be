"""What was done once, as it is answered to a program."""

from __future__ import annotations

from collections.abc import Awaitable

from starlette.responses import JSONResponse

from services.consultation.briefing import HandingMoved
from services.consultation.handing.records import HandingRecord
from shared.db.idempotency import Answer


def answered(answer: Answer) -> JSONResponse:
    """The status and body that a job gave, now or the first time it was asked for."""
    status, body = answer
    return JSONResponse(body, status)


async def as_moved(job: Awaitable[HandingRecord]) -> HandingMoved:
    """Where a brief stands between two bodies after ``job``."""
    record = await job
    return HandingMoved(handing_id=record.handing_id, state=record.state)
