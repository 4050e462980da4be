"""Which cases below are late, asked of reporting with the reader's own token; routing keeps no figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import httpx
from pydantic import BaseModel

from shared.contracts.words import DeadlineKind
from shared.errors import Unavailable

TIMEOUT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class LateCase:
    """A case of ``body``, what was due longest ago in it, and since when.

    ``through``: the bodies on the way down to it, the one directly below first and ``body`` last.
    """

    body: str
    reference: str
    kind: DeadlineKind
    since: datetime
    through: tuple[str, ...]


class LateCases(Protocol):
    """Where it is known what bodies below reported as missed."""

    async def of(self, body: str, reference: str, token: str | None) -> LateCase | None:
        """The case, or None where nothing in it is late. Raises Unavailable."""


class _Late(BaseModel):
    kind: DeadlineKind
    since: datetime
    through: tuple[str, ...]


class _Found(BaseModel):
    items: list[_Late]


class ReportedLate:
    """Asks reporting over HTTP."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def of(self, body: str, reference: str, token: str | None) -> LateCase | None:
        headers = {"Authorization": f"Bearer {token or ''}"}
        asked = {"body": body, "reference": reference}
        try:
            answer = await self._http.get("/api/v1/tiers/late", params=asked, headers=headers, timeout=TIMEOUT_SECONDS)
            found = _Found.model_validate_json(answer.raise_for_status().content).items
        except (httpx.HTTPError, ValueError) as error:
            raise Unavailable(
                "reports-unavailable", "Which cases are late cannot be looked up just now. Please try again."
            ) from error
        if not found:
            return None
        first = found[0]
        return LateCase(body, reference, first.kind, first.since, first.through)
