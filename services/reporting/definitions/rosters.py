"""What a body has, as it counted itself."""

from __future__ import annotations

from services.reporting.definitions.figure import Figure
from shared.i18n import N_

_COUNTED = N_("as the body counted itself in its newest roster")
_SOURCE = ("roster.published",)

FIGURES: tuple[Figure, ...] = (
    Figure(
        "members",
        N_("Members"),
        N_("Active members in the newest roster, whatever the period."),
        formula=_COUNTED,
        source=_SOURCE,
    ),
    Figure(
        "stations",
        N_("Stations"),
        N_("Stations in the newest roster, whatever the period."),
        formula=_COUNTED,
        source=_SOURCE,
    ),
    Figure(
        "stations_in_townships",
        N_("Stations in townships"),
        N_("Of the stations, those of the kind township."),
        formula=_COUNTED,
        source=_SOURCE,
    ),
    Figure(
        "duty_days_per_month",
        N_("Duty days per month"),
        N_("Days of each month on which members are at their stations, by the newest roster."),
        formula=_COUNTED,
        source=_SOURCE,
        adds_up=False,
    ),
)
