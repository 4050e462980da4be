"""The hours of a working day, in the body's own time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True, order=True)
class Shift:
    """From ``opens`` to ``closes`` on one day, to the minute. Raises ValueError unless it lasts a while."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise ValueError(f"a shift that closes at {self.closes} cannot open at {self.opens}")

    @classmethod
    def parse(cls, text: str) -> Shift:
        """The shift written ``10:00-14:00``. Raises ValueError."""
        opens, separator, closes = text.partition("-")
        if not separator:
            raise ValueError(f"{text!r} is no shift such as 10:00-14:00")
        return cls(_minute(opens), _minute(closes))

    def __str__(self) -> str:
        return f"{self.opens:%H:%M}-{self.closes:%H:%M}"


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """The shifts of a day in their order. Raises ValueError where there is none, or two overlap."""

    shifts: tuple[Shift, ...]

    def __post_init__(self) -> None:
        if not self.shifts:
            raise ValueError("a working day needs at least one shift")
        for earlier, later in zip(self.shifts, self.shifts[1:], strict=False):
            if later.opens < earlier.closes:
                raise ValueError(f"{earlier} and {later} overlap or stand in the wrong order")

    @classmethod
    def parse(cls, texts: Iterable[str]) -> WorkingHours:
        """The hours written as ``["10:00-14:00", "16:00-20:00"]``. Raises ValueError."""
        return cls(tuple(Shift.parse(text) for text in texts))

    def texts(self) -> tuple[str, ...]:
        """The shifts as :meth:`parse` reads them."""
        return tuple(str(shift) for shift in self.shifts)


def _minute(text: str) -> time:
    read = time.fromisoformat(text.strip())
    if read.second or read.microsecond or read.tzinfo is not None:
        raise ValueError(f"{text!r} is not a time to the minute")
    return read


EIGHT_HOURS = WorkingHours.parse(("09:00-13:00", "14:00-18:00"))
"""What holds until a body says otherwise."""
