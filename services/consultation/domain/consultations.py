"""The life of a consultation, and what it must rest on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

from shared.states import Table


class ConsultationState(StrEnum):
    """A consultation (协商) is planned on its surveys, takes place, and is closed with what was agreed."""

    OPEN = "open"
    HELD = "held"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class ConsultationMove(StrEnum):
    """What may be done with a consultation."""

    CHANGE = "change"
    CONTRIBUTE = "contribute"
    """A member who cannot get away takes part in writing."""
    CANCEL = "cancel"
    HOLD = "hold"
    MINUTE = "minute"
    CLOSE = "close"


CONSULTATION = Table(
    name="consultation",
    title="The life of a consultation",
    states=ConsultationState,
    moves=ConsultationMove,
    begins=(ConsultationState.OPEN,),
    transitions={
        (ConsultationState.OPEN, ConsultationMove.CHANGE): ConsultationState.OPEN,
        (ConsultationState.OPEN, ConsultationMove.CONTRIBUTE): ConsultationState.OPEN,
        (ConsultationState.OPEN, ConsultationMove.CANCEL): ConsultationState.CANCELLED,
        (ConsultationState.OPEN, ConsultationMove.HOLD): ConsultationState.HELD,
        (ConsultationState.HELD, ConsultationMove.CONTRIBUTE): ConsultationState.HELD,
        (ConsultationState.HELD, ConsultationMove.MINUTE): ConsultationState.HELD,
        (ConsultationState.HELD, ConsultationMove.CLOSE): ConsultationState.CLOSED,
    },
)


def rests_on_surveys(surveys_made_on: Iterable[date], consultation_on: date) -> bool:
    """No survey, no consultation (不调研不协商): at least one, and none made after the day of the consultation."""
    days = list(surveys_made_on)
    return bool(days) and max(days) <= consultation_on


def may_write(state: ConsultationState, until: datetime | None, at: datetime) -> bool:
    """Whether a contribution written ``at`` is in time.

    Until the closing time where one is set, which may lie after the meeting; else until the consultation is held.
    """
    if until is None:
        return state is ConsultationState.OPEN
    return at < until
