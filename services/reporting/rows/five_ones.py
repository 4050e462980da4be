"""What bodies counted of their members' five ones."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from services.reporting.schema import Fact
from shared.db.types import Json, UTCDateTime


class FiveOnesCount(Fact, table=True):
    """One count of a year; the highest ``revision`` tells, in whatever order they arrive."""

    __tablename__ = "five_ones_counts"

    year: int = Field(primary_key=True)
    revision: int = Field(primary_key=True)
    counted_at: datetime = Field(sa_type=UTCDateTime)
    members: int
    targets: dict[str, int] = Field(sa_type=Json)
    done: dict[str, int] = Field(sa_type=Json)
    by_number: list[int] = Field(sa_type=Json)
    """How many members did none, one, two ... of what is asked."""


FIVE_ONES: tuple[type[Fact], ...] = (FiveOnesCount,)
