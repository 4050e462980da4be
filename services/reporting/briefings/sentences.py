"""A briefing in words: sentences made of figures, and of nothing that anybody wrote."""

from __future__ import annotations

from collections.abc import Iterator

from services.reporting.briefings.facts import WeekFacts
from services.reporting.figures import CATALOGUE
from services.reporting.lateness import DEADLINES
from shared.i18n import N_, Translator
from shared.i18n.vocabulary import category_name

TOLD = (
    "residents_received",
    "opinions_collected",
    "opinions_solved",
    "opinions_answered",
    "consultations",
    "surveys_and_inspections",
    "policy_talks",
)
"""Those that a week can change; who is satisfied says little of a week, and nothing without how many were asked."""

MOST_MATTERS = 3


def title_of(facts: WeekFacts, translator: Translator) -> str:
    """What the briefing is called."""
    first, last = (translator.format_date(on) for on in (facts.period.from_on, facts.period.to_on))
    return translator.sentence(N_("Weekly briefing, {first} – {last}"), first=first, last=last)


def sentences_of(facts: WeekFacts, translator: Translator) -> list[str]:
    """What happened, each figure beside that of the week before."""
    return [*_figures(facts, translator), *_matters(facts, translator), *_missed(facts, translator)]


def _figures(facts: WeekFacts, translator: Translator) -> Iterator[str]:
    names = {figure.key: figure.name for figure in CATALOGUE}
    for key in TOLD:
        now, before = facts.figures.get(key), facts.before.get(key)
        if not isinstance(now, int) or not isinstance(before, int):
            continue
        if now > before:
            said = N_("{name}: {now}, {change} more than in the week before.")
        elif now < before:
            said = N_("{name}: {now}, {change} fewer than in the week before.")
        else:
            said = N_("{name}: {now}, as many as in the week before.")
        number = translator.format_number
        yield translator.sentence(
            said, name=translator.gettext(names[key]), now=number(now), change=number(abs(now - before))
        )


def _matters(facts: WeekFacts, translator: Translator) -> Iterator[str]:
    named = [
        (translator.gettext(category_name(code)), issues)
        for code, issues in facts.series.categories()[: MOST_MATTERS + 1]
        if code is not None
    ]
    matters = [f"{name} {translator.format_number(issues)}" for name, issues in named[:MOST_MATTERS]]
    if matters:
        yield translator.sentence(N_("Most issues were about: {matters}."), matters=" · ".join(matters))


def _missed(facts: WeekFacts, translator: Translator) -> Iterator[str]:
    late = [
        f"{translator.gettext(DEADLINES[each.kind])} {translator.format_number(each.missed)}"
        for each in facts.deadlines
        if each.missed
    ]
    if late:
        yield translator.sentence(N_("Not done in time: {late}."), late=" · ".join(late))
    else:
        yield translator.gettext(N_("Nothing was late."))
