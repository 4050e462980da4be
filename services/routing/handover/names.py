"""What a resident is called, asked of intake's vault with the reader's own token; routing never keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import httpx

from shared.errors import Unavailable

TIMEOUT_SECONDS = 3.0


class ResidentNames(Protocol):
    """Where the names are that must not leave the body."""

    async def of(self, reference: str, token: str | None) -> Sequence[str]:
        """The names of those who raised the issue; the vault writes down who asked. Raises Unavailable."""


class VaultNames:
    """Asks intake over HTTP."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def of(self, reference: str, token: str | None) -> Sequence[str]:
        headers = {"Authorization": f"Bearer {token or ''}"}
        try:
            answer = await self._http.get(f"/api/v1/vault/{reference}", headers=headers, timeout=TIMEOUT_SECONDS)
            contact = answer.raise_for_status().json()["contact"]
            return [contact["name"]] if contact and contact["name"] else []
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            # A text that was not looked over stays here.
            raise Unavailable(
                "vault-unavailable", "The text cannot be looked over just now, so it was not sent. Please try again."
            ) from error
