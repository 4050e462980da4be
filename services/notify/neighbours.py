"""What notify asks its neighbours at the moment of sending, so that it need not keep it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

import httpx
from pydantic import BaseModel

from services.notify.letters import Commitment, Invitation
from shared.clock import Clock
from shared.i18n import CODES
from shared.web.neighbours import neighbour_client

PATIENCE_SECONDS = 10.0
MEMBER_REMEMBERED_FOR = timedelta(minutes=1)
"""A member has many orders, and the roster changes a few times a year. Residents' addresses are never remembered."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody is told, and in which language; ``link`` is the resident's own page."""

    email: str | None
    language: str | None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the resident is told of a closed issue."""

    text: str | None
    commitments: tuple[Commitment, ...] = ()
    competent: str | None = None
    """Who is, where this body is not."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a department is asked, and the link by which it replies."""

    link: str
    request: str | None
    category: str | None
    community: str
    due_on: date | None


class Neighbours(Protocol):
    """Each question raises httpx.HTTPError while the neighbour is away or does not let us ask."""

    async def resident(self, reference: str) -> Address | None:
        """The resident's reply address from the vault, which logs that it was read; None where nothing is there."""

    async def member(self, code: str) -> Address | None:
        """The member's address from the roster; None where there is no such member."""

    async def department(self, code: str) -> Address | None:
        """The department's address from the roster; None where there is no such department."""

    async def office(self) -> Address:
        """Where the office of the body is told, as routing keeps it."""

    async def briefing(self, week: str, language: str | None) -> Answer | None:
        """What reporting says of the week from that Monday, its title as the first line; None where it says nothing."""

    async def asked(self, referral_id: str) -> Asked | None:
        """What consultation asks a department; None where it has replied meanwhile."""

    async def answer(self, reference: str) -> Answer:
        """The answer that consultation holds."""

    async def invitation(
        self, consultation_id: str, sequence: int, *, member: str | None = None, department: str | None = None
    ) -> Invitation | None:
        """What the member or the department is to be told of a consultation; None where its time is over, or a later
        change of it than ``sequence`` is told as well."""


class _ReplyAddress(BaseModel):
    email: str | None
    language: str
    tracking_url: str


class _MemberAddress(BaseModel):
    email: str | None
    language: str | None = None


class _Commitment(BaseModel):
    by: str
    what: str
    due_on: date


class _Briefing(BaseModel):
    title: str
    sentences: list[str]


class _Asked(BaseModel):
    link: str
    request: str | None
    category: str | None
    community: str
    due_on: date | None


class _Answer(BaseModel):
    answer: str | None
    commitments: list[_Commitment] = []
    competent: str | None = None


class _Invitation(BaseModel):
    standing: str
    takes_part: bool
    topic: str | None
    station: str
    address: str | None
    planned_at: datetime
    planned_until: datetime | None
    contributions_until: datetime | None
    reason: str | None
    sequence: int
    calendar: str


class HttpNeighbours:
    """The body's other services over HTTP, asked with notify's own token."""

    def __init__(self, client: httpx.AsyncClient, token: Callable[[], str], clock: Clock) -> None:
        self._client = client
        self._token = token
        self._clock = clock
        self._members: dict[str, tuple[datetime, Address]] = {}

    async def resident(self, reference: str) -> Address | None:
        answer = await self._get(f"/api/v1/vault/{reference}/reply-address")
        if answer is None:
            return None
        found = _ReplyAddress.model_validate_json(answer)
        return Address(found.email, found.language, found.tracking_url)

    async def member(self, code: str) -> Address | None:
        asked_at, known = self._members.get(code, (None, None))
        if asked_at is not None and self._clock.now() - asked_at < MEMBER_REMEMBERED_FOR:
            return known
        answer = await self._get(f"/api/v1/members/{code}/address")
        if answer is None:
            return None
        found = _MemberAddress.model_validate_json(answer)
        address = Address(found.email, found.language)
        self._members[code] = (self._clock.now(), address)
        return address

    async def department(self, code: str) -> Address | None:
        answer = await self._get(f"/api/v1/roster/departments/{code}")
        if answer is None:
            return None
        found = _MemberAddress.model_validate_json(answer)
        return Address(found.email, found.language)

    async def office(self) -> Address:
        answer = await self._get("/api/v1/calendar/office-address")
        if answer is None:
            return Address(None, None)
        found = _MemberAddress.model_validate_json(answer)
        return Address(found.email, found.language)

    async def briefing(self, week: str, language: str | None) -> Answer | None:
        query = f"?language={language}" if language in CODES else ""
        answer = await self._get(f"/api/v1/reporting/briefings/{week}/letter{query}")
        if answer is None:
            return None
        found = _Briefing.model_validate_json(answer)
        return Answer("\n".join([found.title, "", *found.sentences]))

    async def asked(self, referral_id: str) -> Asked | None:
        answer = await self._get(f"/api/v1/referrals/{referral_id}/letter")
        if answer is None:
            return None
        found = _Asked.model_validate_json(answer)
        return Asked(found.link, found.request, found.category, found.community, found.due_on)

    async def answer(self, reference: str) -> Answer:
        answer = await self._get(f"/api/v1/answers/{reference}")
        if answer is None:
            return Answer(None)
        found = _Answer.model_validate_json(answer)
        promised = tuple(Commitment(each.by, each.what, each.due_on) for each in found.commitments)
        return Answer(found.answer, promised, found.competent)

    async def invitation(
        self, consultation_id: str, sequence: int, *, member: str | None = None, department: str | None = None
    ) -> Invitation | None:
        whom = member if department is None else f"departments/{department}"
        answer = await self._get(f"/api/v1/consultations/{consultation_id}/invitations/{whom}")
        if answer is None:
            return None
        found = _Invitation.model_validate_json(answer)
        if found.planned_at <= self._clock.now() or (found.takes_part and found.sequence > sequence):
            return None
        return Invitation(
            standing=found.standing,
            topic=found.topic,
            place=" · ".join(part for part in (found.address, found.station) if part),
            planned_at=found.planned_at,
            planned_until=found.planned_until,
            contributions_until=found.contributions_until,
            reason=found.reason if found.takes_part else None,
            calendar=found.calendar.encode(),
        )

    async def _get(self, path: str) -> bytes | None:
        answer = await self._client.get(path, headers={"Authorization": f"Bearer {self._token()}"})
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        answer.raise_for_status()
        return answer.content


@asynccontextmanager
async def http_neighbours(url: str, token: Callable[[], str], clock: Clock) -> AsyncIterator[HttpNeighbours]:
    """The neighbours at ``url``; ``token`` gives a service token that is still good."""
    async with neighbour_client(url, PATIENCE_SECONDS) as client:
        yield HttpNeighbours(client, token, clock)
