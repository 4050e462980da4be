"""What is answered about the research programme; times in UTC."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel


class TopicMoved(BaseModel):
    """Where a topic stands after what was done; ``step`` counts its steps."""

    id: str
    state: str
    step: int


class ParticipantMade(BaseModel):
    """Somebody takes part: ``id`` is the line of the register, ``participant`` the same one each time."""

    id: str
    participant: str


class ParticipantLine(BaseModel):
    """Somebody who takes part, or did."""

    id: str
    participant: str
    kind: str
    code: str
    name: str | None
    joined_at: datetime
    left_at: datetime | None
    withdrawn_at: datetime | None
    withdrawn_because: str | None


class TopicLine(BaseModel):
    """A topic in a list."""

    id: str
    title: str
    state: str
    planned_at: datetime
    moved_at: datetime


class TopicStepLine(BaseModel):
    """What was done with a topic; ``move`` null: it was planned."""

    step: int
    move: str | None
    state: str
    at: datetime
    by: str
    note: str | None


class Totals(BaseModel):
    """What stands in the registers, without what was withdrawn; ``characters`` of all documents."""

    field_surveys: int
    finds: int
    documents: int
    characters: int
    results: int
    uses: int


class TopicWhole(TopicLine):
    """A topic with its course, who works on it, and how much was entered for it."""

    summary: str | None
    step: int
    on_paper: bool
    steps: list[TopicStepLine]
    participants: list[ParticipantLine]
    totals: Totals


class RecordLine(BaseModel):
    """A line of a register. ``says`` is the place or the title, ``of`` the field survey or the result it belongs to.

    ``photos`` are ids; a picture is at ``/api/v1/research/finds/<id>/photos/<photo>``.
    """

    id: str
    register_name: str
    topic: str
    of: str | None
    kind: str | None
    says: str | None
    note: str | None
    characters: int | None
    at: datetime
    on_paper: bool
    recorded_by: str
    withdrawn_at: datetime | None
    withdrawn_because: str | None
    replaced_by: str | None
    photos: Sequence[str]
