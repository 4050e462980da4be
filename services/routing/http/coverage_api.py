"""The JSON API of coverage: what is covered by what, with the gaps; for whoever may dispatch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from fastapi import APIRouter
from pydantic import BaseModel

from services.routing.http.roster_api import Cursor, Dispatching
from services.routing.roster import chain
from services.routing.roster.chain import Establishment
from services.routing.roster.counts import counts_of
from services.routing.roster.coverage import CommunityLine, Coverage, MemberLine, StationLine, TownshipLine, page
from services.routing.roster.units import UnitsRequired
from services.routing.rosterkeeping import RosterKeeping
from shared.web.paging import Page
from shared.web.routers import api_router

NOT_COUNTS = frozenset({"occurred_at", "on_paper", "revision", "tier", "parent", "time_zone"})


class TownshipOut(BaseModel):
    """A township by its stations."""

    code: str
    stations: Sequence[str]
    members: int
    is_gap: bool

    @classmethod
    def of(cls, line: TownshipLine) -> TownshipOut:
        """``line`` as the API shows it."""
        return cls(code=line.code, stations=line.stations, members=line.members, is_gap=line.is_gap)


class CommunityOut(BaseModel):
    """A community by its members."""

    code: str
    township: str
    station: str | None
    members: Sequence[str]
    is_gap: bool

    @classmethod
    def of(cls, line: CommunityLine) -> CommunityOut:
        """``line`` as the API shows it."""
        where = {"code": line.code, "township": line.entry.township, "station": line.entry.station}
        return cls(**where, members=line.members, is_gap=line.is_gap)


class AttachedOut(BaseModel):
    """A member by stations and units."""

    code: str
    stations: Sequence[str]
    units: Sequence[str]
    is_gap: bool

    @classmethod
    def of(cls, line: MemberLine) -> AttachedOut:
        """``line`` as the API shows it."""
        return cls(code=line.code, stations=line.entry.stations, units=line.entry.units, is_gap=line.is_gap)


class EquippedOut(BaseModel):
    """A station: composition by part, and what it lacks of it and of what it must have."""

    code: str
    township: str
    communities: int
    composition: Mapping[str, int]
    parts_lacking: Sequence[str]
    items_lacking: Sequence[str]
    is_gap: bool

    @classmethod
    def of(cls, line: StationLine, parts: Sequence[str]) -> EquippedOut:
        """``line`` as the API shows it; ``parts`` are the codes of the body's composition."""
        return cls(
            code=line.code,
            township=line.entry.township,
            communities=line.communities,
            composition=dict(zip(parts, line.parts, strict=True)),
            parts_lacking=line.parts_lacking,
            items_lacking=line.items_lacking,
            is_gap=line.is_gap,
        )


class EstablishmentOut(BaseModel):
    """What one body must have and has; ``owner`` is None for the body itself, else its unit in the chain."""

    owner: str | None
    required: UnitsRequired | None
    committees: int
    committees_vacant: int
    offices: int
    offices_vacant: int
    posts: int
    posts_filled: int
    posts_vacant: int

    @classmethod
    def of(cls, each: Establishment) -> EstablishmentOut:
        """``each`` as the API shows it."""
        return cls(**{name: getattr(each, name) for name in cls.model_fields})


def build_coverage_api(keeping: RosterKeeping) -> APIRouter:
    """The router; everything it needs comes with ``keeping``."""
    router = api_router("/api/v1/roster", "roster")

    @router.get("/coverage")
    async def coverage(_: Dispatching) -> dict[str, int | list[int] | None]:
        """How many of each there are and how many are lacking: the counts that rise to the parent."""
        counts = counts_of((await keeping.directory()).roster, 0, keeping.clock.now())
        return {name: value for name, value in counts.model_dump(mode="json").items() if name not in NOT_COUNTS}

    @router.get("/establishments")
    async def establishments(_: Dispatching) -> list[EstablishmentOut]:
        """Units and posts required, set up and vacant: of the body itself, then of each that stands in its chain."""
        found = chain.establishments((await keeping.directory()).roster)
        return [EstablishmentOut.of(each) for each in found]

    _add_lists(router, keeping)
    return router


def _add_lists(router: APIRouter, keeping: RosterKeeping) -> None:
    async def coverage() -> Coverage:
        return Coverage((await keeping.directory()).roster)

    @router.get("/coverage/townships")
    async def townships(_: Dispatching, gaps: bool = False, cursor: Cursor = None) -> Page[TownshipOut]:
        """Townships by code, 50 to a page; with ``gaps`` those without a station."""
        found = page((await coverage()).townships, cursor, gaps_only=gaps)
        return Page[TownshipOut](items=[TownshipOut.of(line) for line in found.items], next=found.next)

    @router.get("/coverage/communities")
    async def communities(_: Dispatching, gaps: bool = False, cursor: Cursor = None) -> Page[CommunityOut]:
        """Communities by code; with ``gaps`` those without a member."""
        found = page((await coverage()).communities, cursor, gaps_only=gaps)
        return Page[CommunityOut](items=[CommunityOut.of(line) for line in found.items], next=found.next)

    @router.get("/coverage/members")
    async def members(_: Dispatching, gaps: bool = False, cursor: Cursor = None) -> Page[AttachedOut]:
        """Members by code; with ``gaps`` those at no station or in no unit."""
        found = page((await coverage()).members, cursor, gaps_only=gaps)
        return Page[AttachedOut](items=[AttachedOut.of(line) for line in found.items], next=found.next)

    @router.get("/coverage/stations")
    async def stations(_: Dispatching, gaps: bool = False, cursor: Cursor = None) -> Page[EquippedOut]:
        """Stations by code; with ``gaps`` those that lack a part of their composition or something they must have."""
        covered = await coverage()
        found = page(covered.stations, cursor, gaps_only=gaps)
        named = [part.code for part in covered.roster.composition]
        return Page[EquippedOut](items=[EquippedOut.of(line, named) for line in found.items], next=found.next)
