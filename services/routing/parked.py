"""The parked events of every service of the body, asked of each with the reader's own token."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol

import httpx

from shared.errors import Conflict, NotFound, Unavailable

SERVICES = ("intake", "routing", "consultation", "notify", "reporting")
TIMEOUT_SECONDS = 3.0

Verdict = Literal["resend", "drop"]


@dataclass(frozen=True, slots=True)
class ParkedLine:
    """One parked event."""

    id: int
    subject: str
    reason: str
    tries: int
    parked_at: datetime


@dataclass(frozen=True, slots=True)
class KeptLine:
    """Events of one subject that only a newer release reads; nobody has to do anything about them."""

    subject: str
    events: int
    since: datetime
    release: str | None


@dataclass(frozen=True, slots=True)
class ParkedOf:
    """The newest parked events of one service, and what it keeps; ``events`` is None where it could not be asked."""

    service: str
    events: Sequence[ParkedLine] | None
    kept: Sequence[KeptLine] = ()


class ParkedEvents(Protocol):
    """Where the office finds what could not be applied."""

    async def everywhere(self, token: str | None) -> Sequence[ParkedOf]:
        """The parked events of all services, asked at once. Never raises."""

    async def decide(self, service: str, parked_id: int, verdict: Verdict, token: str | None) -> None:
        """Send one again, or give it up. Raises NotFound, Conflict where it fails again, or Unavailable."""


class HttpParkedEvents:
    """Asks each service over HTTP."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def everywhere(self, token: str | None) -> Sequence[ParkedOf]:
        return await asyncio.gather(*(self._of(service, token) for service in SERVICES))

    async def decide(self, service: str, parked_id: int, verdict: Verdict, token: str | None) -> None:
        if service not in SERVICES:
            raise _gone()
        try:
            answer = await self._http.post(
                f"/api/v1/{service}/parked/{parked_id}/{verdict}", headers=_signed(token), timeout=TIMEOUT_SECONDS
            )
        except httpx.HTTPError as error:
            raise Unavailable("service-away", "This service cannot be asked at the moment.") from error
        if answer.status_code == httpx.codes.NOT_FOUND:
            raise _gone()
        if answer.is_error:
            raise Conflict("still-failing", "It failed again, so it stays here.")

    async def _of(self, service: str, token: str | None) -> ParkedOf:
        try:
            parked, kept = await asyncio.gather(
                self._items(f"/api/v1/{service}/parked", token), self._items(f"/api/v1/{service}/kept", token)
            )
            return ParkedOf(service, [_line(item) for item in parked], [_kept(item) for item in kept])
        except (httpx.HTTPError, ValueError, KeyError):
            return ParkedOf(service, None)

    async def _items(self, path: str, token: str | None) -> list[dict[str, Any]]:
        answer = await self._http.get(path, headers=_signed(token), timeout=TIMEOUT_SECONDS)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return []  # a service of a release that has no such list
        items: list[dict[str, Any]] = answer.raise_for_status().json()["items"]
        return items


def _gone() -> NotFound:
    return NotFound("parked-not-found", "There is no such parked event.", field="id")


def _line(item: dict[str, Any]) -> ParkedLine:
    at = datetime.fromisoformat(item["parked_at"])
    return ParkedLine(item["id"], item["subject"], item["reason"], item["tries"], at)


def _kept(item: dict[str, Any]) -> KeptLine:
    return KeptLine(item["subject"], item["events"], datetime.fromisoformat(item["since"]), item["release"])


def _signed(token: str | None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token or ''}"}
