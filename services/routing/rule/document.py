"""A rule as the API and the database write it: an ordered list of criteria, each with its options."""

from __future__ import annotations

from collections.abc import Collection
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from services.routing.domain.rule import USUAL, Criterion, Rule, faults_of
from shared.contracts.words import Channel
from shared.errors import DomainError
from shared.i18n import N_
from shared.web.fields import Code

Codes = Annotated[tuple[Code, ...], Field(max_length=200)]
Named = Literal["nearness", "duty", "matter", "language", "community", "load", "recent", "turn"]
"""The criteria that a body puts in order. The code comes last by itself."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CriterionEntry(_Part):
    """One criterion. The first two options are those of ``nearness``, then of ``duty``, then of ``recent``."""

    criterion: Named
    matter_beats_nearness_for: Codes = ()
    language_beats_nearness_for: Codes = ()
    channels: Annotated[tuple[Channel, ...], Field(max_length=10)] = ()
    days: Annotated[int, Field(ge=1, le=366)] | None = None


class RuleDocument(_Part):
    """A whole rule. ``answer_within_working_hours``: before an order passes on; ``return_within_working_days``: in
    which an issue of another body can be given back, counted from its submission."""

    criteria: Annotated[tuple[CriterionEntry, ...], Field(max_length=20)]
    answer_within_working_hours: Annotated[float, Field(gt=0, le=400)] = USUAL.answer_within
    return_within_working_days: Annotated[int, Field(ge=1, le=60)] = USUAL.return_within

    @classmethod
    def of(cls, rule: Rule) -> RuleDocument:
        """``rule`` as it is written."""
        return cls(
            criteria=tuple(_entry(criterion, rule) for criterion in rule.criteria),
            answer_within_working_hours=rule.answer_within,
            return_within_working_days=rule.return_within,
        )

    def rule(self) -> Rule:
        """What is meant."""
        options = {Criterion(each.criterion): each for each in self.criteria}
        nearness, duty = options.get(Criterion.NEARNESS), options.get(Criterion.DUTY)
        recent = options.get(Criterion.RECENT)
        return Rule(
            criteria=tuple(Criterion(each.criterion) for each in self.criteria),
            matter_first_for=frozenset(nearness.matter_beats_nearness_for if nearness else ()),
            language_first_for=frozenset(nearness.language_beats_nearness_for if nearness else ()),
            duty_channels=frozenset(duty.channels if duty and duty.channels else USUAL.duty_channels),
            recent_days=recent.days if recent and recent.days else USUAL.recent_days,
            answer_within=self.answer_within_working_hours,
            return_within=self.return_within_working_days,
        )

    def check(self, categories: Collection[str]) -> None:
        """Refuse what cannot be meant; ``categories`` are those of the roster. Raises DomainError on its field."""
        for fault in faults_of(tuple(Criterion(each.criterion) for each in self.criteria)):
            raise DomainError(fault.code, _SENTENCES[fault.code], field=fault.field)
        for place, each in enumerate(self.criteria):
            self._check_options(place, each)
            for option in ("matter_beats_nearness_for", "language_beats_nearness_for"):
                for index, category in enumerate(getattr(each, option)):
                    if category not in categories:
                        raise DomainError(
                            "unknown-category",
                            "Nobody in the roster knows this matter, and no department answers for it.",
                            field=f"criteria[{place}].{option}[{index}]",
                        )

    def _check_options(self, place: int, entry: CriterionEntry) -> None:
        there = {criterion.criterion for criterion in self.criteria}
        for option, owner, needed in _OPTIONS:
            field = f"criteria[{place}].{option}"
            if getattr(entry, option) and entry.criterion != owner:
                raise DomainError("option-not-here", "This option belongs to another criterion.", field=field)
            if getattr(entry, option) and needed not in there:
                raise DomainError(
                    "criterion-needed",
                    "What comes before nearness must be a criterion of the rule itself.",
                    field=field,
                )


_OPTIONS = (
    ("matter_beats_nearness_for", "nearness", "matter"),
    ("language_beats_nearness_for", "nearness", "language"),
    ("channels", "duty", "duty"),
    ("days", "recent", "recent"),
)
"""Each option, whose it is, and which criterion it needs."""

_SENTENCES = {
    "no-criteria": N_("A rule needs at least one criterion."),
    "criterion-twice": N_("Each criterion stands in a rule once."),
    "code-is-last": N_("The order of codes comes last by itself."),
}


def _entry(criterion: Criterion, rule: Rule) -> CriterionEntry:
    entry = CriterionEntry(criterion=criterion.value)
    if criterion is Criterion.NEARNESS:
        first = {
            "matter_beats_nearness_for": tuple(sorted(rule.matter_first_for)),
            "language_beats_nearness_for": tuple(sorted(rule.language_first_for)),
        }
        return entry.model_copy(update=first)
    if criterion is Criterion.DUTY:
        return entry.model_copy(update={"channels": tuple(sorted(rule.duty_channels))})
    if criterion is Criterion.RECENT:
        return entry.model_copy(update={"days": rule.recent_days})
    return entry
