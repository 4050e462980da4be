"""A report in somebody's language: tables, each with its chart where it has one."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.reporting.charts.drawing import Picture
from services.reporting.definitions.figure import Value
from shared.i18n import Translator

Cell = str | int | float | None


def cell_of(value: Value, parts: Mapping[str, str]) -> Cell:
    """A number stays one; days of a month, kinds and counts by kind are written out, by the names of ``parts``."""
    if isinstance(value, dict):
        return ", ".join(f"{parts.get(part, part)} {many}" for part, many in value.items())
    return ", ".join(parts.get(str(each), str(each)) for each in value) if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table. Each row has as many cells as there are ``columns``; None is not known.

    ``percent`` names the rows, from 0, whose numbers are percentages.
    """

    key: str
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    picture: Picture | None = None
    note: str = ""
    percent: frozenset[int] = frozenset()

    @property
    def image(self) -> str:
        """The picture as an address that holds it, for what draws no SVG inside of a page."""
        assert self.picture is not None
        return "data:image/svg+xml;base64," + b64encode(self.picture.svg.encode()).decode()

    def shown(self, row: int, column: int, translator: Translator) -> str:
        """A cell as the language writes it."""
        value = self.rows[row][column]
        if value is None:
            return "–"
        if isinstance(value, str):
            return value
        if row in self.percent:
            return translator.format_percent(value / 100, 0 if value == int(value) else 1)
        return translator.format_number(value)


@dataclass(frozen=True, slots=True)
class Written:
    """A whole report in one language; ``name`` is what its file is called, without an ending."""

    name: str
    title: str
    period: str
    as_of: str
    language: str
    direction: str
    sheets: Sequence[Sheet]

    def sheet(self, key: str) -> Sheet | None:
        """The table of that key."""
        return next((sheet for sheet in self.sheets if sheet.key == key), None)
