"""What rises of the units of a body and of their posts (四委两室): facts with their own days, and never a name."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from pydantic import Field

from shared.contracts.event import Code
from shared.contracts.report import ReportEvent
from shared.contracts.words import PostStep, UnitKind, UnitStep


class OfUnit(ReportEvent):
    """A fact about a unit of a body's chain, read off its roster at one revision.

    The same fact can be said, taken back and said again: the one with the higher ``revision`` holds.
    """

    noun: ClassVar[str] = "unit"
    unit: Code
    unit_kind: UnitKind
    on: date = Field(description="The day, at the body, on which it happened")
    revision: int = Field(ge=1, description="The revision of the roster that first said so")


class UnitSetUp(OfUnit):
    verb: ClassVar[str] = "set-up"


class UnitDissolved(OfUnit):
    verb: ClassVar[str] = "dissolved"


class UnitRetracted(OfUnit):
    """That step on that day was never so."""

    verb: ClassVar[str] = "retracted"
    step: UnitStep


class OfPost(OfUnit):
    """A fact about a post of a unit; of who holds it nothing is said."""

    noun: ClassVar[str] = "post"
    post: Code


class PostSetUp(OfPost):
    verb: ClassVar[str] = "set-up"


class PostFilled(OfPost):
    verb: ClassVar[str] = "filled"


class PostVacated(OfPost):
    """``on`` is the last day on which it was held."""

    verb: ClassVar[str] = "vacated"


class PostDissolved(OfPost):
    verb: ClassVar[str] = "dissolved"


class PostRetracted(OfPost):
    """That step on that day was never so."""

    verb: ClassVar[str] = "retracted"
    step: PostStep
