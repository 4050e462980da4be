"""The resident's words, which stay in intake's vault and are shown for the reading only."""

from __future__ import annotations

from typing import Protocol

import httpx
import structlog
from pydantic import BaseModel, ValidationError

from shared.errors import Unavailable

log = structlog.get_logger(__name__)

PATIENCE_SECONDS = 3.0


class Contact(BaseModel):
    """How the resident can be reached, as far as given."""

    name: str | None = None
    phone: str | None = None
    email: str | None = None


class JoinedWords(BaseModel):
    """What another resident wrote of the same matter."""

    reference: str
    words: str | None
    language: str
    erased: bool


class ResidentWords(BaseModel):
    """What the resident wrote; empty where it was erased. ``joined`` are others of the same matter."""

    words: str | None
    language: str | None = None
    contact: Contact | None = None
    erased: bool = False
    joined: tuple[JoinedWords, ...] = ()


class Vault(Protocol):
    """Where the words are."""

    async def words(self, reference: str, token: str | None) -> ResidentWords:
        """The words, read under the reader's own token so that the vault logs who it was. Raises Unavailable."""


class HttpVault:
    """The vault of the intake service beside us."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        """``client`` has the neighbours' address as its base."""
        self._client = client

    async def words(self, reference: str, token: str | None) -> ResidentWords:
        """See :class:`Vault`."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            answer = await self._client.get(f"/api/v1/vault/{reference}", headers=headers, timeout=PATIENCE_SECONDS)
            answer.raise_for_status()
            return ResidentWords.model_validate_json(answer.content)
        except (httpx.HTTPError, ValidationError) as error:
            log.warning("vault-unavailable", reference=reference, error=type(error).__name__)
            raise Unavailable("vault-unavailable", "The resident's words cannot be fetched just now.") from error
