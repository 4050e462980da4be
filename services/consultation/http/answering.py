"""What was done once, as it is answered to a program."""

from __future__ import annotations

from starlette.responses import JSONResponse

from shared.db.idempotency import Answer


def answered(answer: Answer) -> JSONResponse:
    """The status and body that a job gave, now or the first time it was asked for."""
    status, body = answer
    return JSONResponse(body, status)
