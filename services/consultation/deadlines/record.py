"""A deadline as its row has it, and what may be asked of it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row

from services.consultation.deadlines.reckoning import Length
from services.consultation.domain.deadlines import DeadlineState
from services.consultation.tables import DEADLINES
from shared.contracts.words import DeadlineKind


@dataclass(frozen=True, slots=True)
class Deadline:
    """Something owed by ``due_at``; see the table of the same columns."""

    deadline_id: str
    kind: DeadlineKind
    subject: str
    state: DeadlineState
    reference: str | None
    member: str | None
    department: str | None
    started_at: datetime
    counted_from: datetime
    days: int | None
    due_on: date | None
    left_microseconds: int | None
    due_at: datetime
    warn_at: datetime | None
    escalate_at: datetime
    edition: int
    turn: int
    warned_at: datetime | None
    missed_at: datetime | None
    escalated_at: datetime | None
    ended_at: datetime | None

    @property
    def length(self) -> Length:
        """What it is counted by."""
        if self.left_microseconds is not None:
            return Length(left=timedelta(microseconds=self.left_microseconds))
        return Length(days=self.days, due_on=self.due_on)

    @property
    def next_at(self) -> datetime | None:
        """When the clock has something to do with it."""
        if self.state is DeadlineState.RUNNING:
            return self.due_at if self.warn_at is None or self.warned_at is not None else self.warn_at
        if self.state is DeadlineState.MISSED and self.escalated_at is None:
            return self.escalate_at
        return None

    def row(self) -> dict[str, Any]:
        """The row it is written as."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return {**values, "state": self.state.value, "next_at": self.next_at}


COLUMNS = [DEADLINES.c[field.name] for field in fields(Deadline)]


def deadline_of(row: Row[Any]) -> Deadline:
    """The deadline of a row that has :data:`COLUMNS`."""
    values = dict(row._mapping)
    return Deadline(**{**values, "state": DeadlineState(values["state"])})
