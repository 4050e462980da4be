"""The catalogue of figures, put together of its registers (``services.reporting.definitions``).

The same keys at every tier; a parent's figures are those of its own roster and events, each child's are asked for
by the child's code. Every count is of what *occurred* in the period, whenever it was recorded.
"""

from __future__ import annotations

from collections.abc import Mapping

from services.reporting.definitions import doings, five_ones, issues, registers, research, rosters, studies
from services.reporting.definitions.figure import Figure, Value
from shared.errors import NotFound
from shared.i18n import N_

__all__ = [
    "CATALOGUE",
    "HEADLINES",
    "KEYS",
    "OUTCOME_NAMES",
    "PART_NAMES",
    "TIER_NAMES",
    "Figure",
    "Value",
    "figure_of",
]

HEADLINES = (*issues.FIGURES, *doings.FIGURES)
"""Those that stand large at the head of the page."""

CATALOGUE: tuple[Figure, ...] = (
    *HEADLINES,
    *rosters.FIGURES,
    *registers.FIGURES,
    *studies.FIGURES,
    *five_ones.FIGURES,
    *research.FIGURES,
)
"""In the order of the page. ``tier`` and ``parent`` stand beside them in JSON; they count nothing."""


def figure_of(key: str) -> Figure:
    """The definition of one figure. Raises NotFound on field ``figure``."""
    for figure in CATALOGUE:
        if figure.key == key:
            return figure
    raise NotFound("unknown-figure", "There is no figure of this name; the definitions list them all.", field="figure")


KEYS = frozenset({"tier", "parent", "rates", *(figure.key for figure in CATALOGUE)})
"""The keys of the JSON answer, no more and no fewer."""

PART_NAMES: Mapping[str, str] = {
    **registers.UNIT_KINDS,
    **studies.FORMS,
    **five_ones.ONES,
    **five_ones.NUMBERS,
    **research.FIND_KINDS,
    **research.TOPIC_STATES,
}
"""What the parts of figures are called that are counted apart by kind."""

TIER_NAMES: Mapping[str, str] = {
    "county": N_("County"),
    "prefecture": N_("Prefecture"),
    "city": N_("City"),
    "district": N_("District"),
    "region": N_("Region"),
}

OUTCOME_NAMES: Mapping[str | None, str] = {
    "solved": N_("Solved"),
    "answered": N_("Answered"),
    "planned": N_("Planned, with a commitment"),
    "referred-up": N_("Referred up"),
    "not-ours": N_("Not ours"),
    "withdrawn": N_("Withdrawn"),
    None: N_("Still open"),
}
