"""What every table of this service hangs on."""

from __future__ import annotations

from sqlalchemy import MetaData, Table
from sqlmodel import SQLModel

METADATA = MetaData()


class Row(SQLModel):
    """A row of this service's own database."""

    metadata = METADATA


def table_of(row: type[SQLModel]) -> Table:
    """The Core table of a class of rows."""
    return METADATA.tables[str(row.__tablename__)]
