"""What a body has, by its newest roster: the one of now, or the newest that was known on a day."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from services.reporting.bodies import ROSTER_FIGURES, KnownBody
from services.reporting.counting.within import known
from services.reporting.domain import Period
from services.reporting.projection import live_projection
from shared.db.reader import Reader


async def counted(reader: Reader, body: KnownBody, period: Period) -> Mapping[str, int | None]:
    """The figures of the register by key; None of a body whose roster was not known."""
    if period.as_of is None:
        return body.roster
    rosters = live_projection().tables["rosters"]
    newest = await reader.one(
        select(*(rosters.c[key] for key in ROSTER_FIGURES))
        .where(rosters.c.body == body.code, known(rosters, body, period))
        .order_by(rosters.c.revision.desc())
        .limit(1)
    )
    return dict(newest._mapping) if newest is not None else dict.fromkeys(ROSTER_FIGURES)
