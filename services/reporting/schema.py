"""What every table of the projection hangs on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import MetaData
from sqlmodel import Field, SQLModel

from shared.db.types import UTCDateTime

METADATA = MetaData()
KNOWN_AT = "known_at"
"""The column of :class:`Fact`."""


class Row(SQLModel):
    """Every row says which body reported it."""

    metadata = METADATA

    body: str = Field(primary_key=True, max_length=31)


class Fact(Row):
    """A reported fact, and when it was known: when its publisher wrote it down, which of a paper record is later than
    when it occurred. Null in rows that an earlier release kept, until the figures are made anew.
    """

    known_at: datetime | None = Field(default=None, sa_type=UTCDateTime)
