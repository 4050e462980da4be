"""What the resident wrote, asked of intake's vault with the reader's own token; routing never keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import httpx

TIMEOUT_SECONDS = 3.0


@dataclass(frozen=True, slots=True)
class Words:
    """``available`` is False where intake could not be asked; then the rest of the page still works."""

    text: str | None = None
    language: str | None = None
    erased: bool = False
    available: bool = True


class IssueWords(Protocol):
    """Where a page gets the words of an issue."""

    async def of(self, reference: str, token: str | None) -> Words:
        """The words that the holder of ``token`` may read; none where they may not. Never raises."""


class VaultWords:
    """Asks intake over HTTP."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def of(self, reference: str, token: str | None) -> Words:
        try:
            answer = await self._http.get(
                f"/api/v1/vault/{reference}",
                headers={"Authorization": f"Bearer {token or ''}"},
                timeout=TIMEOUT_SECONDS,
            )
            if answer.status_code in (httpx.codes.NOT_FOUND, httpx.codes.FORBIDDEN):
                return Words()
            said = answer.raise_for_status().json()
            return Words(said["words"], said["language"], bool(said["erased"]))
        except (httpx.HTTPError, ValueError, KeyError):
            return Words(available=False)
