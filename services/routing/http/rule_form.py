"""The form of the rule: a place for each criterion, and the options beside it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from services.routing.domain.rule import Criterion
from services.routing.http.bodies import Input
from services.routing.rule.document import Codes, CriterionEntry, RuleDocument
from services.routing.rule.store import RuleVersion
from shared.contracts.words import Channel
from shared.errors import DomainError
from shared.web.forms import Form

Place = Annotated[int, Field(ge=1, le=8)] | None

_BESIDE = (
    ("matter_beats_nearness_for", "matter_first"),
    ("language_beats_nearness_for", "language_first"),
    ("channels", "channels"),
    ("days", "days"),
    ("answer_within_working_hours", "answer_within"),
    ("return_within_working_days", "return_within"),
    ("criteria", "place.nearness"),
)


class Places(Input):
    """Where each criterion stands; without a place it is not looked at."""

    nearness: Place = None
    duty: Place = None
    matter: Place = None
    language: Place = None
    community: Place = None
    load: Place = None
    recent: Place = None
    turn: Place = None


class RuleForm(Input):
    """A whole rule as somebody fills it in; ``based_on`` is the version they saw."""

    based_on: Annotated[int, Field(ge=0)]
    place: Places = Places()
    matter_first: Codes = ()
    language_first: Codes = ()
    channels: tuple[Channel, ...] = ()
    days: Annotated[int, Field(ge=1, le=366)] | None = None
    answer_within: Annotated[float, Field(gt=0, le=400)]
    return_within: Annotated[int, Field(ge=1, le=60)]

    def document(self) -> RuleDocument:
        """The rule that is meant. Raises DomainError on a place that is taken twice."""
        taken: dict[int, str] = {}
        for name, place in self.place.model_dump(exclude_none=True).items():
            if place in taken:
                raise DomainError("place-twice", "This place is taken by another criterion.", field=f"place.{name}")
            taken[place] = name
        return RuleDocument(
            criteria=tuple(self._entry(taken[place]) for place in sorted(taken)),
            answer_within_working_hours=self.answer_within,
            return_within_working_days=self.return_within,
        )

    def _entry(self, name: str) -> CriterionEntry:
        options: dict[str, Any] = {}
        if name == Criterion.NEARNESS:
            options = {
                "matter_beats_nearness_for": tuple(sorted(self.matter_first)),
                "language_beats_nearness_for": tuple(sorted(self.language_first)),
            }
        elif name == Criterion.DUTY:
            options = {"channels": tuple(sorted(self.channels))}
        elif name == Criterion.RECENT:
            options = {"days": self.days}
        return CriterionEntry.model_validate({"criterion": name, **options})

    @staticmethod
    def beside(error: DomainError) -> DomainError:
        """The same refusal beside the field of the form that it is about."""
        named = error.field or ""
        beside = next((field for part, field in _BESIDE if part in named), named)
        moved = DomainError(error.code, error.title, field=beside, **error.params)
        moved.status = error.status
        return moved


def filled(present: RuleVersion) -> Form[Any]:
    """The form with what holds now."""
    document = present.document
    entered: dict[str, tuple[str, ...]] = {
        "based_on": (str(present.version),),
        "answer_within": (f"{document.answer_within_working_hours:g}",),
        "return_within": (str(document.return_within_working_days),),
    }
    for place, entry in enumerate(document.criteria, start=1):
        entered[f"place.{entry.criterion}"] = (str(place),)
        if entry.criterion == "nearness":
            entered["matter_first"] = entry.matter_beats_nearness_for
            entered["language_first"] = entry.language_beats_nearness_for
        elif entry.criterion == "duty":
            entered["channels"] = entry.channels
        elif entry.criterion == "recent" and entry.days:
            entered["days"] = (str(entry.days),)
    return Form(entered=entered)
