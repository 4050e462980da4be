"""Sends what is queued: at once, in order, at a measured pace, and again after a failure.

A mail is posted before that is written down, so a crash in between sends it twice, and never not at all. SMTP knows
nothing better; both mails bear the same Message-ID, by which the reader's mail program can tell.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import httpx
import structlog
from pydantic import ValidationError

from services.notify.calendar_entry import addressed
from services.notify.domain import Audience, Kind, Move, State
from services.notify.letters import Invitation, Letters, Occasion
from services.notify.mail import mail_of
from services.notify.neighbours import Address, Answer, Asked, Neighbours
from services.notify.notices import DueNotice, Notices
from services.notify.postbox import MAIL_SERVER_AWAY, NotTaken, Postbox
from services.notify.tally import Tally
from shared.clock import Clock
from shared.messaging.arrivals import Arrivals
from shared.tasks import stop

log = structlog.get_logger(__name__)

BATCH = 20
LOOK_AGAIN_SECONDS = 30.0
"""Another replica may have queued something, which nobody tells us."""
DATABASE_AWAY_SECONDS = 2.0

Said = Answer | Asked | Invitation
Reached = tuple[Address | None, Said | None]
"""Where to write, and what there is to say beside the facts; None for a letter that has nothing to say any more."""


class Sender:
    """Sends the notices of one body, one after another."""

    def __init__(
        self,
        *,
        notices: Notices,
        neighbours: Neighbours,
        postbox: Postbox,
        letters: Letters,
        arrivals: Arrivals,
        clock: Clock,
        tally: Tally,
        mail_from: str,
        origin: str,
        mails_per_second: float,
    ) -> None:
        """``origin``: where a member signs in. ``arrivals`` wakes the sender when something was queued."""
        self._notices = notices
        self._neighbours = neighbours
        self._postbox = postbox
        self._letters = letters
        self._arrivals = arrivals
        self._clock = clock
        self._tally = tally
        self._mail_from = mail_from
        self._origin = origin
        self._pause = 1 / mails_per_second

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Send while inside; a mail under way at the end is tried again at the next start."""
        task = asyncio.create_task(self._run(), name="sender")
        try:
            yield
        finally:
            await stop(task)
            await self._postbox.close()

    async def send_due(self) -> int:
        """Send everything that is due now; how many notices were tried."""
        tried = 0
        while True:
            batch = await self._notices.take_due(BATCH)
            await self._send(batch)
            tried += len(batch)
            if len(batch) < BATCH:
                return tried

    async def _run(self) -> None:
        while True:
            arrived = self._arrivals.next_pulse()
            try:
                if await self._seconds_left() <= 0:
                    await self.send_due()
                left = min(await self._seconds_left(), LOOK_AGAIN_SECONDS)
            except Exception as error:
                # The database is away; nothing is lost, everything is still written there.
                log.warning("sender-waits", error=repr(error))
                left = DATABASE_AWAY_SECONDS
            with suppress(TimeoutError):
                await asyncio.wait_for(arrived.wait(), max(left, 0.0))

    async def _seconds_left(self) -> float:
        due_at = await self._notices.next_due_at()
        return LOOK_AGAIN_SECONDS if due_at is None else (due_at - self._clock.now()).total_seconds()

    async def _send(self, batch: Sequence[DueNotice]) -> None:
        # Asked for together, since the neighbours can answer many at once; posted one by one, on one connection.
        reached = await asyncio.gather(*map(self._reach, batch))
        reason: str | None = None
        for notice, found in zip(batch, reached, strict=True):
            if reason != MAIL_SERVER_AWAY:  # else the rest of the batch need not sit out the same timeout
                move, reason = await self._try(notice, found)
            state = await self._notices.settle(notice, move, reason)
            self._tally.settled(notice.kind, state)
            log.info(
                "notice-tried", notice_id=notice.notice_id, kind=notice.kind.value, state=state.value, reason=reason
            )
            if state is State.SENT:
                await asyncio.sleep(self._pause)  # the pace, see NotifySettings.mails_per_second

    async def _reach(self, notice: DueNotice) -> Reached | Exception:
        """Whom to write to and, of a closed issue, what; or what kept us from knowing."""
        try:
            if notice.kind is Kind.INVITATION and notice.member is not None:
                told = await self._neighbours.invitation(
                    notice.reference, notice.facts["sequence"], member=notice.member
                )
                return await self._neighbours.member(notice.member), told
            if notice.kind is Kind.DEPARTMENT_INVITATION:
                department = notice.facts["department"]
                told = await self._neighbours.invitation(
                    notice.reference, notice.facts["sequence"], department=department
                )
                return await self._neighbours.department(department), told
            if notice.kind.audience is Audience.MEMBER:
                return await self._neighbours.member(notice.member or ""), Answer(None)
            if notice.kind is Kind.BRIEFING:
                office = await self._neighbours.office()
                return office, await self._neighbours.briefing(notice.facts["week"], office.language)
            if notice.kind.audience is Audience.OFFICE:
                return await self._neighbours.office(), Answer(None)
            if notice.kind.audience is Audience.DEPARTMENT:
                asked = await self._neighbours.asked(notice.facts["referral_id"])
                return await self._neighbours.department(notice.facts["department"]), asked
            address = await self._neighbours.resident(notice.reference)
            if notice.kind is Kind.ANSWER and address is not None and address.email:
                return address, await self._neighbours.answer(notice.facts.get("joined_to") or notice.reference)
            return address, Answer(None)
        except (httpx.HTTPError, ValidationError) as error:
            return error

    async def _try(self, notice: DueNotice, found: Reached | Exception) -> tuple[Move, str | None]:
        if isinstance(found, Exception):
            log.warning("neighbour-away", notice_id=notice.notice_id, error=repr(found))
            return Move.FAIL, "neighbour-away"
        address, said = found
        if said is None:
            return Move.FIND_IT_PAST, None
        if address is None or not address.email:
            return Move.FIND_NO_ADDRESS, None
        try:
            mail = self._mail(notice, address.email, address, said)
        except Exception:
            # A letter that cannot be written is our fault and holds up nobody else's; the log and the page show it.
            log.exception("letter-not-written", notice_id=notice.notice_id, kind=notice.kind.value)
            return Move.FAIL, "letter-not-written"
        try:
            await self._postbox.post(self._mail_from, address.email, mail)
        except NotTaken as refused:
            return (Move.GIVE_UP if refused.for_good else Move.FAIL), refused.reason
        return Move.DELIVER, None

    def _mail(self, notice: DueNotice, to: str, address: Address, said: Said) -> bytes:
        letter = self._letters.write(self._occasion(notice, address, said), address.language)
        entry = addressed(said.calendar, self._mail_from, to) if isinstance(said, Invitation) else None
        now = self._clock.now()
        return mail_of(letter, notice_id=notice.notice_id, sender=self._mail_from, to=to, at=now, entry=entry)

    def _occasion(self, notice: DueNotice, address: Address, said: Said) -> Occasion:
        if isinstance(said, Asked):
            return _asking(notice, address, said)
        if isinstance(said, Invitation):
            link = f"{self._origin}/work/consultations/{notice.reference}"
            return Occasion(notice.kind, notice.reference, link, notice.facts, invitation=said)
        return Occasion(
            kind=notice.kind,
            reference=notice.reference,
            link=address.link or f"{self._origin}{_page_of(notice)}",
            facts=notice.facts,
            answer=said.text,
            commitments=said.commitments,
            competent=said.competent,
        )


def _page_of(notice: DueNotice) -> str:
    """Where staff go on from a letter."""
    if notice.kind is Kind.DEADLINE_OFFICE:
        return "/office/deadlines"
    if notice.kind is Kind.HANDOVER_LATE:
        return f"/office/handovers/{notice.facts['handover_id']}"
    if notice.kind is Kind.BRIEFING:
        return f"/reports/briefings/{notice.facts['week']}"
    if "supervision_id" in notice.facts:
        return f"/office/supervisions/{notice.facts['supervision_id']}"
    if "handing_id" in notice.facts:
        brief = notice.facts["brief_id"]
        return f"/work/briefs/{brief}" if brief else f"/work/briefs/received/{notice.facts['handing_id']}"
    if notice.kind is Kind.ASKED_IN:
        return f"/work/{notice.reference}"
    if "due_at" not in notice.facts:
        return f"/work/orders/{notice.reference}"
    return f"/work/{notice.reference}" if notice.facts["reference"] else "/work/commitments"


def _asking(notice: DueNotice, address: Address, asked: Asked) -> Occasion:
    facts = {"community": asked.community, "category": asked.category, "due_on": asked.due_on}
    return Occasion(
        kind=notice.kind,
        reference=notice.reference,
        # The page is in the language of the letter, whatever the browser of the office is set to.
        link=f"{asked.link}?to={address.language}" if address.language else asked.link,
        facts={**notice.facts, **facts},
        request=asked.request,
    )
