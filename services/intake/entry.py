"""Everything intake's endpoints call, gathered by ``app.py``; and how what was sent becomes a draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.intake.answers import Answered, Answers
from services.intake.domain import State
from services.intake.places import PlaceBook, Places
from services.intake.usecases.drafts import Drafts
from services.intake.usecases.follow import Following
from services.intake.usecases.joining import Joining
from services.intake.usecases.likely import Likely
from services.intake.usecases.receive import Receptions
from services.intake.usecases.submit import Submissions
from services.intake.usecases.vault import Vault
from shared.clock import Clock
from shared.contracts.words import Channel
from shared.db.reader import Reader
from shared.errors import DomainError, Forbidden, Unavailable
from shared.messaging.arrivals import Arrivals
from shared.web.auth import Claims, Role

UNTOLD = (State.SUBMITTED, State.ASSIGNED, State.WITHDRAWN)
"""States in which nobody has anything to tell the resident."""
AT_THE_DESK = ("walk-in", "phone")


@dataclass(frozen=True)
class Intake:
    """The service, as its endpoints see it."""

    clock: Clock
    reader: Reader
    arrivals: Arrivals
    place_book: PlaceBook
    submissions: Submissions
    likely: Likely
    drafts: Drafts
    receptions: Receptions
    following: Following
    joining: Joining
    vault: Vault
    answers: Answers
    origin: str
    zone: str
    body: str
    draft_minutes: float

    async def places(self) -> Places:
        """The places as they are now."""
        return await self.place_book.current(self.reader)

    async def places_with(self, station: str | None, community: str | None) -> Places:
        """The same for staff, who may have imported the roster a moment ago: waits for what they name."""

        def known(places: Places) -> bool:
            return (station is None or station in places.stations) and (
                community is None or community in places.served_by
            )

        return await self.arrivals.wait_for(self.places, known)

    async def answer_to(self, reference: str, state: str) -> tuple[Answered, bool]:
        """What a resident is told, and whether it could be asked for. There is nothing before the work begins."""
        if state in UNTOLD:
            return Answered(), True
        try:
            return await self.answers.to(reference), True
        except Unavailable:
            return Answered(), False

    def paper_date(self, claims: Claims | None, recorded_at: datetime | None) -> datetime | None:
        """``recorded_at`` where it may be given. Raises Forbidden but for officers, DomainError for the future."""
        if recorded_at is None:
            return None
        if claims is None or claims.role is not Role.OFFICER:
            raise Forbidden(
                "own-date-needs-officer", "Only an officer records something with its own date.", field="recorded_at"
            )
        if recorded_at > self.clock.now():
            raise DomainError("date-in-future", "This date is still to come.", field="recorded_at")
        return recorded_at

    def tracking_url(self, code: str) -> str:
        """Where the resident follows the issue."""
        return f"{self.origin}/track/{code}"

    def station_url(self, station: str) -> str:
        """What the QR code of a station says."""
        return f"{self.origin}/s/{station}"


def check_channel(claims: Claims | None, channel: Channel) -> None:
    """Raises Forbidden where a resident claims to have been received by a clerk."""
    if channel in AT_THE_DESK and (claims is None or claims.role not in (Role.CLERK, Role.OFFICER)):
        raise Forbidden("channel-needs-clerk", "Only a clerk registers walk-ins and calls.", field="channel")


def check_station_of(claims: Claims, station: str) -> None:
    """Raises Forbidden where a clerk registers at a station that is not the clerk's."""
    if claims.role is Role.CLERK and claims.stations and station not in claims.stations:
        raise Forbidden("not-your-station", "This is not your station.", field="station")
