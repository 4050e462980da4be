"""What is decided and answered about the five ones; times in UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from services.consultation.inputs import Input
from shared.contracts.words import FiveOne

MOST = 50
"""Of one kind in a year: about one a week."""
Target = Annotated[int, Field(ge=0, le=MOST)]


class TargetsInput(Input):
    """So many of each are asked of every member from a year on; 0: not asked."""

    from_year: Annotated[int, Field(ge=2000, le=2200)]
    talk: Target
    good_deed: Target
    survey: Target
    opinion: Target
    micro_consultation: Target

    def targets(self) -> dict[FiveOne, int]:
        """By kind."""
        return {
            "talk": self.talk,
            "good_deed": self.good_deed,
            "survey": self.survey,
            "opinion": self.opinion,
            "micro_consultation": self.micro_consultation,
        }


class TargetsLine(BaseModel):
    """A decision of the body; the newest one that begins in a year or before it holds in that year."""

    edition: int
    from_year: int
    targets: dict[FiveOne, int]
    decided_by: str
    decided_at: datetime


class DoneLine(BaseModel):
    """One record that counts: ``id`` is that of the activity, the brief or the consultation."""

    id: str
    at: datetime
    says: str | None


class OwnOne(BaseModel):
    """One of the five, for the member who asks: how many are asked, done and still owed, and the newest records."""

    one: FiveOne
    target: int
    done: int
    owed: int
    records: list[DoneLine]


class OwnRecord(BaseModel):
    """A member's own five ones in a year."""

    year: int
    ones: list[OwnOne]


class Coverage(BaseModel):
    """How far the members have come, as counts and nothing else: who did what is each member's own to see.

    ``by_number`` says how many members did none, one, two ... of what is asked.
    """

    year: int
    members: int
    targets: dict[FiveOne, int]
    done: dict[FiveOne, int]
    by_number: list[int]


class Uncounted(BaseModel):
    """How many years are to be counted again; 0 where what was said last is how it is."""

    years: int
