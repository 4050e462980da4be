"""What everybody may know of a body's quarter."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services.reporting.domain import PLANNED, Period
from services.reporting.exports.facts import Facts
from services.reporting.figures import Value
from services.reporting.public.quarters import Quarter, last_over
from services.reporting.public.suppressing import may_be_known, suppressed
from services.reporting.queries import KnownBody, Reports
from shared.clock import Clock, local_date
from shared.errors import NotFound

OF_THE_BODY = (
    "consultations",
    "surveys_and_inspections",
    "policy_talks",
    "members",
    "stations",
    "stations_in_townships",
)
"""Of what the body itself has and does; about no resident."""

KEPT_SECONDS = 60.0
"""How long what was counted is given out again: whoever loads a page a thousand times counts once."""
KEPT_AT_MOST = 64

Row = tuple[str | None, int | None]


@dataclass(frozen=True, slots=True)
class PublicFigures:
    """A quarter with what may be shown of it; None is not shown. Tables by key, their rows by code.

    A table that is not shown at all is not there.
    """

    body: str
    quarter: Quarter
    least: int
    figures: Mapping[str, Value]
    tables: Mapping[str, Sequence[Row]]

    def document(self) -> dict[str, Any]:
        """All of it, for programs."""
        return {
            "body": self.body,
            "quarter": self.quarter.code,
            "from": self.quarter.period.from_on.isoformat(),
            "to": self.quarter.period.to_on.isoformat(),
            "least": self.least,
            "figures": dict(self.figures),
            "tables": {
                key: [{"code": code, "issues": issues} for code, issues in rows] for key, rows in self.tables.items()
            },
        }


def made_public(facts: Facts, quarter: Quarter, least: int) -> PublicFigures:
    """What may be shown of ``facts``.

    Every table adds up to the opinions collected, and no table crosses another: two sums of one cell would tell what
    either alone hides. Solved and answered are cells of the table of outcomes, which counts plans as answers. Who is
    satisfied is left out, because how many were asked would have to stand beside it.
    """
    series = facts.series
    total = sum(each.issues for each in series.ended)
    outcomes = Counter[str | None]()
    for code, issues in series.outcomes().items():
        outcomes["answered" if code == PLANNED else code] += issues
    counted: dict[str, list[tuple[str | None, int]]] = {
        "trend": [(on.isoformat(), issues) for on, issues in facts.series.trend],
        "categories": sorted(series.categories(), key=lambda row: row[0] or "~"),
        "channels": sorted((code, issues) for code, issues in series.channels()),
        "outcomes": sorted(outcomes.items(), key=lambda row: row[0] or "~"),
    }
    is_known = may_be_known(total, least)
    tables: dict[str, Sequence[Row]] = {}
    for key, rows in counted.items():
        shown = suppressed([issues for _, issues in rows], least) if is_known else None
        if shown is not None:
            tables[key] = [(code, issues) for (code, _), issues in zip(rows, shown, strict=True)]
    ends = dict(tables.get("outcomes", ()))
    is_told = "outcomes" in tables
    received = facts.figures.get("residents_received")
    figures: dict[str, Value] = {
        "residents_received": received if isinstance(received, int) and may_be_known(received, least) else None,
        "opinions_collected": total if is_known else None,
        "opinions_solved": ends.get("solved", 0) if is_told else None,
        "opinions_answered": ends.get("answered", 0) if is_told else None,
        **{key: facts.figures.get(key) for key in OF_THE_BODY},
    }
    return PublicFigures(facts.body.code, quarter, least, figures, tables)


class PublicReports:
    """Counts for everybody, for one instance and of its own body alone."""

    def __init__(
        self, reports: Reports, counted: Callable[[KnownBody, Period], Awaitable[Facts]], clock: Clock
    ) -> None:
        self._reports = reports
        self._counted = counted
        self._clock = clock
        self._kept: dict[tuple[Quarter, int], tuple[float, PublicFigures]] = {}

    async def is_over(self, quarter: Quarter) -> bool:
        """Whether its last day is past in the body's zone."""
        own = (await self._reports.bodies())[0]
        return quarter <= last_over(local_date(self._clock.now(), own.time_zone))

    async def of(self, quarter: Quarter | None, least: int) -> PublicFigures:
        """A quarter, the newest that is over if not said. Raises NotFound on ``quarter`` for one that is not over."""
        own = (await self._reports.bodies())[0]
        newest = last_over(local_date(self._clock.now(), own.time_zone))
        quarter = quarter or newest
        if quarter > newest:
            raise NotFound("quarter-not-over", "This quarter is not over yet.", field="quarter")
        kept = self._kept.get((quarter, least))
        if kept is not None and time.monotonic() - kept[0] < KEPT_SECONDS:
            return kept[1]
        found = made_public(await self._counted(own, quarter.period), quarter, least)
        if len(self._kept) >= KEPT_AT_MOST:
            self._kept.clear()
        self._kept[quarter, least] = (time.monotonic(), found)
        return found
