"""What the API of supervisions takes and gives."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from services.routing.domain.supervision import SupervisionMove, SupervisionState
from services.routing.http.bodies import Input
from services.routing.supervision.keeping import Shown
from services.routing.supervision.records import SupervisionRecord
from shared.contracts.handover import LONGEST_TEXT
from shared.contracts.words import DeadlineKind
from shared.web.fields import Code, Text

Words = Annotated[str, Text(LONGEST_TEXT)]
Days = Annotated[int, Field(ge=1, le=250)]


class AskAgainIn(Input):
    """What is still wanted. ``answer_days``: working days of this body for the answer, if not the usual ones."""

    text: Words
    answer_days: Days | None = None


class PressIn(AskAgainIn):
    """A late case of a body directly below. ``text`` is what that body reads: no telephone number, no name."""

    body: Code
    reference: Code


class ReplyIn(Input):
    """How it stands, for the parent: no telephone number, no name of a resident."""

    text: Words


class SupervisionMoved(BaseModel):
    """The state after a move."""

    supervision_id: str
    state: SupervisionState


class DoneOut(BaseModel):
    """What one of the two bodies did and wrote; ``move`` null: it opened the supervision."""

    move: SupervisionMove | None
    at: datetime
    body: str
    by: str | None
    text: str | None


class SupervisionLine(BaseModel):
    """A supervision in a list. ``is_ours``: this body presses ``other``; ``kind``: what was late, and since when."""

    supervision_id: str
    is_ours: bool
    other: str
    reference: str
    kind: DeadlineKind
    late_since: datetime
    state: SupervisionState
    opened_at: datetime
    answer_by: datetime
    is_overdue: bool
    owner: str | None

    @classmethod
    def of(cls, record: SupervisionRecord) -> SupervisionLine:
        """``record`` as the API lists it."""
        return cls.model_validate({name: getattr(record, name) for name in cls.model_fields})


class SupervisionOut(SupervisionLine):
    """One supervision with its questions and answers, in order."""

    course: Sequence[DoneOut]

    @classmethod
    def shown(cls, shown: Shown) -> SupervisionOut:
        """A supervision with its course."""
        own = {name: getattr(shown.record, name) for name in SupervisionLine.model_fields}
        course = [{name: getattr(done, name) for name in DoneOut.model_fields} for done in shown.course]
        return cls.model_validate({**own, "course": course})
