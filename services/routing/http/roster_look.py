"""What every page of the roster shows alike, and the rules of duty days in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from services.routing.http.called import Called
from services.routing.roster.book import Directory
from services.routing.roster.parts import DutyRuleEntry
from services.routing.rosterkeeping import RosterKeeping
from shared.i18n import N_, Translator
from shared.web.auth import Claims, Role
from shared.web.state import translator_of

MOST_BOXES = 20
"""More choices than that are typed as codes: nobody reads through so many boxes."""

WEEKDAYS = {
    "monday": N_("Monday"),
    "tuesday": N_("Tuesday"),
    "wednesday": N_("Wednesday"),
    "thursday": N_("Thursday"),
    "friday": N_("Friday"),
    "saturday": N_("Saturday"),
    "sunday": N_("Sunday"),
}


@dataclass(frozen=True)
class Look:
    """A directory before one reader."""

    directory: Directory
    translator: Translator
    called: Called
    may_edit: bool
    most_listed: int = 300
    """More members than that are typed as codes."""

    @classmethod
    async def of(cls, keeping: RosterKeeping, request: Request, claims: Claims) -> Look:
        """The present roster before whoever asks. Raises NotFound before the first roster."""
        directory = await keeping.directory()
        translator = translator_of(request)
        return cls(directory, translator, Called(directory.roster, translator.code), claims.role is Role.OFFICER)

    def context(self, **more: Any) -> dict[str, Any]:
        """What the templates want of every page."""
        return {"called": self.called, "may_edit": self.may_edit, "most_boxes": MOST_BOXES, **more}

    def options(self, kind: str) -> list[tuple[str, str]]:
        """Pairs of code and name to choose from."""
        roster = self.directory.roster
        entries: dict[str, tuple[Any, ...]] = {
            "township": roster.townships,
            "station": roster.stations,
            "community": roster.communities,
            "member": roster.members,
            "department": roster.departments,
            "unit": tuple(unit for unit in roster.units if unit.stands),
        }
        return [(each.code, self.named(kind, each.code)) for each in entries[kind]]

    def named(self, kind: str, code: str) -> str:
        """Code and name, or the code alone where it has no name."""
        name = self.called(kind, code)
        return code if name == code else f"{name} ({code})"

    def rule(self, rule: DutyRuleEntry) -> str:
        """A rule of duty days as a sentence."""
        say = self.translator.sentence
        months = ", ".join(str(month) for month in sorted(rule.months))
        weekdays = ", ".join(self.translator.gettext(WEEKDAYS[name]) for name in rule.weekdays)
        if rule.days_of_month:
            said = say(N_("On these days of the month: {days}"), days=", ".join(map(str, sorted(rule.days_of_month))))
        elif rule.times_a_month:
            said = say(N_("{n} times a month, on {weekday}"), n=rule.times_a_month, weekday=weekdays)
        else:
            said = say(N_("Every {weekdays}"), weekdays=weekdays)
        if not months:
            return said
        return f"{said} " + say(N_("(only in the months {months})"), months=months)
