"""From the facts of one issue or commitment to its spans and to what it adds to the days. Pure; order never matters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise
from operator import attrgetter
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
    begun = issue.submitted_at
    found: list[Standing] = []
    highest: dict[str, int] = {}
    counted: Counter[str] = Counter()
    outcome = ""
    for step in sorted(steps, key=attrgetter("occurred_at")):
        kind, number = step.step, step.number
        at = max(step.occurred_at, begun)
        if not found and at > begun:
            found.append(Standing(begun, "submitted", False))
        counted[kind] += 1
        if number > highest.get(kind, 0):
            highest[kind] = number
            if kind == Step.CLOSED:
                outcome = step.says or ""
        now = Standing(at, _state(highest, counted, outcome), bool(counted[Step.ACCEPTED] or counted[Step.CLOSED]))
        if found and found[-1].at == at:
            found[-1] = now
        else:
            found.append(now)
    return found or [Standing(begun, "submitted", False)]


def _state(highest: Mapping[str, int], counted: Mapping[str, int], outcome: str) -> str:
    if highest.get(Step.JOINED, 0) > highest.get(Step.SPLIT, 0):
        return JOINED
    if counted[Step.WITHDRAWN]:
        return WITHDRAWN
    if counted[Step.CLOSED] > counted[Step.REOPENED]:
        return outcome
    return "accepted" if counted[Step.ACCEPTED] else "assigned" if counted[Step.ASSIGNED] else "submitted"


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
