"""The JSON API of the units of the chain and their posts: whoever may dispatch reads, an officer writes."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter
from pydantic import Field

from services.routing.http.bodies import Input
from services.routing.http.roster_api import Cursor, Dispatching, Key, Officer, Seen, Sought, marked, named
from services.routing.http.roster_bodies import UnitOut
from services.routing.roster import register
from services.routing.roster.alterations import Alteration
from services.routing.roster.parts import Names
from services.routing.roster.unit_alterations import (
    post_dissolved,
    post_dropped,
    post_filled,
    post_put,
    post_vacated,
    unit_dissolved,
)
from services.routing.roster.units import PostEntry, UnitEntry
from services.routing.rosterkeeping import RosterKeeping
from shared.web.idempotency import IdempotencyKey
from shared.web.paging import Page
from shared.web.routers import api_router


class DissolvedIn(Input):
    """The day on which a unit or a post was dissolved."""

    dissolved_on: date


class PostIn(Input):
    """A post without the spans in which it is filled."""

    names: Names = Field(default_factory=dict)
    set_up_on: date | None = None
    dissolved_on: date | None = None


class FilledIn(Input):
    """The first day on which somebody holds a post."""

    begins_on: date


class VacatedIn(Input):
    """The last day on which somebody held a post."""

    ends_on: date


def build_unit_api(keeping: RosterKeeping) -> APIRouter:
    """The router; everything it needs comes with ``keeping``."""
    router = api_router("/api/v1/roster/units", "roster")
    _add_units(router, keeping)
    _add_posts(router, keeping)
    return router


def _add_units(router: APIRouter, keeping: RosterKeeping) -> None:
    @router.get("")
    async def list_units(_: Dispatching, q: Sought = "", cursor: Cursor = None) -> Page[UnitOut]:
        """Units by code, 50 to a page, dissolved ones too; ``q`` is looked for in code, name, kind and parent."""
        found = register.units(await keeping.directory(), q, cursor)
        return Page[UnitOut](items=[UnitOut.of(unit) for unit in found.items], next=found.next)

    @router.get("/{code}")
    async def show_unit(code: str, _: Dispatching) -> UnitOut:
        """One unit with its posts."""
        return await _unit(keeping, code)

    @router.put("/{code}")
    async def put_unit(code: str, sent: UnitEntry, claims: Officer, seen: Seen = None) -> UnitOut:
        """This is the unit from now on; a date that differs from the one before corrects it."""
        await keeping.put(claims.subject, named(code, sent), marked(seen))
        return await _unit(keeping, code)

    @router.delete("/{code}", status_code=204)
    async def remove_unit(code: str, claims: Officer) -> None:
        """The unit was entered by mistake; refused while a unit or a member is attached to it."""
        await keeping.remove(claims.subject, UnitEntry, code)

    @router.post("/{code}/dissolved", status_code=201)
    async def dissolve(code: str, sent: DissolvedIn, claims: Officer, key: Key) -> UnitOut:
        """The unit is no more, and its posts with it; it stays in the roster with the day."""
        return await _altered(keeping, claims.subject, code, unit_dissolved(sent.dissolved_on), key)


def _add_posts(router: APIRouter, keeping: RosterKeeping) -> None:
    @router.put("/{code}/posts/{post}")
    async def put_post(code: str, post: str, sent: PostIn, claims: Officer) -> UnitOut:
        """One more post, or another word on this one; who holds it since when stays as it is."""
        entry = PostEntry.model_validate({"code": post, **sent.model_dump()})
        return await _altered(keeping, claims.subject, code, post_put(entry))

    @router.delete("/{code}/posts/{post}")
    async def drop_post(code: str, post: str, claims: Officer) -> UnitOut:
        """The post was entered by mistake."""
        return await _altered(keeping, claims.subject, code, post_dropped(post))

    @router.post("/{code}/posts/{post}/filled", status_code=201)
    async def fill(code: str, post: str, sent: FilledIn, claims: Officer, key: Key) -> UnitOut:
        """Somebody holds the post from that day on; who, the roster does not say."""
        return await _altered(keeping, claims.subject, code, post_filled(post, sent.begins_on), key)

    @router.post("/{code}/posts/{post}/vacated", status_code=201)
    async def vacate(code: str, post: str, sent: VacatedIn, claims: Officer, key: Key) -> UnitOut:
        """Whoever holds it held it until that day, which is included."""
        return await _altered(keeping, claims.subject, code, post_vacated(post, sent.ends_on), key)

    @router.post("/{code}/posts/{post}/dissolved", status_code=201)
    async def dissolve_post(code: str, post: str, sent: DissolvedIn, claims: Officer, key: Key) -> UnitOut:
        """The post is no more; it stays in the roster with the day."""
        return await _altered(keeping, claims.subject, code, post_dissolved(post, sent.dissolved_on), key)


async def _altered(
    keeping: RosterKeeping, by: str, code: str, alteration: Alteration[UnitEntry], key: IdempotencyKey | None = None
) -> UnitOut:
    await keeping.alter(by, code, alteration, key)
    return await _unit(keeping, code)


async def _unit(keeping: RosterKeeping, code: str) -> UnitOut:
    return UnitOut.of(await keeping.entry(UnitEntry, code))
