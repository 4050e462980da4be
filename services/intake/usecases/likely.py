"""Which issues nearby may be the same matter: looked for when one is raised, and shown without a word of anybody.

Words are compared here, inside the vault, and what is compared is thrown away with the answer. What is shown of
another issue is its category, place, day, state and how many raised it. Its id says nothing: it is worked out from a
secret, and found again only among the issues of the same place.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, or_, select, union

from services.intake.domain import State
from services.intake.domain.likeness import LONGEST, likeness, script_of
from services.intake.places import Location
from services.intake.standing import can_be_joined
from services.intake.tables import ISSUES, VAULT
from shared.clock import Clock
from shared.db.reader import Reader
from shared.errors import DomainError

SHOWN = 5
LOOKED_AT = 40
"""The newest so many of each of: open here, closed here lately, open and closed lately at the station."""
LIKE = 0.1
"""From this share on two texts are taken for the same matter (docs/decisions/0016)."""
LIKE_IN_CATEGORY = 0.06
"""The same where their residents named one category."""
OTHER_WRITING_DAYS = 14
"""Words in another writing cannot be compared: so long the same category and place are enough."""
LONGEST_CASE = timedelta(days=365)
"""What was closed lately was raised no longer before than this: the rest of a long history is not looked through."""

_OPEN = (State.SUBMITTED, State.ASSIGNED, State.ACCEPTED, State.IN_PROGRESS, State.JOINED)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an issue is being raised and what it is about."""

    location: Location
    category: str | None


@dataclass(frozen=True, slots=True)
class LikelySame:
    """An issue that may be the same: all that may be shown of it, and its ``reference``, which is for staff only."""

    id: str
    reference: str
    category: str | None
    community: str
    submitted_at: datetime
    state: str
    outcome: str | None
    residents: int


class Likely:
    """Looks for likely same issues."""

    def __init__(self, reader: Reader, clock: Clock, secret: bytes, closed_days: int) -> None:
        """``closed_days``: how long a closed issue is still looked at."""
        self._reader = reader
        self._clock = clock
        self._secret = secret
        self._closed_for = timedelta(days=closed_days)

    async def to(self, place: Place, words: str, *, besides: str | None = None) -> list[LikelySame]:
        """The likeliest first, at most :data:`SHOWN`; ``besides``: not that issue, nor what it is joined to."""
        pool = await self._pool(place, with_words=True)
        likely = self._likely(place, words, [row for row in pool if row.reference != besides])
        carriers = await self._carriers(likely, besides)
        counts = await self._residents([row.reference for row in carriers])
        return [self._shown(row, counts) for row in carriers]

    async def find(self, place: Place, likely_id: str, *, field: str = "join") -> str:
        """The reference of an issue that was shown for this place. Raises DomainError on ``field``."""
        for row in await self._pool(place, with_words=False):
            reference = row.joined_to or row.reference
            if hmac.compare_digest(self._id_of(reference), likely_id):
                return str(reference)
        raise DomainError("not-a-likely-issue", "This issue is not among those that can be joined here.", field=field)

    def _likely(self, place: Place, words: str, pool: Sequence[Row[Any]]) -> list[str]:
        """References of the issues that carry the likely ones, the likeliest first."""
        writing, now = script_of(words), self._clock.now()
        best: dict[str, float] = defaultdict(float)
        for row, share in zip(pool, likeness(words, [row.words or "" for row in pool]), strict=True):
            same_category = place.category is not None and row.category == place.category
            is_like = share >= (LIKE_IN_CATEGORY if same_category else LIKE)
            is_recent = now - row.submitted_at < timedelta(days=OTHER_WRITING_DAYS)
            if is_like or (same_category and is_recent and row.words and script_of(row.words) != writing):
                carrier = row.joined_to or row.reference
                best[carrier] = max(best[carrier], share)
        return sorted(best, key=lambda reference: -best[reference])

    async def _carriers(self, references: Sequence[str], besides: str | None) -> list[Row[Any]]:
        """The rows of those that can be joined, in the order given."""
        wanted = references[: 2 * SHOWN]
        if not wanted:
            return []
        rows = await self._reader.all(select(ISSUES).where(ISSUES.c.reference.in_(wanted)))
        own = {besides}
        if besides is not None:
            own.add(await self._reader.scalar(select(ISSUES.c.joined_to).where(ISSUES.c.reference == besides)))
        by_reference = {row.reference: row for row in rows if row.reference not in own and self._is_fresh(row)}
        return [by_reference[each] for each in wanted if each in by_reference][:SHOWN]

    def _is_fresh(self, row: Row[Any]) -> bool:
        now = self._clock.now()
        if row.state == State.CLOSED:
            return can_be_joined(row, now) and bool(now - row.closed_at <= self._closed_for)
        return can_be_joined(row, now)

    async def _residents(self, references: Sequence[str]) -> Mapping[str, int]:
        joined = (
            select(ISSUES.c.joined_to, func.count().label("number"))
            .where(ISSUES.c.joined_to.in_(references))
            .group_by(ISSUES.c.joined_to)
        )
        return {row.joined_to: row.number for row in await self._reader.all(joined)} if references else {}

    async def _pool(self, place: Place, *, with_words: bool) -> Sequence[Row[Any]]:
        """The issues to compare with: however many there ever were, a bounded number found by an index."""
        since = self._clock.now() - self._closed_for
        here, at_station = ISSUES.c.community == place.location.community, ISSUES.c.station == place.location.station
        open_now = ISSUES.c.state.in_([state.value for state in _OPEN])
        not_long_before = ISSUES.c.submitted_at > since - LONGEST_CASE
        closed_lately = (ISSUES.c.state == State.CLOSED.value) & not_long_before & (ISSUES.c.closed_at > since)
        nearby = [_newest(here, open_now), _newest(here, closed_lately)]
        if place.location.station is not None:
            nearby += [_newest(at_station, open_now), _newest(at_station, closed_lately)]
        found = union(*(select(each.subquery()) for each in nearby)).subquery()
        words = func.substr(VAULT.c.words, 1, LONGEST) if with_words else VAULT.c.reference
        statement = (
            select(ISSUES.c.reference, ISSUES.c.joined_to, ISSUES.c.category, ISSUES.c.submitted_at)
            .add_columns(words.label("words"))
            .join(found, found.c.reference == ISSUES.c.reference)
            .join(VAULT, VAULT.c.reference == ISSUES.c.reference)
        )
        if place.category is not None:
            statement = statement.where(or_(ISSUES.c.category.is_(None), ISSUES.c.category == place.category))
        return await self._reader.all(statement)

    def _shown(self, row: Row[Any], counts: Mapping[str, int]) -> LikelySame:
        return LikelySame(
            id=self._id_of(row.reference),
            reference=row.reference,
            category=row.category,
            community=row.community,
            submitted_at=row.submitted_at,
            state=row.state,
            outcome=row.outcome,
            residents=1 + counts.get(row.reference, 0),
        )

    def _id_of(self, reference: str) -> str:
        digest = hmac.new(self._secret, f"likely\n{reference}".encode(), hashlib.sha256).digest()
        return base64.b32encode(digest[:15]).decode().lower()


def _newest(*where: Any) -> Select[Any]:
    return select(ISSUES.c.reference).where(*where).order_by(ISSUES.c.submitted_at.desc()).limit(LOOKED_AT)
