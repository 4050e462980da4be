"""The JSON API of the roster's single entries: whoever may dispatch reads, an officer writes."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query

from services.routing.http.roster_bodies import (
    DutyExceptionIn,
    MemberOut,
    NamesOut,
    RecordedChangeOut,
    StationOut,
    WholeBody,
)
from services.routing.roster import register
from services.routing.roster.alterations import (
    day_excepted,
    day_restored,
    leave_added,
    leave_dropped,
    leave_ended,
    term_added,
    term_dropped,
)
from services.routing.roster.changes import PAGE
from services.routing.roster.document import (
    CommunityEntry,
    DepartmentEntry,
    Kind,
    MemberEntry,
    Roster,
    StationEntry,
    TownshipEntry,
)
from services.routing.roster.entries import E
from services.routing.roster.parts import LeaveEntry, TermEntry
from services.routing.rosterkeeping import RosterKeeping
from shared.errors import DomainError
from shared.web.auth import Claims, Role, allow
from shared.web.fields import Code
from shared.web.idempotency import IdempotencyKey, idempotency
from shared.web.paging import Page
from shared.web.routers import api_router

Key = Annotated[IdempotencyKey | None, Depends(idempotency)]
Officer = Annotated[Claims, Depends(allow(Role.OFFICER))]
Dispatching = Annotated[Claims, Depends(allow(Role.DISPATCHER, Role.OFFICER))]
Asking = Annotated[Claims, Depends(allow(Role.DISPATCHER, Role.OFFICER, Role.SERVICE))]
Cursor = Annotated[str | None, Query(max_length=500)]
Sought = Annotated[str, Query(max_length=100)]
Seen = Annotated[str | None, Header(alias="If-Match", max_length=100)]


def build_roster_api(keeping: RosterKeeping) -> APIRouter:
    """The router; everything it needs comes with ``keeping``."""
    router = api_router("/api/v1/roster", "roster")
    _add_members(router, keeping)
    _add_dated_parts(router, keeping)
    _add_stations(router, keeping)
    _add_departments(router, keeping)
    _add_places(router, keeping)
    _add_whole(router, keeping)
    return router


def _add_members(router: APIRouter, keeping: RosterKeeping) -> None:
    @router.get("/members")
    async def list_members(
        _: Dispatching, q: Sought = "", station: Code | None = None, cursor: Cursor = None
    ) -> Page[MemberOut]:
        """Members by code, 50 to a page; ``q`` is looked for in code, name, fields, languages and places."""
        found = register.members(await keeping.directory(), keeping.today(), q, station, cursor)
        return Page[MemberOut](items=[MemberOut.of(line) for line in found.items], next=found.next)

    @router.get("/members/{code}")
    async def show_member(code: str, _: Dispatching) -> MemberOut:
        """One member, and how they stand today."""
        return await _member(keeping, code)

    @router.put("/members/{code}")
    async def put_member(code: str, sent: MemberEntry, claims: Officer, seen: Seen = None) -> MemberOut:
        """This is the member from now on; with ``If-Match`` (a ``mark``) another's change is not overwritten."""
        await keeping.put(claims.subject, named(code, sent), marked(seen))
        return await _member(keeping, code)

    @router.delete("/members/{code}", status_code=204)
    async def remove_member(code: str, claims: Officer) -> None:
        """The member leaves the roster; orders that name them keep their code."""
        await keeping.remove(claims.subject, MemberEntry, code)


def _add_dated_parts(router: APIRouter, keeping: RosterKeeping) -> None:
    @router.post("/members/{code}/terms", status_code=201)
    async def add_term(code: str, sent: TermEntry, claims: Officer, key: Key) -> MemberOut:
        """A term of office; terms of one member do not overlap."""
        await keeping.alter(claims.subject, code, term_added(sent), key)
        return await _member(keeping, code)

    @router.delete("/members/{code}/terms/{begins_on}")
    async def drop_term(code: str, begins_on: date, claims: Officer) -> MemberOut:
        """A term that was recorded by mistake."""
        await keeping.alter(claims.subject, code, term_dropped(begins_on))
        return await _member(keeping, code)

    @router.post("/members/{code}/leave", status_code=201)
    async def add_leave(code: str, sent: LeaveEntry, claims: Officer, key: Key) -> MemberOut:
        """The member will be away; without ``stand_in`` their regular stand-in takes their place."""
        await keeping.alter(claims.subject, code, leave_added(sent), key)
        return await _member(keeping, code)

    @router.put("/members/{code}/leave/{begins_on}")
    async def end_leave(code: str, begins_on: date, ends_on: date, claims: Officer) -> MemberOut:
        """A leave ends on another day than was said."""
        await keeping.alter(claims.subject, code, leave_ended(begins_on, ends_on))
        return await _member(keeping, code)

    @router.delete("/members/{code}/leave/{begins_on}")
    async def drop_leave(code: str, begins_on: date, claims: Officer) -> MemberOut:
        """A leave is not taken."""
        await keeping.alter(claims.subject, code, leave_dropped(begins_on))
        return await _member(keeping, code)


def _add_stations(router: APIRouter, keeping: RosterKeeping) -> None:
    @router.get("/stations")
    async def list_stations(_: Dispatching, q: Sought = "", cursor: Cursor = None) -> Page[StationOut]:
        """Stations by code, 50 to a page, each with its next duty day."""
        directory = await keeping.directory()
        found = register.stations(directory, keeping.today(), q, cursor)
        items = [StationOut.of(line.entry, [line.next_duty_day] if line.next_duty_day else []) for line in found.items]
        return Page[StationOut](items=items, next=found.next)

    @router.get("/stations/{code}")
    async def show_station(code: str, _: Dispatching) -> StationOut:
        """One station, with its next ten duty days."""
        return await _station(keeping, code)

    @router.put("/stations/{code}")
    async def put_station(code: str, sent: StationEntry, claims: Officer, seen: Seen = None) -> StationOut:
        """This is the station from now on: its kind and place, composition, readiness and duty days."""
        await keeping.put(claims.subject, named(code, sent), marked(seen))
        return await _station(keeping, code)

    @router.delete("/stations/{code}", status_code=204)
    async def remove_station(code: str, claims: Officer) -> None:
        """The station leaves the roster; refused while a community or a member is attached to it."""
        await keeping.remove(claims.subject, StationEntry, code)

    @router.post("/stations/{code}/duty-exceptions", status_code=201)
    async def except_day(code: str, sent: DutyExceptionIn, claims: Officer, key: Key) -> StationOut:
        """A day on which the station's own duty rules do not hold."""
        await keeping.alter(claims.subject, code, day_excepted(sent.day, sent.exception), key)
        return await _station(keeping, code)

    @router.delete("/stations/{code}/duty-exceptions/{day}")
    async def keep_day(code: str, day: date, claims: Officer) -> StationOut:
        """The rules hold on that day again."""
        await keeping.alter(claims.subject, code, day_restored(day))
        return await _station(keeping, code)


def _add_departments(router: APIRouter, keeping: RosterKeeping) -> None:
    @router.get("/departments")
    async def list_departments(_: Asking, q: Sought = "", cursor: Cursor = None) -> Page[DepartmentEntry]:
        """Departments by code, 50 to a page."""
        found = register.departments(await keeping.directory(), q, cursor)
        return Page[DepartmentEntry](items=found.items, next=found.next)

    @router.get("/departments/{code}")
    async def show_department(code: str, _: Asking) -> DepartmentEntry:
        """One department: what it answers for, how it is reached, how many working days it has to reply."""
        return await keeping.entry(DepartmentEntry, code)

    @router.put("/departments/{code}")
    async def put_department(code: str, sent: DepartmentEntry, claims: Officer, seen: Seen = None) -> DepartmentEntry:
        """This is the department from now on."""
        return await keeping.put(claims.subject, named(code, sent), marked(seen))

    @router.delete("/departments/{code}", status_code=204)
    async def remove_department(code: str, claims: Officer) -> None:
        """The department leaves the roster."""
        await keeping.remove(claims.subject, DepartmentEntry, code)


def _add_places(router: APIRouter, keeping: RosterKeeping) -> None:
    @router.put("/townships/{code}")
    async def put_township(code: str, sent: TownshipEntry, claims: Officer, seen: Seen = None) -> TownshipEntry:
        """This is the township from now on."""
        return await keeping.put(claims.subject, named(code, sent), marked(seen))

    @router.delete("/townships/{code}", status_code=204)
    async def remove_township(code: str, claims: Officer) -> None:
        """The township leaves the roster; refused while a station or a community lies in it."""
        await keeping.remove(claims.subject, TownshipEntry, code)

    @router.put("/communities/{code}")
    async def put_community(code: str, sent: CommunityEntry, claims: Officer, seen: Seen = None) -> CommunityEntry:
        """This is the community from now on, and the station that serves it."""
        return await keeping.put(claims.subject, named(code, sent), marked(seen))

    @router.delete("/communities/{code}", status_code=204)
    async def remove_community(code: str, claims: Officer) -> None:
        """The community leaves the roster; refused while a member covers it."""
        await keeping.remove(claims.subject, CommunityEntry, code)


def _add_whole(router: APIRouter, keeping: RosterKeeping) -> None:
    @router.get("/body")
    async def show_body(_: Dispatching) -> WholeBody:
        """What holds for the whole body."""
        return WholeBody.of((await keeping.directory()).roster)

    @router.put("/body")
    async def put_body(sent: WholeBody, claims: Officer) -> WholeBody:
        """This holds for the whole body from now on; refused while a station has a part or item that is dropped."""
        return WholeBody.of(await keeping.alter_body(claims.subject, sent.onto))

    @router.get("/file")
    async def whole_file(_: Dispatching) -> Roster:
        """The present roster as a file that can be brought back; brought back at once it changes nothing."""
        return (await keeping.directory()).roster

    @router.get("/names")
    async def names() -> NamesOut:
        """What places and departments are called, as their signs say; for pages that show more than codes."""
        return NamesOut.of((await keeping.directory()).roster, keeping.bodies())

    @router.get("/changes")
    async def changes(
        _: Dispatching,
        kind: Kind | None = None,
        code: Code | None = None,
        cursor: Cursor = None,
        limit: Annotated[int, Query(ge=1, le=200)] = PAGE,
    ) -> Page[RecordedChangeOut]:
        """Who changed what, and when, from what to what; the newest first."""
        found = await keeping.changes(kind, code, cursor, limit)
        return Page[RecordedChangeOut](items=[RecordedChangeOut.of(each) for each in found.items], next=found.next)


async def _member(keeping: RosterKeeping, code: str) -> MemberOut:
    entry = await keeping.entry(MemberEntry, code)
    availability = (await keeping.directory()).availability(keeping.today())
    return MemberOut.of(register.member_line(entry, availability))


async def _station(keeping: RosterKeeping, code: str) -> StationOut:
    entry = await keeping.entry(StationEntry, code)
    return StationOut.of(entry, register.duty_days(await keeping.directory(), entry, keeping.today()))


def named(code: str, sent: E) -> E:
    """``sent``, if it bears the code of its address. Raises DomainError on ``code``."""
    if sent.code != code:
        raise DomainError("code-differs", "This is not the code in the address.", field="code")
    return sent


def marked(seen: str | None) -> str | None:
    """The mark that ``If-Match`` says."""
    return seen.strip('"') if seen else None
