"""Where an issue stands, from its row."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Row

from services.intake.domain import Standing, State, Word
from shared.contracts.words import ResidentWord


def standing_of(issue: Row[Any], lead: Row[Any] | None, at: datetime) -> Standing:
    """Where ``issue`` stands ``at`` a moment, joined to ``lead`` or by itself."""
    return Standing(
        State(issue.state),
        rated=issue.rating is not None,
        word=Word(issue.word),
        in_time=is_open(issue.word_until, at),
        followed=State(lead.state) if lead is not None else None,
    )


def is_open(until: datetime | None, at: datetime) -> bool:
    """Whether something said ``at`` is in time; closings from before there were windows never close."""
    return until is None or at <= until


def can_be_joined(lead: Row[Any], now: datetime) -> bool:
    """Whether another issue can be joined to ``lead``: it is open, or closed so lately that it can be spoken about."""
    if lead.state == State.CLOSED:
        return is_open(lead.word_until, now)
    return lead.state not in (State.WITHDRAWN, State.JOINED)


def said_word(word: Word) -> ResidentWord | None:
    """``word`` as events and pages say it; None while it is awaited."""
    said: dict[Word, ResidentWord] = {Word.CONFIRMED: "confirmed", Word.DISPUTED: "disputed", Word.SILENT: "silent"}
    return said.get(word)
