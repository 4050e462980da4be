"""What the figures of the five ones (五个一) count; their queries are in ``counting.five_ones``."""

from __future__ import annotations

from collections.abc import Mapping

from services.reporting.definitions.figure import Figure
from shared.i18n import N_

ONES: Mapping[str, str] = {
    "talk": N_("Talk"),
    "good_deed": N_("Good deed"),
    "survey": N_("Survey"),
    "opinion": N_("Opinion handed in"),
    "micro_consultation": N_("Micro-consultation"),
}
NUMBERS: Mapping[str, str] = {
    "0": N_("Not one of them"),
    "1": N_("One of them"),
    "2": N_("Two of them"),
    "3": N_("Three of them"),
    "4": N_("Four of them"),
    "5": N_("All five"),
}

_YEAR = N_("The whole calendar year in which the period ends, as the body counted it last; no period within a year.")
_SOURCE = ("five-ones.counted",)

FIGURES: tuple[Figure, ...] = (
    Figure(
        key="five_ones_per_member_per_year",
        name=N_("Five ones of each member"),
        definition=N_("Which of the five the body asks of every member in the year."),
        formula=N_("as the body decided"),
        source=_SOURCE,
        rule=_YEAR,
        adds_up=False,
    ),
    Figure(
        key="five_ones_targets",
        name=N_("Five ones asked of each member"),
        definition=N_("How many of each of the five the body asks of every member in the year."),
        formula=N_("as the body decided"),
        source=_SOURCE,
        rule=_YEAR,
        adds_up=False,
    ),
    Figure(
        key="five_ones_members",
        name=N_("Members of whom the five ones are asked"),
        definition=N_("Members attached to a station when the year was counted last."),
        formula=N_("as the body counted itself"),
        source=_SOURCE,
        rule=_YEAR,
    ),
    Figure(
        key="five_ones_done",
        name=N_("Members who did each of the five"),
        definition=N_("How many of these members did as many of each as are asked; who they are, no report says."),
        formula=N_("as the body counted itself"),
        source=_SOURCE,
        rule=_YEAR,
    ),
    Figure(
        key="five_ones_by_number",
        name=N_("Members by how many of the five they did"),
        definition=N_("How many of these members did none, one, two, three, four or all of what is asked."),
        formula=N_("as the body counted itself"),
        source=_SOURCE,
        rule=_YEAR,
    ),
    Figure(
        key="five_ones_complete",
        name=N_("Members who did all of the five"),
        definition=N_("How many of these members did all that is asked of each in the year."),
        formula=N_("as the body counted itself"),
        source=_SOURCE,
        rule=_YEAR,
    ),
)
