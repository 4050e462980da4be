"""A report in somebody's language: tables, each with its chart where it has one."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.reporting.charts.drawing import WIDTH, Picture
from services.reporting.definitions.figure import Value
from shared.i18n import Translator

PRINTED_WIDTH, PRINTED_HEIGHT, PAGE_HEIGHT = 360, 440, 860
"""In CSS pixels, of a picture and of what A4 leaves between its margins."""

Cell = str | int | float | None


def cell_of(value: Value, parts: Mapping[str, str]) -> Cell:
    """A number stays one; days of a month, kinds and counts by kind are written out, by the names of ``parts``."""
    if isinstance(value, dict):
        return ", ".join(f"{parts.get(part, part)} {many}" for part, many in value.items()) or None
    return ", ".join(parts.get(str(each), str(each)) for each in value) or None if isinstance(value, list) else value


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
        """The picture without its texts, as an address that holds it."""
        assert self.picture is not None
        return "data:image/svg+xml;base64," + b64encode(self.picture.shapes.encode()).decode()

    @property
    def printed(self) -> tuple[int, int]:
        """Width and height of the picture on A4, in CSS pixels: half a page at the most."""
        assert self.picture is not None
        width = min(PRINTED_WIDTH, PRINTED_HEIGHT * WIDTH / self.picture.height)
        return round(width), round(width * self.picture.height / WIDTH)

    @property
    def is_long(self) -> bool:
        """Whether table and picture together may go over to a next page."""
        return 28 * len(self.rows) + (self.printed[1] if self.picture else 0) > PAGE_HEIGHT

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
