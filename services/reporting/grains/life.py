"""From the facts of one issue or commitment to its spans and to what it adds to the days. Pure; order never matters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby, pairwise
from typing import NamedTuple
from zoneinfo import ZoneInfo

from services.reporting.domain import Step

OPEN_STATES = ("submitted", "assigned", "accepted")
JOINED, WITHDRAWN, OWED = "joined", "withdrawn", "owed"


class Measure(StrEnum):
    """What a cell of the days counts."""

    RAISED = "raised"
    JOINED = "joined"
    STATE = "state"
    RESPONDED = "responded"
    RATED = "rated"
    RECEIVED = "received"
    CONSULTATIONS = "consultations"
    SURVEYS = "surveys"
    TALKS = "talks"


MOVING = frozenset({Measure.STATE, Measure.JOINED, Measure.RESPONDED})
"""Measures that an issue enters on one day and leaves on another: their cells may be less than nothing, and nothing."""


class Dimension(StrEnum):
    """By what a cell is told apart, beside its days; WHOLE by nothing."""

    WHOLE = "whole"
    COMMUNITY = "community"
    HOUR = "hour"
    CATEGORY = "category"


class Cell(NamedTuple):
    """A place in the days. ``raised_on`` is when what is counted began, ``changed_on`` when it came to be so."""

    dimension: str
    measure: str
    raised_on: date
    changed_on: date
    value: str


Cells = Counter[Cell]


@dataclass(frozen=True, slots=True)
class IssueStepFact:
    """One row of ``issue_steps``."""

    step: str
    number: int
    occurred_at: datetime
    says: str | None


@dataclass(frozen=True, slots=True)
class IssueFact:
    """One row of ``issues``, as far as days and spans need it."""

    submitted_at: datetime
    community: str
    category: str | None


@dataclass(frozen=True, slots=True)
class Span:
    """A time in a state; ``until_at`` is None while it lasts."""

    state: str
    from_at: datetime
    until_at: datetime | None


class Standing(NamedTuple):
    """How an issue stands from a moment on."""

    at: datetime
    state: str
    taken_up: bool

    @property
    def responded(self) -> bool:
        """Whether it counts as responded to: taken up, and neither withdrawn nor counted with another one."""
        return self.taken_up and self.state not in (JOINED, WITHDRAWN)

    @property
    def counted_state(self) -> str:
        """The state as the days tell it, where everything open is one."""
        return "" if self.state in OPEN_STATES else self.state


def standings(issue: IssueFact, steps: Iterable[IssueStepFact]) -> list[Standing]:
    """How the issue stood from its submission on, one entry for each moment that a step bears.

    The same rules as ``services.reporting.counting.issues`` counts by: closings and reopenings alternate, so that
    counting them tells; the outcome is that of the closing with the highest number; of joining and splitting the later
    by number tells.
    """
    found: list[Standing] = []
    so_far: list[IssueStepFact] = []
    in_time = sorted(steps, key=lambda step: max(step.occurred_at, issue.submitted_at))
    moments = groupby(in_time, key=lambda step: max(step.occurred_at, issue.submitted_at))
    for at, at_once in moments:
        if not found and at > issue.submitted_at:
            found.append(Standing(issue.submitted_at, "submitted", False))
        so_far += at_once
        found.append(_standing(at, so_far))
    return found or [Standing(issue.submitted_at, "submitted", False)]


def _standing(at: datetime, steps: Sequence[IssueStepFact]) -> Standing:
    last = {Step.JOINED: 0, Step.SPLIT: 0, Step.CLOSED: 0}
    counted: Counter[str] = Counter()
    outcome = ""
    for step in steps:
        counted[step.step] += 1
        if step.step in last and step.number > last[Step(step.step)]:
            last[Step(step.step)] = step.number
            if step.step == Step.CLOSED:
                outcome = step.says or ""
    taken_up = bool(counted[Step.ACCEPTED] or counted[Step.CLOSED])
    if last[Step.JOINED] > last[Step.SPLIT]:
        return Standing(at, JOINED, taken_up)
    if counted[Step.WITHDRAWN]:
        return Standing(at, WITHDRAWN, taken_up)
    if counted[Step.CLOSED] > counted[Step.REOPENED]:
        return Standing(at, outcome, taken_up)
    state = "accepted" if counted[Step.ACCEPTED] else "assigned" if counted[Step.ASSIGNED] else "submitted"
    return Standing(at, state, taken_up)


def spans_of_issue(stood: Sequence[Standing]) -> list[Span]:
    """Each time in one state, the first from the submission on."""
    changes = [stood[0], *(now for before, now in pairwise(stood) if now.state != before.state)]
    ends = [*(change.at for change in changes[1:]), None]
    return [Span(change.state, change.at, end) for change, end in zip(changes, ends, strict=True)]


def spans_of_commitment(steps: Iterable[tuple[str, datetime]]) -> list[Span]:
    """The time during which it was owed, once it is known that it was made."""
    moments: dict[str, datetime] = {}
    for step, at in steps:
        moments[step] = min(at, moments.get(step, at))
    made = moments.pop("made", None)
    return [] if made is None else [Span(OWED, made, max(made, min(moments.values())) if moments else None)]


def cells_of_issue(
    issue: IssueFact, steps: Iterable[IssueStepFact], stood: Sequence[Standing], zone: ZoneInfo
) -> Iterator[tuple[Cell, int]]:
    """What one issue adds to the days of a body that lives in ``zone``."""
    local = issue.submitted_at.astimezone(zone)
    on, category = local.date(), issue.category or ""
    yield Cell(Dimension.WHOLE, Measure.RAISED, on, on, ""), 1
    yield Cell(Dimension.COMMUNITY, Measure.RAISED, on, on, issue.community), 1
    yield Cell(Dimension.CATEGORY, Measure.RAISED, on, on, category), 1
    yield Cell(Dimension.HOUR, Measure.RAISED, on, on, f"{local.hour:02}"), 1
    rating = max(((step.number, step.says or "") for step in steps if step.step == Step.RATED), default=None)
    if rating is not None:
        yield Cell(Dimension.WHOLE, Measure.RATED, on, on, rating[1]), 1
    state, responded = "", False
    # Only how it stood at the end of a day is counted.
    of_days = {each.at.astimezone(zone).date(): each for each in stood}
    for changed_on, each in of_days.items():
        if each.counted_state != state:
            for counted, number in ((state, -1), (each.counted_state, 1)):
                if counted:
                    yield Cell(Dimension.WHOLE, Measure.STATE, on, changed_on, counted), number
                if counted == JOINED:
                    yield Cell(Dimension.CATEGORY, Measure.JOINED, on, changed_on, category), number
            state = each.counted_state
        if each.responded != responded:
            responded = each.responded
            yield Cell(Dimension.WHOLE, Measure.RESPONDED, on, changed_on, ""), 1 if responded else -1


def cells_of_reception(held_at: datetime, community: str, zone: ZoneInfo) -> Iterator[tuple[Cell, int]]:
    """What one reception adds to the days."""
    local = held_at.astimezone(zone)
    on = local.date()
    yield Cell(Dimension.WHOLE, Measure.RECEIVED, on, on, ""), 1
    yield Cell(Dimension.COMMUNITY, Measure.RECEIVED, on, on, community), 1
    yield Cell(Dimension.HOUR, Measure.RECEIVED, on, on, f"{local.hour:02}"), 1


def cell_of(measure: Measure, at: datetime, zone: ZoneInfo) -> Cell:
    """The cell of what is counted by its day alone."""
    on = at.astimezone(zone).date()
    return Cell(Dimension.WHOLE, measure, on, on, "")
