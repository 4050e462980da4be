"""The answer to a resident lies with consultation; intake only shows it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Protocol

import httpx
from pydantic import BaseModel, ValidationError

from shared.errors import Unavailable
from shared.web.auth import Role, TokenSigner

PATIENCE_SECONDS = 2.0
TOKEN_LIFETIME = timedelta(minutes=1)


class Commitment(BaseModel):
    """Who undertook to do what by when, and whether it was kept."""

    by: str
    what: str
    due_on: date
    state: str


class Answered(BaseModel):
    """What the body answered, in a member's words."""

    answer: str | None = None
    commitments: tuple[Commitment, ...] = ()


class Answers(Protocol):
    """Where answers are asked for."""

    async def to(self, reference: str) -> Answered:
        """The answer so far. Raises Unavailable while consultation cannot be reached."""


class HttpAnswers:
    """Asks consultation over HTTP, in intake's own name."""

    def __init__(self, client: httpx.AsyncClient, signer: TokenSigner) -> None:
        self._client = client
        self._signer = signer

    async def to(self, reference: str) -> Answered:
        token = self._signer.sign(subject="intake", role=Role.SERVICE, lifetime=TOKEN_LIFETIME)
        try:
            response = await self._client.get(
                f"/api/v1/answers/{reference}",
                headers={"Authorization": f"Bearer {token}"},
                timeout=PATIENCE_SECONDS,
            )
            if response.status_code == httpx.codes.NOT_FOUND:
                return Answered()
            response.raise_for_status()
            return Answered.model_validate_json(response.content)
        except (httpx.HTTPError, ValidationError) as error:
            raise Unavailable("answer-unavailable", "The answer cannot be shown just now.") from error
