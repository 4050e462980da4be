"""The periods of public figures: whole quarters that are over.

Any two periods that a reader might choose freely differ by a day, and that day's issues by a subtraction. Quarters
lie beside each other, so none is the difference of two others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from services.reporting.domain import Period

_CODE = re.compile(r"(2\d{3})-Q([1-4])\Z")


@dataclass(frozen=True, slots=True, order=True)
class Quarter:
    """``number`` is 1 to 4."""

    year: int
    number: int

    @property
    def code(self) -> str:
        """``2023-Q1``."""
        return f"{self.year}-Q{self.number}"

    @property
    def period(self) -> Period:
        """Its first and its last day."""
        return Period(date(self.year, 3 * self.number - 2, 1), self.after().first - timedelta(days=1))

    @property
    def first(self) -> date:
        """Its first day."""
        return date(self.year, 3 * self.number - 2, 1)

    def after(self) -> Quarter:
        """The one that follows."""
        return Quarter(self.year + 1, 1) if self.number == 4 else Quarter(self.year, self.number + 1)

    def before(self) -> Quarter:
        """The one that comes before."""
        return Quarter(self.year - 1, 4) if self.number == 1 else Quarter(self.year, self.number - 1)


def last_over(today: date) -> Quarter:
    """The newest quarter that is over on ``today``."""
    return Quarter(today.year, (today.month + 2) // 3).before()


def quarter_of(code: str) -> Quarter | None:
    """The quarter of that code; None for any other text."""
    found = _CODE.match(code)
    return Quarter(int(found[1]), int(found[2])) if found else None
