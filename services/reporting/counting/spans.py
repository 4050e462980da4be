"""How long issues and commitments stay in each state, from the spans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from services.reporting.bodies import KnownBody
from services.reporting.domain import Period
from services.reporting.grains.life import JOINED, OPEN_STATES, OWED
from services.reporting.projection import live_projection
from shared.db.reader import Reader
from shared.i18n import N_

STATES: Mapping[str, str] = {
    "submitted": N_("Submitted, with nobody yet"),
    "assigned": N_("Assigned, not yet accepted"),
    "accepted": N_("Accepted, in progress"),
    JOINED: N_("Counted with another issue"),
    OWED: N_("Commitment owed"),
}
"""The states that something passes through, in the order of the page; the ends of an issue are its outcomes."""


@dataclass(frozen=True, slots=True)
class TimeInState:
    """Of what ``entered`` a state in the period, how many ``left`` it since, and after how many hours on average.

    ``hours`` is to one decimal, and None where nothing has left it. Whether what left went on well is not said here.
    """

    state: str
    entered: int
    left: int
    hours: float | None


async def times_in_states(reader: Reader, body: KnownBody, period: Period) -> Sequence[TimeInState]:
    """Every state of :data:`STATES`; what entered it in the period. No member's own times are known here."""
    spans = live_projection().tables["spans"]
    rows = await reader.all(
        select(
            spans.c.state,
            func.count().label("entered"),
            func.count(spans.c.seconds).label("left"),
            func.sum(spans.c.seconds).label("seconds"),
        )
        .where(
            spans.c.body == body.code,
            spans.c.kind.in_(("issue", "commitment")),
            spans.c.from_at >= period.begins_at(body.time_zone),
            spans.c.from_at < period.ends_at(body.time_zone),
            spans.c.state.in_([*OPEN_STATES, JOINED, OWED]),
        )
        .group_by(spans.c.state)
    )
    found = {
        row.state: TimeInState(
            row.state, row.entered, row.left, round(float(row.seconds) / row.left / 3600, 1) if row.left else None
        )
        for row in rows
    }
    return [found.get(state, TimeInState(state, 0, 0, None)) for state in STATES]
