"""Which use case takes which event."""

from __future__ import annotations

from services.consultation.deadlines.away import hear_handover
from services.consultation.deadlines.calendar import hear_calendar
from services.consultation.deadlines.departments import hear_department
from services.consultation.handing.received import ReceivedBriefs
from services.consultation.handing.upward import Upward
from services.consultation.usecases import hearing, hearing_residents, roster
from services.consultation.usecases.hearing_supervision import hear_supervision
from shared.contracts import handover, inner
from shared.messaging.handlers import Handlers


def handlers(upward: Upward, received: ReceivedBriefs) -> Handlers:
    """Everything this service hears from routing and intake, and of briefs from the bodies next to its own."""
    heard = Handlers()
    heard.many(inner.IssueAssigned, hearing.hear_assigned)
    heard.each(inner.IssueAccepted, hearing.hear_accepted)
    heard.each(inner.IssueDeclined, hearing.hear_declined)
    heard.each(inner.IssueReturned, hearing.hear_returned)
    heard.each(inner.AssignmentTimedOut, hearing.hear_timed_out)
    heard.each(inner.IssueUnroutable, hearing.hear_unroutable)
    heard.each(inner.IssueWithdrawn, hearing.hear_withdrawn)
    heard.each(inner.IssueReopened, hearing.hear_reopened)
    heard.each(inner.FeedbackGiven, hearing.hear_feedback)
    heard.each(inner.WordGiven, hearing_residents.hear_word)
    heard.each(inner.IssueJoined, hearing_residents.hear_joined)
    heard.each(inner.IssueSplit, hearing_residents.hear_split)
    heard.each(inner.RecordErased, hearing.hear_erased)
    heard.each(inner.SupervisionMoved, hear_supervision)
    heard.each(inner.StationPublished, roster.hear_station)
    heard.each(inner.RosterPublished, roster.hear_roster)
    heard.each(inner.HandoverMoved, hear_handover)
    heard.each(inner.CalendarPublished, hear_calendar)
    heard.each(inner.DepartmentPublished, hear_department)
    heard.each(handover.BriefHandedUp, received.handed_up)
    heard.each(handover.BriefTakenBack, received.taken_back)
    heard.each(handover.BriefSettled, upward.settled)
    return heard
