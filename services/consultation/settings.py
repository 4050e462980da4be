"""What consultation must be told beside what every service is told."""

from __future__ import annotations

from pydantic import Field

from shared.settings import NeighbourSettings


class ConsultationSettings(NeighbourSettings):
    """Settings of the consultation service of one body."""

    brief_answer_days: int = Field(default=20, ge=1, le=250)
    """Working days in which the parent says what it makes of a brief, unless who hands it up says otherwise."""
