"""Members, matters, and the facts by which members are compared."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol


class Nearness(StrEnum):
    """How near a member is to an issue, nearest first."""

    COMMUNITY = "community"
    STATION = "station"
    TOWNSHIP = "township"
    BODY = "body"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A member as the roster has them; ``townships`` are those of their stations and communities."""

    code: str
    stations: frozenset[str]
    communities: frozenset[str]
    townships: frozenset[str]
    expertise: frozenset[str]
    languages: frozenset[str]

    def speaks(self, language: str) -> bool:
        """Whether the member and whoever writes in ``language`` understand each other."""
        return spoken(language) in map(spoken, self.languages)


@dataclass(frozen=True, slots=True)
class Matter:
    """What decides who is asked: where it is, what it is about, in which language and by which channel it came."""

    community: str
    station: str
    township: str | None
    category: str | None
    language: str
    channel: str = "web"


@dataclass(frozen=True, slots=True)
class Load:
    """What a member carries: open orders, those given lately (by the rule's count of days), and when the last came."""

    open_orders: int = 0
    last_assigned_at: datetime | None = None
    recent_orders: int = 0


class Leave(Protocol):
    """A member is away up to and including ``until``; ``stand_in`` takes their place, where one is named."""

    @property
    def member(self) -> str: ...

    @property
    def until(self) -> date: ...

    @property
    def stand_in(self) -> str | None: ...


class Day(Protocol):
    """What the roster says of one day."""

    def in_term(self, member: str) -> bool:
        """Whether the member holds office."""

    def on_leave(self, member: str) -> Leave | None:
        """The leave that the member is on, or None."""

    def on_duty(self, station: str) -> bool:
        """Whether it is a duty day of the station."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One member before one matter: the facts by which members are compared.

    ``on_duty`` is None where the channel does not ask for it. A stand-in has the place of ``stand_in_for`` (who is away
    until ``away_until``), but carries their own load.
    """

    member: str
    nearness: Nearness
    on_duty: bool | None
    knows_matter: bool
    speaks_language: bool
    open_orders: int
    recent_orders: int
    last_assigned_at: datetime | None
    stand_in_for: str | None = None
    away_until: date | None = None


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Somebody who was as good as the first or better, but is away until ``until`` with nobody to stand in."""

    member: str
    until: date


def spoken(language: str) -> str:
    """The language without its script: who writes Kazakh in one alphabet talks with who writes it in the other."""
    return language.partition("-")[0]


def is_on_duty(candidate: Candidate, channel: str, channels: Collection[str], day: Day) -> bool | None:
    """Whether the member is on duty at a station of theirs; None for what did not come in by one of ``channels``."""
    if channel not in channels:
        return None
    return any(day.on_duty(station) for station in candidate.stations)
