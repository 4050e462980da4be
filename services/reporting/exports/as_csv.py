"""A table for a spreadsheet program that opens what it is given."""

from __future__ import annotations

import csv
import io

from services.reporting.exports.sheets import Cell, Sheet

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_of(sheet: Sheet) -> bytes:
    """UTF-8 with a mark by which spreadsheets know it; text that would be a formula there has ``'`` before it."""
    text = io.StringIO(newline="")
    lines = csv.writer(text)
    lines.writerow([_safe(name) for name in sheet.columns])
    lines.writerows([_safe(cell) for cell in row] for row in sheet.rows)
    return text.getvalue().encode("utf-8-sig")


def _safe(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_BEGINS_A_FORMULA) else cell
