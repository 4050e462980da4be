"""What people say about the research programme: the same for programs and for forms."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from services.consultation.inputs import Dated, Input, Line, Words
from shared.contracts.words import FindKind, ParticipantKind, ResultKind, UseKind
from shared.web.fields import Code

MOST_CHARACTERS = 100_000_000
"""Of one text: ten times the largest that was ever printed as one work."""


class ParticipantInput(Dated):
    """Somebody takes part. ``name`` is that of a unit or an institute; a local researcher is a code alone."""

    kind: ParticipantKind
    code: Code
    name: Line | None = None


class LeavingInput(Dated):
    """Somebody takes part no longer."""


class TopicInput(Dated):
    """A topic to be worked on, and by whom; ``participants`` are ids."""

    title: Line
    summary: Words | None = None
    participants: Annotated[tuple[Code, ...], Field(max_length=100)] = ()


class AssigningInput(Input):
    """Who works on the topic too; ids of participants."""

    participants: Annotated[tuple[Code, ...], Field(min_length=1, max_length=100)]


class TopicStepInput(Dated):
    """A step of a topic, by somebody who has read the ``step`` it was at."""

    step: Annotated[int, Field(ge=1)] | None = None
    note: Words | None = None


class EnteringInput(Dated):
    """A line of a register; ``corrects`` is the line that it replaces, which was entered wrongly."""

    note: Words | None = None
    corrects: Code | None = None


class FieldSurveyInput(EnteringInput):
    """Somebody went out to look, and where."""

    topic: Code
    place: Line


class FindInput(EnteringInput):
    """What a field survey found, and where."""

    field_survey: Code
    kind: FindKind
    place: Line


class DocumentInput(EnteringInput):
    """A text was collated, so many characters long."""

    topic: Code
    title: Line
    characters: Annotated[int, Field(ge=1, le=MOST_CHARACTERS)]


class ResultInput(EnteringInput):
    """Something came of a topic."""

    topic: Code
    kind: ResultKind
    title: Line


class UseInput(EnteringInput):
    """A result was put to use."""

    result: Code
    kind: UseKind


class WithdrawingInput(Dated):
    """What was entered wrongly is taken out, and why."""

    reason: Words
