"""What a rule looked at, criterion by criterion, as a reader sees it: names, values, and the two who were compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.routing.domain.people import Nearness
from services.routing.domain.rule import Criterion
from services.routing.reasons import Why
from shared.i18n import N_, Translator

CRITERIA: Mapping[Criterion, str] = {
    Criterion.NEARNESS: N_("Nearness"),
    Criterion.DUTY: N_("On duty today"),
    Criterion.MATTER: N_("Knows the matter"),
    Criterion.LANGUAGE: N_("Speaks the language"),
    Criterion.COMMUNITY: N_("Covers the community"),
    Criterion.LOAD: N_("Open orders"),
    Criterion.RECENT: N_("Orders given lately"),
    Criterion.TURN: N_("Last order"),
    Criterion.CODE: N_("Code"),
}
_NEARNESS = {
    Nearness.COMMUNITY: N_("In the community"),
    Nearness.STATION: N_("At the station"),
    Nearness.TOWNSHIP: N_("In the township"),
    Nearness.BODY: N_("In the body"),
}


@dataclass(frozen=True, slots=True)
class Compared:
    """One criterion and what the two were worth; ``decided``: it told them apart."""

    criterion: str
    value: str
    next: str
    decided: bool


def compared(why: Why, translator: Translator, moment: Callable[[datetime], str]) -> list[Compared]:
    """Every criterion of a decision by the rule, in its order; nothing for what was chosen otherwise.

    ``moment`` writes a moment in the body's zone.
    """
    following = why.get("next")
    return [
        Compared(
            translator.gettext(CRITERIA[criterion]),
            value(criterion, each["value"], translator, moment),
            value(criterion, each["next"], translator, moment) if following else "–",
            decided=why["decided_by"] == criterion,
        )
        for each in why.get("criteria", ())
        if (criterion := Criterion(each["criterion"])) is not Criterion.DUTY or each["value"] is not None
    ]


def value(criterion: Criterion, worth: Any, translator: Translator, moment: Callable[[datetime], str]) -> str:
    """What somebody is worth under a criterion, in the reader's words."""
    if criterion is Criterion.NEARNESS:
        return translator.gettext(_NEARNESS[Nearness(worth)])
    if criterion in (Criterion.LOAD, Criterion.RECENT):
        return translator.format_number(worth)
    if criterion is Criterion.TURN:
        return moment(datetime.fromisoformat(worth)) if worth else translator.gettext("Never")
    if criterion is Criterion.CODE:
        return str(worth)
    return translator.gettext("Yes") if worth else translator.gettext("No")
