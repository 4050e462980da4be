"""What all tables of routing have in common."""

from __future__ import annotations

from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

METADATA = MetaData()


class Row(SQLModel, registry=registry(metadata=METADATA)):
    """A row of routing's own database."""
