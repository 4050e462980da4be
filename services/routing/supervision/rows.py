"""What routing keeps of supervisions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, Text, text
from sqlmodel import Field

from services.routing.schema import Row
from shared.db.types import UTCDateTime

_PENDING_AND_OURS = text("is_ours AND state IN ('open', 'answered')")


class Supervision(Row, table=True):
    """A late case that a parent presses its child for: each of the two keeps such a row, under the same id.

    ``is_ours``: this body presses, and ``other`` answers; ``owner`` is who sees to it here.
    """

    __tablename__ = "supervisions"
    supervision_id: str = Field(primary_key=True, max_length=64)
    is_ours: bool
    other: str = Field(max_length=64)
    reference: str = Field(max_length=40)
    kind: str = Field(max_length=20)
    late_since: datetime = Field(sa_type=UTCDateTime)
    state: str = Field(max_length=20)
    opened_at: datetime = Field(sa_type=UTCDateTime)
    answer_by: datetime = Field(sa_type=UTCDateTime)
    is_overdue: bool = False
    owner: str | None = Field(default=None, max_length=64)
    version: int = 1

    __table_args__ = (
        Index("supervisions_by_age", "is_ours", "opened_at", "supervision_id"),
        Index("supervisions_by_state", "is_ours", "state", "opened_at", "supervision_id"),
        Index("supervisions_to_answer", "state", "is_overdue", "answer_by"),
        Index("supervisions_of_issue", "reference", "opened_at"),
        # A case is pressed for once at a time, also where two replicas are asked at once.
        Index(
            "supervisions_pending",
            "other",
            "reference",
            unique=True,
            sqlite_where=_PENDING_AND_OURS,
            postgresql_where=_PENDING_AND_OURS,
        ),
    )


class SupervisionStep(Row, table=True):
    """One step of a supervision, with what was written for it: the question, the answer, the next question."""

    __tablename__ = "supervision_steps"
    supervision_id: str = Field(primary_key=True, max_length=64)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    move: str | None = Field(default=None, max_length=20)
    at: datetime = Field(sa_type=UTCDateTime)
    body: str = Field(max_length=64)
    by: str | None = Field(default=None, max_length=64)
    text: str | None = Field(default=None, sa_type=Text)
