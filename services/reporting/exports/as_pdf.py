"""A document as PDF, on A4, by WeasyPrint; its library for text, Pango, belongs to the system.

Fonts are the system's too: Chinese wants one of Noto CJK or WenQuanYi, Uyghur and Kazakh one of Noto Arabic.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from shared.errors import DomainError
from shared.i18n import N_

_SHEET = Path(__file__).with_name("printed.css")


class CannotPrint(DomainError):
    """This machine makes no PDF."""

    status = 501


class Printer:
    """Makes one document after the other, beside the loop: each takes a second of a core, and tens of megabytes."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(1)

    async def pdf_of(self, html: str) -> bytes:
        """The same bytes for the same ``html``. Raises :class:`CannotPrint` where Pango is missing."""
        async with self._turn:
            return await asyncio.to_thread(_print, html)


def _print(html: str) -> bytes:
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
    sheet = weasyprint.CSS(string=_SHEET.read_text())
    made: bytes = document.write_pdf(pdf_tags=True, stylesheets=[sheet])
    return made


def weasyprint_module() -> Any:
    """The library; raises OSError where the system lacks Pango."""
    import weasyprint  # half a second and 50 MB, for those who print

    return weasyprint
