"""Public figures in somebody's language, as tables with their pictures."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.reporting.charts import pictures
from services.reporting.charts.drawing import Drawing
from services.reporting.exports.sheets import Cell, Sheet, cell_of
from services.reporting.figures import CATALOGUE, OUTCOME_NAMES
from services.reporting.public.figures import PublicFigures
from shared.i18n import N_, Translator
from shared.i18n.vocabulary import CHANNELS, category_name

_TITLES = {
    "trend": (N_("Issues submitted, by week"), N_("Week from")),
    "categories": (N_("Issues by category"), N_("Category")),
    "channels": (N_("Issues by the way they came"), N_("Way")),
    "outcomes": (N_("Issues by how they stood at the end"), N_("Outcome")),
}


def public_words(found: PublicFigures, translator: Translator) -> Sequence[Sheet]:
    """The figures first, then each table that is shown."""
    _ = translator.gettext
    figures = [
        (_(each.name), cell_of(found.figures[each.key], {}), _(each.definition))
        for each in CATALOGUE
        if each.key in found.figures
    ]
    sheets = [Sheet("figures", _(N_("Figures")), ["", "", ""], figures)]
    for key, rows in found.tables.items():
        title, label = (_(text) for text in _TITLES[key])
        named: list[tuple[str, int | None]] = [(_name(key, code, translator), issues) for code, issues in rows]
        drawing = Drawing(key, title, title, rtl=translator.direction == "rtl")
        picture = pictures.bars(drawing, named, translator.format_number) if named else None
        cells: Sequence[Sequence[Cell]] = named
        sheets.append(Sheet(key, title, [label, _(N_("Issues"))], cells, picture))
    return sheets


def _name(key: str, code: str | None, translator: Translator) -> str:
    _ = translator.gettext
    if key == "trend":
        return translator.format_date(date.fromisoformat(code or ""))
    if key == "outcomes":
        return _(OUTCOME_NAMES.get(code, code or ""))
    if code is None:
        return _(N_("No category"))
    if key == "channels":
        return _(CHANNELS.get(code, code))
    return _(category_name(code))
