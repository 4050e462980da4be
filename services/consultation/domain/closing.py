"""How a case may end, what must be said with each end, and how the ending is graded."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Outcome(StrEnum):
    """How a case ended: kept apart, so that an explanation is never counted as a solution."""

    SOLVED = "solved"
    ANSWERED = "answered"
    """Explained: nothing could be done, and the resident was told why."""
    PLANNED = "planned"
    """Not done yet, but promised: a commitment stands for it and is followed until it is kept."""
    REFERRED_UP = "referred-up"
    NOT_OURS = "not-ours"
    """Somebody else is competent, and the resident was told who."""
    WITHDRAWN = "withdrawn"
    """The resident took it back."""


class Quality(StrEnum):
    """The four grades by which replies to proposals are filed (办理结果分类)."""

    SOLVED = "A"
    STARTED = "B"
    PLANNED = "C"
    EXPLAINED = "D"


GRADES: Mapping[Outcome, tuple[Quality, ...]] = {
    Outcome.SOLVED: (Quality.SOLVED, Quality.STARTED),
    Outcome.PLANNED: (Quality.PLANNED, Quality.STARTED),
    Outcome.ANSWERED: (Quality.EXPLAINED,),
}
"""The grades that an outcome admits, the one it is given unless somebody says otherwise first. Started (B) is what
is solved in the main and still going on, or planned and already begun. What was handed to others has no grade."""


def default_quality(outcome: Outcome) -> Quality | None:
    """The grade of an outcome of which nothing else was said; None where this body did not settle it."""
    return next(iter(GRADES.get(outcome, ())), None)


def admits(outcome: Outcome, quality: Quality) -> bool:
    """Whether a case that ended so may be graded so: an explanation is not a solution."""
    return quality in GRADES.get(outcome, ())


class ResidentsWord(StrEnum):
    """What the resident says of a closed case, beside what the body says."""

    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    SILENT = "silent"
    """Nothing was heard within the body's window."""
