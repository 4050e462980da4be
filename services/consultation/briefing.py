"""Opinion briefs as people write and read them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from services.consultation.inputs import Input, Line, Words
from shared.web.fields import Code, Text

BriefText = Annotated[str, Text(20_000)]


class BriefInput(Input):
    """A brief: its title, its text, and the issues it is written from."""

    title: Line
    text: BriefText
    issues: Annotated[tuple[Code, ...], Field(min_length=1, max_length=50)]


class EditingInput(BriefInput):
    """The brief as it is to be from now on, by somebody who has read this ``version`` of it."""

    version: Annotated[int, Field(ge=1)]


class StepInput(Input):
    """A step of a brief that may come with a note."""

    note: Words | None = None


class ReturningInput(Input):
    """The brief goes back to who wrote it, and why."""

    note: Words


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


class BriefMoved(BaseModel):
    """Where a brief stands after what was done."""

    id: str
    state: str
    version: int
    year: int | None
    number: int | None
