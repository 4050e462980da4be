"""What a report says before anybody's language: figures and series of a body over a period."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from services.reporting.charts.counting import Counting
from services.reporting.charts.series import Series
from services.reporting.domain import Period
from services.reporting.figures import Value
from services.reporting.queries import Counted, KnownBody, Reports


@dataclass(frozen=True, slots=True)
class Facts:
    """The same for the same events, whoever asks, when and how often."""

    body: KnownBody
    period: Period
    counted: Counted
    series: Series

    @property
    def figures(self) -> Mapping[str, Value]:
        """By the keys of the catalogue, with ``tier`` and ``parent``."""
        return self.counted.values

    def document(self) -> dict[str, Any]:
        """All of it by code, for programs; dates as ISO 8601."""
        series = self.series
        newest = self.body.newest_at
        return {
            "body": self.body.code,
            "from": self.period.from_on.isoformat(),
            "to": self.period.to_on.isoformat(),
            "time_zone": self.body.time_zone,
            "newest_at": newest and newest.isoformat(),
            "figures": self.counted.document(),
            "trend": {"by": series.grain.value, "issues": {on.isoformat(): count for on, count in series.trend}},
            "issues": [asdict(each) for each in series.ended],
            "hours": [asdict(each) for each in series.hours],
            "deadlines": [asdict(each) for each in series.deadlines],
        }


async def facts_of(reports: Reports, counting: Counting, body: KnownBody, period: Period) -> Facts:
    """Count everything. What is reported in between may be in the one and not yet in the other."""
    return Facts(body, period, await reports.counted(body, period), await counting.series(body, period))
