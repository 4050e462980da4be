"""What a decision is made from: the roster, the rule, the day, the body's working time; and what members carry."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property

from services.routing import orders, reasons
from services.routing.calendar.book import CalendarBook
from services.routing.domain.choosing import Choice, Shortlist, front_of
from services.routing.domain.people import Leave, Load, Matter
from services.routing.domain.rule import Criterion, Rule
from services.routing.orders import OrderRecord
from services.routing.reasons import Why
from services.routing.roster.book import Directory, RosterBook
from services.routing.roster.reads import Reads
from services.routing.rule.book import PresentRule, RuleBook
from shared.workdays import WorkCalendar


@dataclass(frozen=True)
class Scene:
    """One moment at one body. ``directory`` is None before the first roster; ``on`` is the body's date."""

    directory: Directory | None
    present: PresentRule
    calendar: WorkCalendar
    now: datetime
    on: date

    def matter(self, order: OrderRecord) -> Matter:
        """What decides who is asked for ``order``."""
        return self.matter_at(order.station, order.community, order.category, order.language, order.channel)

    def matter_at(self, station: str, community: str, category: str | None, language: str, channel: str) -> Matter:
        """What decides who is asked for an issue raised there."""
        assert self.directory is not None
        return self.directory.matter(
            station=station, community=community, category=category, language=language, channel=channel
        )

    def under(self, rule: Rule) -> Scene:
        """The same with another rule."""
        return replace(self, present=PresentRule(self.present.written, rule))

    def shortlist(self, matter: Matter, asked: Collection[str] = (), at_least: int = 2) -> Shortlist:
        """Whoever can be among the first ``at_least``, none of those ``asked``."""
        assert self.directory is not None
        day = self.directory.availability(self.on)
        return self.directory.neighbourhoods.shortlist(matter, self.present.rule, day, asked, at_least)

    def why(self, choice: Choice, asked_before: int) -> Why:
        """The reason of a choice by the rule, as it is kept."""
        return reasons.by_rule(choice, asked_before, self.present.rule, self.present.written.version)

    def is_there(self, member: str) -> bool:
        """Whether a member of the roster is in term and not on leave."""
        if self.directory is None or member not in self.directory.members:
            return False
        day = self.directory.availability(self.on)
        return day.in_term(member) and day.on_leave(member) is None

    def leaves(self) -> list[Leave]:
        """The leaves of this day."""
        if self.directory is None:
            return []
        day = self.directory.availability(self.on)
        return [leave for code in self.directory.members if (leave := day.on_leave(code)) is not None]

    def away_for(self, stand_in: str) -> list[str]:
        """Members on leave for whom somebody stands in."""
        return [leave.member for leave in self.leaves() if leave.stand_in == stand_in]

    @cached_property
    def answer_by(self) -> datetime:
        """When somebody asked now must have answered: working hours of the body."""
        return self.calendar.add_working_hours(self.now, self.present.rule.answer_within)

    def return_by(self, order: OrderRecord) -> datetime:
        """Until when ``order`` can be given back to the body it belongs to: working days from its submission."""
        return self.calendar.add_working_days(order.submitted_at, self.present.rule.return_within)

    async def loads(self, reads: Reads, shortlists: Collection[Shortlist], at_least: int = 2) -> dict[str, Load]:
        """What everybody on ``shortlists`` carries, as far as it can decide who is among the first ``at_least``.

        Those of several shortlists may be given orders one after the other.
        """
        people = frozenset[str]().union(*(shortlist.people for shortlist in shortlists))
        if not people:
            return {}
        count = at_least + len(shortlists)
        leading = {shortlist.leading for shortlist in shortlists}
        if len(people) > orders.MANY and leading == {Criterion.LOAD}:
            # The whole body: what is dear to read is read for those alone whom their open orders put first.
            loads = await orders.open_counts(reads)
            people = _fronts(shortlists, loads, count)
            loads |= await orders.loads(reads, people)
        else:
            loads = await orders.loads(reads, people)
            if Criterion.RECENT not in leading:
                people = _fronts(shortlists, loads, count)
        if not any(Criterion.RECENT in shortlist.order for shortlist in shortlists):
            return loads
        # Counting what was given lately is the dearest part, and people are by now as few as can come first.
        since = self.now - timedelta(days=self.present.rule.recent_days)
        for member, given in (await orders.given_since(reads, people, since)).items():
            loads[member] = replace(loads.get(member, Load()), recent_orders=given)
        return loads


class Deciding:
    """Sets the scene; one per service."""

    def __init__(self, roster: RosterBook, rules: RuleBook, calendars: CalendarBook) -> None:
        self._roster = roster
        self._rules = rules
        self._calendars = calendars

    async def scene(self, reads: Reads, now: datetime, on: date | None = None) -> Scene:
        """The scene at ``now``, or as it would be on another day ``on``."""
        calendar = (await self._calendars.present(reads)).work
        return Scene(
            directory=await self._roster.present(reads),
            present=await self._rules.present(reads),
            calendar=calendar,
            now=now,
            on=on or calendar.day_of(now),
        )


def _fronts(shortlists: Collection[Shortlist], loads: Mapping[str, Load], count: int) -> frozenset[str]:
    return frozenset[str]().union(*(front_of(shortlist, loads, count) for shortlist in shortlists))
