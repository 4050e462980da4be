"""Which departments an issue was referred to."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field

from services.routing.schema import Row
from shared.db.types import UTCDateTime


class OrderDepartment(Row, table=True):
    """The issue was referred to the department once at least; with its own date, so that a list reads one index."""

    __tablename__ = "order_departments"
    department: str = Field(primary_key=True, max_length=64)
    reference: str = Field(primary_key=True, max_length=40)
    submitted_at: datetime = Field(sa_type=UTCDateTime)

    __table_args__ = (Index("order_departments_by_age", "department", "submitted_at", "reference"),)
