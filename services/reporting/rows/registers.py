"""What bodies counted of their rosters, and what happened to their units and posts."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index
from sqlmodel import Field

from services.reporting.schema import Fact
from shared.db.types import Json


class RosterCount(Fact, table=True):
    """What else a body counted of its roster at one revision; None where it did not say, or asks for none."""

    __tablename__ = "roster_counts"

    revision: int = Field(primary_key=True)
    members_attached_to_stations: int
    members_attached_to_no_unit: int | None
    township_stations: int
    townships: int
    townships_without_a_station: int
    communities: int
    communities_without_a_member: int
    stations_ready: int | None
    duty_days_of_month: list[int] = Field(sa_type=Json)
    committees_required: int | None
    offices_required: int | None
    committees_required_below: int | None
    offices_required_below: int | None
    committees: int | None
    offices: int | None
    units_vacant: int | None
    posts: int | None
    posts_filled: int | None


class UnitStep(Fact, table=True):
    """Something happened to a unit, or to one of its posts, on a day; or that it did was taken back.

    Of rows that differ in nothing but these two, ``stands`` of the highest ``revision`` tells which holds.
    """

    __tablename__ = "unit_steps"
    __table_args__ = (Index("unit_steps_by_date", "body", "step", "on_day"),)

    unit: str = Field(primary_key=True, max_length=64)
    unit_kind: str = Field(primary_key=True, max_length=16)
    post: str = Field(primary_key=True, max_length=64)
    """Empty for a step of the unit itself."""
    step: str = Field(primary_key=True, max_length=16)
    on_day: date = Field(primary_key=True)
    revision: int = Field(primary_key=True)
    stands: bool


REGISTERS: tuple[type[Fact], ...] = (RosterCount, UnitStep)
