"""The three rates by which every hotline is judged, each with what it is a share of and who is on neither side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from services.reporting.domain import percent
from shared.i18n import N_, Translator

RateName = Literal["response", "solution", "satisfaction"]


@dataclass(frozen=True, slots=True)
class Rate:
    """``counted`` of ``of``; ``without_answer`` of all ``asked`` have nothing to say, or had nothing said to them."""

    counted: int
    of: int
    without_answer: int
    asked: int

    @property
    def percent(self) -> int | float | None:
        """Whole where it is whole, else to one decimal; None of nothing."""
        return percent(self.counted, self.of)


def rates_of(counts: Mapping[str, int]) -> dict[RateName, Rate]:
    """The rates from the counts of ``services.reporting.counting.issues``.

    An opinion without a response stands in the denominator of the response rate, since silence is what that rate is
    about; who gave no rating, and what is still open, stands in none.
    """
    raised, standing = counts["raised"], counts["opinions_collected"] - counts["withdrawn"]
    responded, closed, rated = counts["responded"], counts["closed"], counts["rated"]
    return {
        "response": Rate(responded, standing, standing - responded, standing),
        "solution": Rate(counts["opinions_solved"], closed, standing - closed, standing),
        "satisfaction": Rate(counts["satisfied"], rated, raised - rated, raised),
    }


BESIDE: Mapping[RateName, str] = {
    "response": N_("{counted} of {of}; {without_answer} had no response yet"),
    "solution": N_("{counted} of {of} closed; {without_answer} still open"),
    "satisfaction": N_("{counted} of {of} who gave a rating; of {asked} residents {without_answer} gave none"),
}
"""What always stands beside the percentage."""

RATE_OF_FIGURE: Mapping[str, RateName] = {
    "response_percent": "response",
    "solution_percent": "solution",
    "satisfaction_percent": "satisfaction",
}


def beside_percent(translator: Translator) -> Callable[[RateName, Rate], str]:
    """What stands beside the percentage of a rate, as the page says it."""

    def said(name: RateName, rate: Rate) -> str:
        counts = {key: translator.format_number(value) for key, value in asdict(rate).items()}
        return translator.sentence(BESIDE[name], **counts)

    return said
