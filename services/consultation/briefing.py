"""Opinion briefs as people write and read them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from services.consultation.domain.handings import HandingMove, HandingState
from services.consultation.inputs import Input, Line, Words
from shared.web.fields import AwareUTC, Code, Text

BriefText = Annotated[str, Text(20_000)]


class BriefInput(Input):
    """A brief: its title, its text, and the issues it is written from."""

    title: Line
    text: BriefText
    issues: Annotated[tuple[Code, ...], Field(min_length=1, max_length=50)]


class EditingInput(BriefInput):
    """The brief as it is to be from now on, by somebody who has read this ``version`` of it."""

    version: Annotated[int, Field(ge=1)]


class PaperBriefInput(BriefInput):
    """A brief that was handed in on paper, on the day that the paper bears, and by whom, where a member wrote it."""

    recorded_at: AwareUTC
    member: Code | None = None


class StepInput(Input):
    """A step of a brief that may come with a note."""

    note: Words | None = None


class ReturningInput(Input):
    """The brief goes back to who wrote it, and why."""

    note: Words


class NothingInput(Input):
    """A button with nothing to fill in."""


class HandUpInput(Input):
    """The brief goes to the parent. ``answer_days``: working days for its decision, if not the usual ones."""

    answer_days: Annotated[int, Field(ge=1, le=250)] | None = None


class HandingStepLine(BaseModel):
    """What one of the two bodies did, and wrote; ``move`` null: it was handed up."""

    at: datetime
    move: HandingMove | None
    body: str
    by: str | None
    text: str | None


class HandingLine(BaseModel):
    """A brief between two bodies. ``origin``, ``year`` and ``number``: whose it is; ``other``: who handed it up to this
    body, or to whom this one did; ``received_*``: its number here, where it was received."""

    id: str
    other: str
    origin: str
    year: int
    number: int
    title: str
    state: HandingState
    handed_at: datetime
    answer_by: datetime
    is_overdue: bool
    owner: str | None
    received_year: int | None
    received_number: int | None


class HandingCourse(HandingLine):
    """The same with what both bodies did."""

    course: list[HandingStepLine]


class ReceivedBrief(HandingCourse):
    """A received brief with its text, and how often it was handed on to this body's own parent."""

    text: str
    handed_on: list[HandingCourse]


class HandingMoved(BaseModel):
    """Where a brief stands between the two bodies."""

    handing_id: str
    state: HandingState


class BriefLine(BaseModel):
    """A brief in a list. ``number`` counts the briefs of ``year``; both are null before it is numbered."""

    id: str
    state: str
    title: str
    member: str | None
    author: str
    written_at: datetime
    year: int | None
    number: int | None
    handed_in_at: datetime | None


class BriefStepLine(BaseModel):
    """Something that was done with a brief, and by which account."""

    at: datetime
    move: str
    by: str
    note: str | None


class BriefWhole(BriefLine):
    """A brief with its text, the issues behind it and what was done with it."""

    text: str
    version: int
    issues: list[str]
    steps: list[BriefStepLine]
    handings: list[HandingCourse] = []
    """How often it was handed up to the parent."""


class BriefMoved(BaseModel):
    """Where a brief stands after what was done."""

    id: str
    state: str
    version: int
    year: int | None
    number: int | None
