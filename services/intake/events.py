"""Which use case takes which event."""

from __future__ import annotations

from services.intake.usecases.hear import FACTS, Hearing
from services.intake.usecases.helping import hear_invited
from services.intake.usecases.roster import RosterNews
from services.intake.usecases.window import hear_calendar
from shared.contracts.inner import CalendarPublished, MemberInvited, RosterPublished, StationPublished
from shared.messaging.handlers import Handlers


def handlers(roster: RosterNews, hearing: Hearing) -> Handlers:
    """What intake hears: the roster, when the body works, and every step that a neighbour takes with an issue."""
    heard = Handlers()
    heard.each(StationPublished, roster.station)
    heard.each(RosterPublished, roster.roster)
    heard.each(CalendarPublished, hear_calendar)
    heard.many(MemberInvited, hear_invited)
    for event in FACTS:
        heard.many(event, hearing.hear)
    return heard
