"""What became known after a day: the figures as they stood then, as they are now, and what differs between the two."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from services.reporting.domain import Period
from services.reporting.figures import CATALOGUE, Value
from services.reporting.queries import Counted, KnownBody, Reports


@dataclass(frozen=True, slots=True)
class Correction:
    """A figure that is another one since. ``difference`` is None where one of the two is."""

    figure: str
    then: Value
    now: Value

    @property
    def difference(self) -> int | float | None:
        """Now less then."""
        if not isinstance(self.then, int | float) or not isinstance(self.now, int | float):
            return None
        return round(self.now - self.then, 1)


@dataclass(frozen=True, slots=True)
class Compared:
    """Figures as they stood on the period's ``as_of``, and as they are now."""

    then: Counted
    now: Counted
    corrections: Sequence[Correction]


async def compared(reports: Reports, body: KnownBody, period: Period) -> Compared:
    """Both, of a period that says as of when it is asked."""
    then, now = await reports.counted(body, period), await reports.counted(body, replace(period, as_of=None))
    keys = [figure.key for figure in CATALOGUE if then.values[figure.key] != now.values[figure.key]]
    return Compared(then, now, [Correction(key, then.values[key], now.values[key]) for key in keys])
