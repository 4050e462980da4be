"""The catalogue of figures: what each is called, exactly what it counts, and of what it is a share.

The same keys at every tier; a parent's figures are those of its own roster and events, each child's are asked for
by the child's code. Every count is of what *occurred* in the period, whenever it was recorded.
"""

from __future__ import annotations

from collections.abc import Mapping

from services.reporting.definitions import registers
from services.reporting.definitions.figure import Figure, Value
from shared.i18n import N_

__all__ = ["CATALOGUE", "KEYS", "OUTCOME_NAMES", "PART_NAMES", "TIER_NAMES", "Figure", "Value"]

CATALOGUE: tuple[Figure, ...] = (
    Figure(
        "residents_received",
        N_("Residents received"),
        N_("Receptions held in the period, online and in person, whether or not an issue came of them."),
    ),
    Figure(
        "opinions_collected",
        N_("Opinions collected"),
        N_(
            "Issues that residents submitted in the period, withdrawn ones included; what several residents raised "
            "and is worked on together is one."
        ),
    ),
    Figure(
        "opinions_solved",
        N_("Opinions solved"),
        N_("Of the opinions collected, those that stood closed as solved at the end of the period."),
    ),
    Figure(
        "opinions_answered",
        N_("Opinions answered"),
        N_("Of the opinions collected, those that stood closed as answered at the end of the period."),
    ),
    Figure(
        "satisfaction_percent",
        N_("Satisfaction"),
        N_(
            "Of the residents who raised issues in the period, those whose latest rating is “satisfied”, whenever it "
            "was given."
        ),
        N_("Those residents who gave a rating; who gave none is on neither side."),
    ),
    Figure(
        "consultations",
        N_("Consultations"),
        N_("Consultations held in the period; planned ones are not counted."),
    ),
    Figure(
        "surveys_and_inspections",
        N_("Surveys and inspections"),
        N_("Surveys and inspections made in the period."),
    ),
    Figure(
        "policy_talks",
        N_("Policy talks"),
        N_("Activities of the kind talk in the period, each counted once however many members took part."),
    ),
    Figure(
        "members",
        N_("Members"),
        N_("Active members in the newest roster, whatever the period."),
    ),
    Figure(
        "stations",
        N_("Stations"),
        N_("Stations in the newest roster, whatever the period."),
    ),
    Figure(
        "stations_in_townships",
        N_("Stations in townships"),
        N_("Of the stations, those of the kind township."),
    ),
    Figure(
        "duty_days_per_month",
        N_("Duty days per month"),
        N_("Days of each month on which members are at their stations, by the newest roster."),
    ),
    *registers.FIGURES,
)
"""In the order of the page. ``tier`` and ``parent`` stand beside them in JSON; they count nothing."""

KEYS = frozenset({"tier", "parent", *(figure.key for figure in CATALOGUE)})
"""The keys of the JSON answer, no more and no fewer."""

PART_NAMES: Mapping[str, str] = {
    **registers.UNIT_KINDS,
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
