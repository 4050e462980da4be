"""What people say when they record something: the same for programs and for forms."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.words import Quality
from shared.web.fields import AwareUTC, Code, Text

LONG = 4000
Words = Annotated[str, Text(LONG)]
Line = Annotated[str, Text(200)]
Members = Annotated[tuple[Code, ...], Field(min_length=1, max_length=50)]
Heads = Annotated[int, Field(ge=0, le=100_000)]
ClosingOutcome = Literal["solved", "answered", "planned", "referred-up", "not-ours"]
"""The outcomes that a member gives; ``withdrawn`` is the resident's."""
CLOSING_OUTCOMES: tuple[str, ...] = get_args(ClosingOutcome)
Audience = Literal["resident", "staff", "office"]
"""Who may read what is written: the resident too, the members of the case and the staff, or the staff alone."""


class Input(BaseModel):
    """Frozen, and nothing is read that is not asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Dated(Input):
    """Something that an officer may enter later from a paper record, with the date that the paper bears."""

    recorded_at: AwareUTC | None = None


class ContactInput(Dated):
    """The resident was spoken with (联系群众), and by what means."""

    means: Literal["phone", "in-person", "message"]
    text: Words | None = None
    audience: Audience = "staff"
    member: Code | None = None


class VisitInput(Dated):
    """A look on site (现场察看); ``audience`` is whom its note and its photographs are for."""

    note: Words | None = None
    audience: Audience = "staff"
    member: Code | None = None


class NoteInput(Input):
    """Something to remember, or to let the resident know."""

    text: Words
    audience: Audience = "staff"


class InvitationInput(Input):
    """A further member for the case."""

    member: Code


class ReferralInput(Dated):
    """A referral to a department (转办)."""

    department: Code
    request: Words | None = None
    """What the department is asked; it reads this, and of the resident's words nothing."""
    note: Words | None = None
    due_on: date | None = None


class ReminderInput(Dated):
    """The department is asked again (催办)."""

    text: Words | None = None


class SupervisionInput(Dated):
    """The body presses for the reply (督办), perhaps by a new day."""

    text: Words | None = None
    due_on: date | None = None


class ReplyInput(Dated):
    """What the department answered (答复)."""

    text: Words | None = None
    audience: Audience = "staff"


class ClosingInput(Dated):
    """How the case ended, and what the resident is told."""

    outcome: ClosingOutcome
    answer: Words | None = None
    competent: Line | None = None
    """Who is competent, where this body is not."""
    quality: Quality | None = None
    """A solved, B started, C planned, D explained; what the outcome says of itself unless given."""
    member: Code | None = None
    version: int | None = None
    """Of the case as it was read; a case changed since is not closed."""
