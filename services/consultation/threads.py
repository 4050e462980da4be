"""The thread of a case as one reader may see it, its photographs and its referrals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.engine import Row

from services.consultation.domain import Audience, ReferralState
from services.consultation.outputs import PhotoLine, PublicEntry, ReferralLetter, ReferralLine, ThreadEntry
from services.consultation.reply_links import ReplyLinks, unknown_link
from services.consultation.tables import CASE_MEMBERS, CASES, ENTRIES, PHOTOS, REFERRALS, REPLY_LINKS
from services.consultation.usecases.acting import Actor
from services.consultation.usecases.casefile import worked_on_by
from services.consultation.usecases.referrals import require_good
from shared.clock import Clock
from shared.db.reader import Reader
from shared.errors import NotFound
from shared.ids import hash_of

LONGEST_THREAD = 500
"""Entries of one case shown at once; a case with more would be read by nobody on a phone."""
MOST_REFERRALS = 50
WITH_STAFF = (Audience.RESIDENT.value, Audience.STAFF.value)
_SHOWN_OTHERWISE = ("closed",)
"""Of what residents may read: the answer is shown for itself."""


def audiences_of(actor: Actor) -> tuple[str, ...]:
    """The audiences that ``actor`` belongs to: what was written for the office alone is not for members."""
    return tuple(audience.value for audience in Audience) if actor.sees_all else WITH_STAFF


class Threads:
    """Reads threads."""

    def __init__(self, reader: Reader, links: ReplyLinks, clock: Clock) -> None:
        self._reader = reader
        self._links = links
        self._clock = clock

    async def of(self, actor: Actor, reference: str) -> list[ThreadEntry]:
        """What ``actor`` may read of a case, oldest first. That the case is theirs to see is asked elsewhere."""
        audiences = audiences_of(actor)
        of_case = (ENTRIES.c.reference == reference) & ENTRIES.c.audience.in_(audiences)
        rows = await self._reader.all(
            select(ENTRIES).where(of_case).order_by(ENTRIES.c.at, ENTRIES.c.id).limit(LONGEST_THREAD)
        )
        photos = await self._photos(reference, audiences)
        return [
            ThreadEntry(
                id=row.entry_id,
                at=row.at,
                kind=row.kind,
                audience=row.audience,
                member=row.member,
                author_role=row.author_role,
                author=row.author,
                text=row.text,
                details=row.details,
                on_paper=row.on_paper,
                photos=photos[row.entry_id],
            )
            for row in rows
        ]

    async def for_resident(self, reference: str) -> list[PublicEntry]:
        """What was written or photographed for the resident, oldest first."""
        photos = await self._photos(reference, (Audience.RESIDENT.value,))
        columns = ENTRIES.c
        told = columns.text.is_not(None) | columns.entry_id.in_(photos)
        public = (columns.reference == reference) & (columns.audience == Audience.RESIDENT.value) & told
        rows = await self._reader.all(
            select(ENTRIES)
            .where(public, columns.kind.not_in(_SHOWN_OTHERWISE))
            .order_by(columns.at, columns.id)
            .limit(LONGEST_THREAD)
        )
        return [
            PublicEntry(
                id=row.entry_id,
                at=row.at,
                kind=row.kind,
                text=row.text,
                photos=[photo.id for photo in photos[row.entry_id]],
            )
            for row in rows
        ]

    async def picture(self, actor: Actor, reference: str, photo_id: str) -> bytes:
        """A photograph as JPEG, for who may see it. Raises NotFound."""
        mine = select(PHOTOS.c.content).where(
            PHOTOS.c.photo_id == photo_id,
            PHOTOS.c.reference == reference,
            PHOTOS.c.audience.in_(audiences_of(actor)),
        )
        if not actor.sees_all:
            mine = mine.where(worked_on_by(PHOTOS.c.reference, actor.member))
        return await self._content(mine)

    async def picture_for_resident(self, reference: str, photo_id: str) -> bytes:
        """A photograph as JPEG that was made for the resident. Raises NotFound."""
        public = (PHOTOS.c.reference == reference) & (PHOTOS.c.audience == Audience.RESIDENT.value)
        return await self._content(select(PHOTOS.c.content).where(PHOTOS.c.photo_id == photo_id, public))

    async def members(self, reference: str) -> list[str]:
        """The further members of a case, in the order in which they were invited."""
        columns = CASE_MEMBERS.c
        found = select(columns.member).where(columns.reference == reference)
        return [row.member for row in await self._reader.all(found.order_by(columns.invited_at, columns.member))]

    async def referrals(self, reference: str) -> list[ReferralLine]:
        """The referrals of a case, oldest first."""
        columns = REFERRALS.c
        rows = await self._reader.all(
            select(REFERRALS).where(columns.reference == reference).order_by(columns.made_at).limit(MOST_REFERRALS)
        )
        links = await self._newest_links([row.referral_id for row in rows])
        now = self._clock.now()
        return [
            ReferralLine.model_validate(
                {**row._mapping, "id": row.referral_id, "link": _standing(links.get(row.referral_id), now)}
            )
            for row in rows
        ]

    async def letter(self, referral_id: str) -> ReferralLetter:
        """What to write to the department, with its newest link. Raises NotFound where there is nothing to write."""
        row = await self._reader.one(_asked().where(REFERRALS.c.referral_id == referral_id))
        link = (await self._newest_links([referral_id])).get(referral_id)
        if row is None or row.state == ReferralState.REPLIED or _standing(link, self._clock.now()) != "good":
            raise NotFound("no-letter", "There is nothing to write to a department.")
        assert link is not None
        return _letter(row, self._links.url(link.link_id, link.expires_at), link.expires_at)

    async def asked_by_link(self, token: str) -> ReferralLetter:
        """What a department is asked that comes with a link.

        Raises NotFound for a link that was not given out here, Conflict for one that is used, withdrawn or too old.
        """
        mine = (REPLY_LINKS.c.link_id == self._links.link_of(token)) & (REPLY_LINKS.c.token_hash == hash_of(token))
        link = await self._reader.one(select(REPLY_LINKS).where(mine))
        row = None
        if link is not None:
            row = await self._reader.one(_asked().where(REFERRALS.c.referral_id == link.referral_id))
        if link is None or row is None:
            raise unknown_link()
        require_good(link, row.state, self._clock.now())
        return _letter(row, self._links.url(link.link_id, link.expires_at), link.expires_at)

    async def _photos(self, reference: str, audiences: Sequence[str]) -> defaultdict[str, list[PhotoLine]]:
        """The photographs of a case by entry; without their pictures."""
        columns = PHOTOS.c
        rows = await self._reader.all(
            select(columns.photo_id, columns.entry_id, columns.audience, columns.width, columns.height)
            .where(columns.reference == reference, columns.audience.in_(audiences))
            .order_by(columns.added_at, columns.photo_id)
            .limit(LONGEST_THREAD)
        )
        found: defaultdict[str, list[PhotoLine]] = defaultdict(list)
        for row in rows:
            line = PhotoLine(id=row.photo_id, audience=row.audience, width=row.width, height=row.height)
            found[row.entry_id].append(line)
        return found

    async def _content(self, statement: Select[Any]) -> bytes:
        content: bytes | None = await self._reader.scalar(statement)
        if content is None:
            raise NotFound("photo-not-found", "There is no such photograph.")
        return content

    async def _newest_links(self, referral_ids: Sequence[str]) -> dict[str, Row[Any]]:
        if not referral_ids:
            return {}
        columns = REPLY_LINKS.c
        newest = (
            select(columns.referral_id, func.max(columns.made_at).label("made_at"))
            .where(columns.referral_id.in_(referral_ids))
            .group_by(columns.referral_id)
            .subquery()
        )
        same = (columns.referral_id == newest.c.referral_id) & (columns.made_at == newest.c.made_at)
        return {row.referral_id: row for row in await self._reader.all(select(REPLY_LINKS).join(newest, same))}


def _asked() -> Select[Any]:
    return select(REFERRALS, CASES.c.category, CASES.c.community).join(
        CASES, CASES.c.reference == REFERRALS.c.reference
    )


def _letter(row: Row[Any], url: str, expires_at: datetime) -> ReferralLetter:
    return ReferralLetter.model_validate({**row._mapping, "link": url, "link_expires_at": expires_at})


def _standing(link: Row[Any] | None, now: datetime) -> str:
    if link is None:
        return "none"
    if link.used_at is not None:
        return "used"
    return "over" if link.revoked_at is not None or link.expires_at <= now else "good"
