"""The rule of a body: in which order its members are compared, and how long they have. Data, kept in versions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from services.routing.domain.people import Load, Matter, Nearness, Standing


class Criterion(StrEnum):
    """What can put one member before the next."""

    NEARNESS = "nearness"
    """The station that serves the community before the township, the township before the rest of the body."""
    DUTY = "duty"
    """On duty today, where the issue came in at the desk."""
    MATTER = "matter"
    LANGUAGE = "language"
    COMMUNITY = "community"
    """Covers the very community."""
    LOAD = "load"
    """Fewest open orders."""
    RECENT = "recent"
    """Fewest orders given lately."""
    TURN = "turn"
    """Longest not asked."""
    CODE = "code"
    """The lower code: always last, so that the answer is always the same."""


OF_THE_MOMENT = frozenset({Criterion.LOAD, Criterion.RECENT, Criterion.TURN, Criterion.CODE})
"""Criteria that change with every order; the others follow from the roster, the day and the matter alone."""

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_RING = {Nearness.COMMUNITY: 0, Nearness.STATION: 0, Nearness.TOWNSHIP: 1, Nearness.BODY: 2}


def key_of_nearness(nearness: Nearness) -> int:
    """Community and station are one ring, the township and the rest of the body two more."""
    return _RING[nearness]


def key_of_load(criterion: Criterion, member: str, load: Load) -> Any:
    """The same as :func:`key_of`, of one of :data:`OF_THE_MOMENT`, for a member whose load alone is known."""
    if criterion is Criterion.LOAD:
        return load.open_orders
    if criterion is Criterion.RECENT:
        return load.recent_orders
    return (load.last_assigned_at or _LONG_AGO) if criterion is Criterion.TURN else member


_KEYS: Mapping[Criterion, Callable[[Standing], Any]] = {
    Criterion.NEARNESS: lambda standing: key_of_nearness(standing.nearness),
    Criterion.DUTY: lambda standing: standing.on_duty is False,
    Criterion.MATTER: lambda standing: not standing.knows_matter,
    Criterion.LANGUAGE: lambda standing: not standing.speaks_language,
    Criterion.COMMUNITY: lambda standing: standing.nearness is not Nearness.COMMUNITY,
    Criterion.LOAD: lambda standing: standing.open_orders,
    Criterion.RECENT: lambda standing: standing.recent_orders,
    Criterion.TURN: lambda standing: standing.last_assigned_at or _LONG_AGO,
    Criterion.CODE: lambda standing: standing.member,
}


def key_of(criterion: Criterion, standing: Standing) -> Any:
    """By which members are compared under ``criterion``: the smaller, the sooner asked."""
    return _KEYS[criterion](standing)


@dataclass(frozen=True, slots=True)
class Rule:
    """Who comes before whom.

    ``criteria`` are compared in their order, then the code; one that is left out is not looked at.
    ``matter_first_for``: categories for which knowing the matter comes before nearness; ``language_first_for``: the
    same of speaking the resident's language. ``duty_channels``: by which an issue comes in at the desk.
    ``recent_days``: how long an order counts as given lately. ``answer_within``: working hours; ``return_within``:
    working days from its submission in which an issue of another body can be given back.
    """

    criteria: tuple[Criterion, ...]
    matter_first_for: frozenset[str] = frozenset()
    language_first_for: frozenset[str] = frozenset()
    duty_channels: frozenset[str] = frozenset({"walk-in", "phone"})
    recent_days: int = 30
    answer_within: float = 16
    return_within: int = 7

    def order_for(self, matter: Matter) -> tuple[Criterion, ...]:
        """The criteria as they are compared for ``matter``."""
        nearness = Criterion.NEARNESS
        if nearness not in self.criteria:
            return (*self.criteria, Criterion.CODE)
        sooner = [
            criterion
            for criterion, categories in (
                (Criterion.MATTER, self.matter_first_for),
                (Criterion.LANGUAGE, self.language_first_for),
            )
            if matter.category in categories and criterion in self.criteria[self.criteria.index(nearness) :]
        ]
        others = [criterion for criterion in self.criteria if criterion not in sooner]
        place = others.index(nearness)
        return (*others[:place], *sooner, *others[place:], Criterion.CODE)


USUAL = Rule(
    criteria=(
        Criterion.NEARNESS,
        Criterion.DUTY,
        Criterion.MATTER,
        Criterion.LANGUAGE,
        Criterion.COMMUNITY,
        Criterion.LOAD,
        Criterion.RECENT,
        Criterion.TURN,
    )
)
"""What holds until a body says otherwise: 就近、就地、就事."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a rule: the field as the sender names it, and a code for the sentence."""

    field: str
    code: str


def faults_of(criteria: tuple[Criterion, ...]) -> list[Fault]:
    """What is wrong with an order of criteria: none at all, one twice, or the code, which is always last."""
    if not criteria:
        return [Fault("criteria", "no-criteria")]
    wrong = []
    for place, criterion in enumerate(criteria):
        if criterion is Criterion.CODE:
            wrong.append(Fault(f"criteria[{place}].criterion", "code-is-last"))
        elif criterion in criteria[:place]:
            wrong.append(Fault(f"criteria[{place}].criterion", "criterion-twice"))
    return wrong
