"""The answer to a resident lies with consultation; intake only shows it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Protocol

import httpx
from pydantic import BaseModel, ValidationError

from shared.errors import Unavailable
from shared.web.auth import Role, TokenSigner

PATIENCE_SECONDS = 2.0
TOKEN_LIFETIME = timedelta(minutes=1)


class Progress(BaseModel):
    """How far a commitment had come, in words for the resident."""

    at: datetime
    text: str


class Commitment(BaseModel):
    """Who undertook to do what by when, how far it has come, and whether it was kept or dropped, and why."""

    by: str
    what: str
    due_on: date
    state: str
    overdue: bool = False
    """The day is past, and nothing came of it yet; the case may be closed long since."""
    settled_at: datetime | None = None
    evidence: str | None = None
    reason: str | None = None
    progress: tuple[Progress, ...] = ()


class Told(BaseModel):
    """What was written for the resident on the way, with the ids of its photographs; ``kind`` is a code."""

    id: str
    at: datetime
    kind: str
    text: str | None
    photos: tuple[str, ...] = ()


class Answered(BaseModel):
    """What the body answered, in a member's words, and what it said before."""

    answer: str | None = None
    competent: str | None = None
    """Who is, where this body is not."""
    commitments: tuple[Commitment, ...] = ()
    entries: tuple[Told, ...] = ()


class Answers(Protocol):
    """Where answers are asked for."""

    async def to(self, reference: str) -> Answered:
        """The answer so far. Raises Unavailable while consultation cannot be reached."""

    async def photo(self, reference: str, photo_id: str) -> bytes | None:
        """A photograph that was made for the resident, as JPEG; None where there is none such. Raises Unavailable."""


class HttpAnswers:
    """Asks consultation over HTTP, in intake's own name."""

    def __init__(self, client: httpx.AsyncClient, signer: TokenSigner) -> None:
        self._client = client
        self._signer = signer

    async def to(self, reference: str) -> Answered:
        content = await self._get(f"/api/v1/answers/{reference}")
        try:
            return Answered() if content is None else Answered.model_validate_json(content)
        except ValidationError as error:
            raise _unavailable() from error

    async def photo(self, reference: str, photo_id: str) -> bytes | None:
        return await self._get(f"/api/v1/answers/{reference}/photos/{photo_id}")

    async def _get(self, path: str) -> bytes | None:
        """What is at ``path``, or None where nothing is."""
        token = self._signer.sign(subject="intake", role=Role.SERVICE, lifetime=TOKEN_LIFETIME)
        headers = {"Authorization": f"Bearer {token}"}
        try:
            response = await self._client.get(path, headers=headers, timeout=PATIENCE_SECONDS)
            if response.status_code == httpx.codes.NOT_FOUND:
                return None
            response.raise_for_status()
            return response.content
        except httpx.HTTPError as error:
            raise _unavailable() from error


def _unavailable() -> Unavailable:
    return Unavailable("answer-unavailable", "The answer cannot be shown just now.")
