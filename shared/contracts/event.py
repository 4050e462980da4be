"""The shape every event has."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Plane = Literal["inner", "report", "handover"]

Code = str
"""A code of the roster: station, community, member, department, category; ASCII, at most 64 characters."""


class Event(BaseModel):
    """A frozen fact in the past tense.

    ``noun``, ``verb``, ``version`` and ``plane`` make its subject. Readers ignore fields they do not know,
    so a field may be added; nothing may be removed, renamed or narrowed within a version.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    plane: ClassVar[Plane]
    noun: ClassVar[str]
    verb: ClassVar[str]
    version: ClassVar[int] = 1

    occurred_at: AwareDatetime = Field(
        description="When it happened, which for a paper record is not when it was typed in"
    )
    on_paper: bool = Field(
        default=False, description="Recorded later by an officer of the body, with the date the paper record bears"
    )
