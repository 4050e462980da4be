"""What the figures of study sessions count; their queries are in ``counting.studies``."""

from __future__ import annotations

from collections.abc import Mapping

from services.reporting.definitions.figure import Figure
from shared.i18n import N_

FORMS: Mapping[str, str] = {
    "self": N_("By oneself"),
    "led": N_("Led by somebody"),
    "joint": N_("Together with others"),
}

_SOURCE = ("activity.recorded",)
_ONCE = N_("Each is counted once at its station, however many members took part.")

FIGURES: tuple[Figure, ...] = (
    Figure(
        key="study_sessions",
        name=N_("Study sessions"),
        definition=N_("Activities of the kind study session in the period, of every form and of none."),
        formula=N_("number of activities of the kind study session"),
        source=_SOURCE,
        rule=_ONCE,
    ),
    Figure(
        key="study_sessions_by_form",
        name=N_("Study sessions by form"),
        definition=N_(
            "Of the study sessions, those by oneself, led, and held together; one recorded without its form is in none."
        ),
        formula=N_("number of study sessions of each form"),
        source=_SOURCE,
        rule=_ONCE,
    ),
)
