"""A workbook with a leaf for each table of a report."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from typing import Any

from services.reporting.exports.sheets import Sheet, Written

MADE = datetime(2000, 1, 1, tzinfo=UTC)
"""What the file says of when it was made: always this, so that the same figures are the same bytes."""

_NOT_IN_A_NAME = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME = 31
_NARROWEST, _WIDEST = 10, 60


def xlsx_of(report: Written) -> bytes:
    """The workbook, from right to left where the language is. Text stays text, whatever it begins with."""
    from xlsxwriter import Workbook  # only who asks for a workbook waits for the library

    content = io.BytesIO()
    workbook = Workbook(content, {"constant_memory": True})
    workbook.set_properties({"title": report.title, "comments": f"{report.period}. {report.as_of}", "created": MADE})
    formats = {
        "head": workbook.add_format({"bold": True, "bottom": 2, "text_wrap": True}),
        "text": workbook.add_format({"text_wrap": True, "valign": "top"}),
        "number": workbook.add_format({"num_format": "#,##0.##########;-#,##0.##########;0", "valign": "top"}),
        "whole": workbook.add_format({"num_format": "#,##0", "valign": "top"}),
        "percent": workbook.add_format({"num_format": "0.0%", "valign": "top"}),
    }
    taken: set[str] = set()
    for sheet in report.sheets:
        leaf = workbook.add_worksheet(_named(sheet.title, taken))
        if report.direction == "rtl":
            leaf.right_to_left()
        leaf.set_paper(9)  # A4
        leaf.fit_to_pages(1, 0)
        _fill(leaf, sheet, report, formats)
    workbook.close()
    return content.getvalue()


def _fill(leaf: Any, sheet: Sheet, report: Written, formats: dict[str, Any]) -> None:
    for column in range(len(sheet.columns)):
        texts = [sheet.columns[column], *(str(row[column]) for row in sheet.rows)]
        leaf.set_column(column, column, min(max(2 * max(map(len, texts)), _NARROWEST), _WIDEST))
    leaf.write_string(0, 0, f"{report.title} · {sheet.title} · {report.period}")
    leaf.write_string(1, 0, report.as_of)
    for column, name in enumerate(sheet.columns):
        leaf.write_string(3, column, name, formats["head"])
    for at, row in enumerate(sheet.rows):
        for column, cell in enumerate(row):
            place = (at + 4, column)
            if isinstance(cell, str):
                leaf.write_string(*place, cell, formats["text"])
            elif cell is None:
                leaf.write_string(*place, "–", formats["text"])
            elif at in sheet.percent:
                leaf.write_number(*place, cell / 100, formats["percent"])
            else:
                leaf.write_number(*place, cell, formats["whole" if isinstance(cell, int) else "number"])
    if sheet.note:
        leaf.write_string(len(sheet.rows) + 5, 0, sheet.note)


def _named(title: str, taken: set[str]) -> str:
    name = _NOT_IN_A_NAME.sub(" ", title).strip()[:_LONGEST_NAME]
    number = 1
    while name.lower() in taken:
        number += 1
        name = f"{name[: _LONGEST_NAME - 3]} {number}"
    taken.add(name.lower())
    return name
