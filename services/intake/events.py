"""Which use case takes which event."""

from __future__ import annotations

from services.intake.usecases.handed import hear_moved, hear_taken
from services.intake.usecases.hear import FACTS, Hearing
from services.intake.usecases.helping import hear_invited
from services.intake.usecases.roster import RosterNews
from services.intake.usecases.window import hear_calendar
from shared.contracts.inner import (
    CalendarPublished,
    HandoverMoved,
    HandoverTaken,
    MemberInvited,
    RosterPublished,
    StationPublished,
)
from shared.messaging.handlers import Handlers


def handlers(roster: RosterNews, hearing: Hearing) -> Handlers:
    """What intake hears: the roster, when the body works, and every step that a neighbour, or another body, takes with
    an issue."""
    heard = Handlers()
    heard.each(StationPublished, roster.station)
    heard.each(RosterPublished, roster.roster)
    heard.each(CalendarPublished, hear_calendar)
    heard.many(MemberInvited, hear_invited)
    heard.many(HandoverTaken, hear_taken)
    heard.each(HandoverMoved, hear_moved)
    for event in FACTS:
        heard.many(event, hearing.hear)
    return heard
