"""The rules of casework and consultation, in the words of the office; nothing here knows how it is stored or asked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from enum import StrEnum
from typing import TypeVar


class CaseState(StrEnum):
    """Where a case stands with the member it was given to."""

    ASSIGNED = "assigned"
    RETURNED = "returned"
    """Declined or left unanswered; the next member is being asked."""
    IN_PROGRESS = "in-progress"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class CaseMove(StrEnum):
    """What may be done with a case, or be heard of it."""

    ASSIGN = "assign"
    ACCEPT = "accept"
    DECLINE = "decline"
    TIME_OUT = "time-out"
    WORK = "work"
    """Visit, refer, consult: what only the member who took the order does."""
    NOTE = "note"
    HEAR_REPLY = "hear-reply"
    CLOSE = "close"
    REOPEN = "reopen"
    WITHDRAW = "withdraw"


class ReferralState(StrEnum):
    """A referral to a department (转办) waits for its reply (答复)."""

    OPEN = "open"
    REPLIED = "replied"


class ReferralMove(StrEnum):
    """What may be done with a referral."""

    REPLY = "reply"


class ConsultationState(StrEnum):
    """A consultation (协商) is planned on its surveys, takes place, and is closed with what was agreed."""

    OPEN = "open"
    HELD = "held"
    CLOSED = "closed"


class ConsultationMove(StrEnum):
    """What may be done with a consultation."""

    HOLD = "hold"
    CLOSE = "close"


class CommitmentState(StrEnum):
    """A commitment lives on, whatever becomes of its case, until it is kept or dropped with a reason."""

    OPEN = "open"
    KEPT = "kept"
    DROPPED = "dropped"


class CommitmentMove(StrEnum):
    """What may be done with a commitment."""

    KEEP = "keep"
    DROP = "drop"


S = TypeVar("S", bound=StrEnum)
M = TypeVar("M", bound=StrEnum)
Transitions = Mapping[tuple[S, M], S]

CASE: Transitions[CaseState, CaseMove] = {
    (CaseState.ASSIGNED, CaseMove.ASSIGN): CaseState.ASSIGNED,
    (CaseState.ASSIGNED, CaseMove.ACCEPT): CaseState.IN_PROGRESS,
    (CaseState.ASSIGNED, CaseMove.DECLINE): CaseState.RETURNED,
    (CaseState.ASSIGNED, CaseMove.TIME_OUT): CaseState.RETURNED,
    (CaseState.ASSIGNED, CaseMove.WITHDRAW): CaseState.WITHDRAWN,
    (CaseState.RETURNED, CaseMove.ASSIGN): CaseState.ASSIGNED,
    (CaseState.RETURNED, CaseMove.WITHDRAW): CaseState.WITHDRAWN,
    (CaseState.IN_PROGRESS, CaseMove.ASSIGN): CaseState.ASSIGNED,
    (CaseState.IN_PROGRESS, CaseMove.WORK): CaseState.IN_PROGRESS,
    (CaseState.IN_PROGRESS, CaseMove.NOTE): CaseState.IN_PROGRESS,
    (CaseState.IN_PROGRESS, CaseMove.HEAR_REPLY): CaseState.IN_PROGRESS,
    (CaseState.IN_PROGRESS, CaseMove.CLOSE): CaseState.CLOSED,
    (CaseState.IN_PROGRESS, CaseMove.WITHDRAW): CaseState.WITHDRAWN,
    (CaseState.CLOSED, CaseMove.NOTE): CaseState.CLOSED,
    (CaseState.CLOSED, CaseMove.HEAR_REPLY): CaseState.CLOSED,
    (CaseState.CLOSED, CaseMove.REOPEN): CaseState.IN_PROGRESS,
    # The resident took it back while the member was closing it; the resident's word stands.
    (CaseState.CLOSED, CaseMove.WITHDRAW): CaseState.WITHDRAWN,
    (CaseState.WITHDRAWN, CaseMove.HEAR_REPLY): CaseState.WITHDRAWN,
}

REFERRAL: Transitions[ReferralState, ReferralMove] = {
    (ReferralState.OPEN, ReferralMove.REPLY): ReferralState.REPLIED,
}

CONSULTATION: Transitions[ConsultationState, ConsultationMove] = {
    (ConsultationState.OPEN, ConsultationMove.HOLD): ConsultationState.HELD,
    (ConsultationState.HELD, ConsultationMove.CLOSE): ConsultationState.CLOSED,
}

COMMITMENT: Transitions[CommitmentState, CommitmentMove] = {
    (CommitmentState.OPEN, CommitmentMove.KEEP): CommitmentState.KEPT,
    (CommitmentState.OPEN, CommitmentMove.DROP): CommitmentState.DROPPED,
}


class IllegalMove(Exception):
    """The table has no such move from this state."""

    def __init__(self, state: StrEnum, move: StrEnum) -> None:
        super().__init__(f"{move} is not possible when {state}")
        self.state = state
        self.move = move


def after(transitions: Transitions[S, M], state: S, move: M) -> S:
    """The state that ``move`` leads to from ``state``. Raises IllegalMove where the table has none."""
    try:
        return transitions[state, move]
    except KeyError:
        raise IllegalMove(state, move) from None


def rests_on_surveys(surveys_made_on: Iterable[date], consultation_on: date) -> bool:
    """No survey, no consultation (不调研不协商): at least one, and none made after the day of the consultation."""
    days = list(surveys_made_on)
    return bool(days) and max(days) <= consultation_on
