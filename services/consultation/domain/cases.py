"""The life of a case, and who may read what stands in it."""

from __future__ import annotations

from enum import StrEnum

from shared.states import Table


class CaseState(StrEnum):
    """Where a case stands with the member it was given to."""

    ASSIGNED = "assigned"
    RETURNED = "returned"
    """Declined or left unanswered; the next member is being asked."""
    IN_PROGRESS = "in-progress"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class Audience(StrEnum):
    """Who may read an entry: each further word leaves somebody out."""

    RESIDENT = "resident"
    """The resident, on the tracking page, and everybody below."""
    STAFF = "staff"
    """The members of the case and the staff of the body."""
    OFFICE = "office"
    """The staff of the body alone."""


class CaseMove(StrEnum):
    """What may be done with a case, or be heard of it."""

    ASSIGN = "assign"
    ACCEPT = "accept"
    DECLINE = "decline"
    TIME_OUT = "time-out"
    RETURN = "return"
    """The member says that another body must have it; the dispatcher decides."""
    WORK = "work"
    """Call, visit, refer, press, consult, invite: what the members of the case do."""
    NOTE = "note"
    PRESS = "press"
    """Remind a department, or press for its reply."""
    HEAR_REPLY = "hear-reply"
    CLOSE = "close"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"


CASE = Table(
    name="case",
    title="The life of a case",
    states=CaseState,
    moves=CaseMove,
    # Withdrawn from the beginning: the resident took it back before anybody was given it.
    begins=(CaseState.ASSIGNED, CaseState.WITHDRAWN),
    transitions={
        (CaseState.ASSIGNED, CaseMove.ASSIGN): CaseState.ASSIGNED,
        (CaseState.ASSIGNED, CaseMove.ACCEPT): CaseState.IN_PROGRESS,
        (CaseState.ASSIGNED, CaseMove.DECLINE): CaseState.RETURNED,
        (CaseState.ASSIGNED, CaseMove.TIME_OUT): CaseState.RETURNED,
        (CaseState.ASSIGNED, CaseMove.RETURN): CaseState.RETURNED,
        # A department answers whoever has the order at the time.
        (CaseState.ASSIGNED, CaseMove.HEAR_REPLY): CaseState.ASSIGNED,
        (CaseState.ASSIGNED, CaseMove.WITHDRAW): CaseState.WITHDRAWN,
        (CaseState.RETURNED, CaseMove.ASSIGN): CaseState.ASSIGNED,
        (CaseState.RETURNED, CaseMove.HEAR_REPLY): CaseState.RETURNED,
        (CaseState.RETURNED, CaseMove.WITHDRAW): CaseState.WITHDRAWN,
        (CaseState.IN_PROGRESS, CaseMove.ASSIGN): CaseState.ASSIGNED,
        (CaseState.IN_PROGRESS, CaseMove.RETURN): CaseState.RETURNED,
        (CaseState.IN_PROGRESS, CaseMove.WORK): CaseState.IN_PROGRESS,
        (CaseState.IN_PROGRESS, CaseMove.NOTE): CaseState.IN_PROGRESS,
        (CaseState.IN_PROGRESS, CaseMove.PRESS): CaseState.IN_PROGRESS,
        (CaseState.IN_PROGRESS, CaseMove.HEAR_REPLY): CaseState.IN_PROGRESS,
        (CaseState.IN_PROGRESS, CaseMove.CLOSE): CaseState.CLOSED,
        (CaseState.IN_PROGRESS, CaseMove.WITHDRAW): CaseState.WITHDRAWN,
        (CaseState.CLOSED, CaseMove.NOTE): CaseState.CLOSED,
        (CaseState.CLOSED, CaseMove.PRESS): CaseState.CLOSED,
        (CaseState.CLOSED, CaseMove.HEAR_REPLY): CaseState.CLOSED,
        (CaseState.CLOSED, CaseMove.REOPEN): CaseState.IN_PROGRESS,
        # The resident took it back while the member was closing it; the resident's word stands.
        (CaseState.CLOSED, CaseMove.WITHDRAW): CaseState.WITHDRAWN,
        (CaseState.WITHDRAWN, CaseMove.HEAR_REPLY): CaseState.WITHDRAWN,
    },
)
