"""How long the deadlines of a body are: told by routing, where they are edited, and kept by consultation."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.words import DeadlineKind

LONGEST_DAYS = 250
"""Working days of about a year."""


class DeadlineTerm(BaseModel):
    """One kind of deadline, counted in working days."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    kind: DeadlineKind
    days: int | None = Field(
        default=None, ge=1, le=LONGEST_DAYS, description="From its beginning; none where each has a date of its own"
    )
    warn_days_before: int | None = Field(
        default=None, ge=0, le=LONGEST_DAYS, description="0 on the morning of the last day; none for no warning"
    )
    escalate_days_after: int = Field(default=0, ge=0, le=LONGEST_DAYS, description="0 as soon as it is missed")


DEFAULT_TERMS: tuple[DeadlineTerm, ...] = (
    DeadlineTerm(kind="first-contact", days=3, warn_days_before=1, escalate_days_after=1),
    DeadlineTerm(kind="answer", days=15, warn_days_before=3, escalate_days_after=1),
    DeadlineTerm(kind="referral-reply", days=5, warn_days_before=1, escalate_days_after=1),
    DeadlineTerm(kind="commitment", warn_days_before=3, escalate_days_after=1),
)
"""What holds until a body says otherwise."""
