"""What happened to the units of a body and to their posts, each with its own date: read off the roster as it is.

What the roster holds is what is said, and what is taken out of it is taken back: so one comparison of two rosters finds
what is new, what was corrected and what was wrong, and a file that says the same again says nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from services.routing.roster.document import Roster
from services.routing.roster.units import PostEntry, UnitEntry
from shared.clock import local_date
from shared.contracts import report, units
from shared.contracts.words import PostStep, UnitKind, UnitStep
from shared.db.transaction import Transaction
from shared.ids import derived_id


@dataclass(frozen=True, slots=True)
class UnitFact:
    """Something happened to a unit on a day."""

    unit: str
    kind: UnitKind
    step: UnitStep
    on: date


@dataclass(frozen=True, slots=True)
class PostFact:
    """Something happened to a post of a unit on a day; of who holds it nothing is said."""

    unit: str
    kind: UnitKind
    post: str
    step: PostStep
    on: date


Fact = UnitFact | PostFact

_OF_UNITS: dict[UnitStep, type[units.UnitSetUp | units.UnitDissolved]] = {
    "set-up": units.UnitSetUp,
    "dissolved": units.UnitDissolved,
}
_OF_POSTS: dict[PostStep, type[units.PostSetUp | units.PostFilled | units.PostVacated | units.PostDissolved]] = {
    "set-up": units.PostSetUp,
    "filled": units.PostFilled,
    "vacated": units.PostVacated,
    "dissolved": units.PostDissolved,
}


def facts_of(roster: Roster | None) -> frozenset[Fact]:
    """Every dated fact that a roster holds; what has no date is there, and nobody says since when."""
    return frozenset(fact for unit in (roster.units if roster else ()) for fact in _of_unit(unit))


def _of_unit(unit: UnitEntry) -> Iterator[Fact]:
    if unit.set_up_on is not None:
        yield UnitFact(unit.code, unit.kind, "set-up", unit.set_up_on)
    if unit.dissolved_on is not None:
        yield UnitFact(unit.code, unit.kind, "dissolved", unit.dissolved_on)
    for post in unit.posts:
        for step, on in _of_post(post, unit.dissolved_on):
            yield PostFact(unit.code, unit.kind, post.code, step, on)


def _of_post(post: PostEntry, unit_dissolved_on: date | None) -> Iterator[tuple[PostStep, date]]:
    # With a unit go its posts, and with a post whoever held it.
    dissolved_on = post.dissolved_on or unit_dissolved_on
    if post.set_up_on is not None:
        yield "set-up", post.set_up_on
    for span in post.filled:
        yield "filled", span.begins_on
        if (ends_on := span.ends_on or dissolved_on) is not None:
            yield "vacated", ends_on
    if dissolved_on is not None:
        yield "dissolved", dissolved_on


def say_facts(tx: Transaction, before: Roster | None, after: Roster, revision: int) -> None:
    """Announce what ``after`` holds and ``before`` did not, and take back what only ``before`` held.

    The id of each follows from what it says and from the ``revision`` that says it: a date that is corrected and then
    corrected back is said again, and the latest revision tells which of the two holds.
    """
    then, now = facts_of(before), facts_of(after)
    zone = after.body.time_zone
    for fact in sorted(now - then, key=_in_order):
        event = _said(fact, revision, zone, tx.now)
        tx.announce(event, event_id=_id(after.body.code, fact, revision, "said"))
    for fact in sorted(then - now, key=_in_order):
        event = _taken_back(fact, revision, tx.now)
        tx.announce(event, event_id=_id(after.body.code, fact, revision, "retracted"))


def _said(fact: Fact, revision: int, zone: str, now: datetime) -> report.ReportEvent:
    happened = {
        "occurred_at": datetime.combine(fact.on, time(), ZoneInfo(zone)),
        "on_paper": fact.on < local_date(now, zone),
    }
    about = {"unit": fact.unit, "unit_kind": fact.kind, "on": fact.on, "revision": revision}
    if isinstance(fact, UnitFact):
        return _OF_UNITS[fact.step].model_validate({**happened, **about})
    return _OF_POSTS[fact.step].model_validate({**happened, **about, "post": fact.post})


def _taken_back(fact: Fact, revision: int, now: datetime) -> report.ReportEvent:
    about = {"unit": fact.unit, "unit_kind": fact.kind, "on": fact.on, "revision": revision, "step": fact.step}
    if isinstance(fact, UnitFact):
        return units.UnitRetracted.model_validate({"occurred_at": now, **about})
    return units.PostRetracted.model_validate({"occurred_at": now, **about, "post": fact.post})


def _id(body: str, fact: Fact, revision: int, way: str) -> str:
    post = fact.post if isinstance(fact, PostFact) else ""
    return derived_id(body, "unit-fact", fact.unit, fact.kind, post, fact.step, fact.on, revision, way)


def _in_order(fact: Fact) -> tuple[date, str, str, str]:
    return fact.on, fact.unit, fact.post if isinstance(fact, PostFact) else "", fact.step
