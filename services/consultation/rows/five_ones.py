"""The five ones (五个一): what the body asks of each member in a year, and which years are to be counted again."""

from __future__ import annotations

from datetime import datetime

from sqlmodel import Field

from services.consultation.rows.schema import Row
from shared.db.types import Json, UTCDateTime


class FiveOnesTargets(Row, table=True):
    """A decision of the body: so many of each from a year on, until a later decision. Nothing is overwritten."""

    __tablename__ = "five_ones_targets"

    edition: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    from_year: int
    targets: dict[str, int] = Field(sa_type=Json)
    decided_by: str = Field(max_length=64)
    decided_at: datetime = Field(sa_type=UTCDateTime)


class FiveOnesYear(Row, table=True):
    """A year of which something was recorded. It is counted again while ``changes`` is ahead of ``counted``."""

    __tablename__ = "five_ones_years"

    year: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    changes: int
    counted: int
    revision: int
    """Counts what was said of the year, so that the newest count is known in whatever order they arrive."""
    said: dict[str, int] | None = Field(default=None, sa_type=Json)
    """What was said last: the same again is not said."""
