"""A document as PDF, on A4, by WeasyPrint; its library for text, Pango, belongs to the system.

Fonts are the system's too: Chinese wants one of Noto CJK or WenQuanYi, Uyghur and Kazakh one of Noto Arabic.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from services.reporting.charts.drawing import WIDTH, Placed
from services.reporting.exports.sheets import Written
from shared.errors import DomainError
from shared.i18n import N_

_SHEET = Path(__file__).with_name("printed.css")
_BASE = 0.86
"""How far below the top of a line its base line is, in sizes of the font."""
_HALF = 40
"""Half of the room, in units, for a text that is written around its middle."""


class CannotPrint(DomainError):
    """This machine makes no PDF."""

    status = 501


class Printer:
    """Makes one document after the other, beside the loop: each takes a second of a core, and tens of megabytes."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(1)

    async def pdf_of(self, html: str, report: Written) -> bytes:
        """``html``, which shows ``report``; the same bytes for the same. Raises :class:`CannotPrint` without Pango."""
        async with self._turn:
            return await asyncio.to_thread(_print, html, _SHEET.read_text() + positions(report))


def positions(report: Written) -> str:
    """Where the texts of the pictures stand, as a style sheet.

    WeasyPrint draws the text of an SVG letter by letter from the left, which tears Arabic script to pieces; so shapes
    are an image, and the texts stand over it as text of the page.
    """
    rules = []
    for sheet in report.sheets:
        if sheet.picture is None:
            continue
        width, height = sheet.printed
        rules.append(f"#p-{sheet.key} {{ width: {width}px; height: {height}px }}")
        unit = width / WIDTH
        for number, text in enumerate(sheet.picture.texts):
            top = (text.y - _BASE * text.size) * unit
            rules.append(
                f"#p-{sheet.key}-{number} {{ top: {top:.1f}px; {_across(text, unit)}; color: {text.colour}; "
                f"font-size: {text.size * unit:.1f}px }}"
            )
    return "\n".join(rules)


def _across(text: Placed, unit: float) -> str:
    if text.side == "start":
        return f"left: {text.x * unit:.1f}px"
    if text.side == "end":
        return f"right: {(WIDTH - text.x) * unit:.1f}px"
    return f"left: {(text.x - _HALF) * unit:.1f}px; width: {2 * _HALF * unit:.1f}px; text-align: center"


def _print(html: str, style: str) -> bytes:
    try:
        weasyprint = weasyprint_module()
    except OSError as error:
        raise CannotPrint(
            "no-pdf", N_("This body's machine cannot make PDF files: the library Pango is missing. Print the page.")
        ) from error

    class OwnData(weasyprint.URLFetcher):  # type: ignore[misc, name-defined]
        """Opens what the document holds itself, and nothing of this machine or of another."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            if not url.startswith("data:image/svg+xml;base64,"):
                raise ValueError("a report holds everything itself")
            return super().fetch(url, headers)

    document = weasyprint.HTML(string=html, url_fetcher=OwnData(allowed_protocols=["data"]))
    sheet = weasyprint.CSS(string=style)
    made: bytes = document.write_pdf(pdf_tags=True, presentational_hints=True, stylesheets=[sheet])
    return made


def weasyprint_module() -> Any:
    """The library; raises OSError where the system lacks Pango."""
    import weasyprint  # half a second and 50 MB, for those who print

    return weasyprint
