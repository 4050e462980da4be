"""Which use case takes which event."""

from __future__ import annotations

from services.intake.usecases.hear import FACTS, Hearing
from services.intake.usecases.helping import hear_invited
from services.intake.usecases.roster import RosterNews
from shared.contracts.inner import MemberInvited, RosterPublished, StationPublished
from shared.messaging.handlers import Handlers


def handlers(roster: RosterNews, hearing: Hearing) -> Handlers:
    """What intake hears: the roster, and every step that a neighbour takes with an issue."""
    heard = Handlers()
    heard.each(StationPublished, roster.station)
    heard.each(RosterPublished, roster.roster)
    heard.many(MemberInvited, hear_invited)
    for event in FACTS:
        heard.many(event, hearing.hear)
    return heard
