"""What members held and made besides the issues."""

from __future__ import annotations

from services.reporting.definitions.figure import Figure
from shared.i18n import N_

FIGURES: tuple[Figure, ...] = (
    Figure(
        "consultations",
        N_("Consultations"),
        N_("Consultations held in the period; planned ones are not counted."),
        formula=N_("number of consultations held"),
        source=("consultation.held",),
    ),
    Figure(
        "surveys_and_inspections",
        N_("Surveys and inspections"),
        N_("Surveys and inspections made in the period."),
        formula=N_("number of surveys and inspections"),
        source=("survey.made",),
        rule=N_("Each is counted once at its station, however many members took part."),
    ),
    Figure(
        "policy_talks",
        N_("Policy talks"),
        N_("Activities of the kind talk in the period, each counted once however many members took part."),
        formula=N_("number of activities of the kind talk"),
        source=("activity.recorded",),
        rule=N_("Each is counted once at its station, however many members took part."),
    ),
)
