"""What every table of the projection hangs on."""

from __future__ import annotations

from sqlalchemy import MetaData
from sqlmodel import Field, SQLModel

METADATA = MetaData()


class Row(SQLModel):
    """Every row says which body reported it."""

    metadata = METADATA

    body: str = Field(primary_key=True, max_length=31)
