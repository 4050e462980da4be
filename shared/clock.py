"""Time as something handed in, so that tests and replays choose it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tells the time; a service gets one by constructor and never asks the machine itself."""

    def now(self) -> datetime:
        """The present moment, aware, in UTC."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands until it is set, for tests."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


def local_date(moment: datetime, zone: str) -> date:
    """The calendar date of ``moment`` in the body's time ``zone`` (IANA name)."""
    return moment.astimezone(ZoneInfo(zone)).date()
