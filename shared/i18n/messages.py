"""Which sentences a folder of the project says: found in its Python and its templates."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file

Msgid = str | tuple[str, str]
"""A sentence, or the pair of its singular and its plural."""

_ERRORS = ("DomainError", "NotFound", "Conflict", "Unauthorized", "Forbidden", "TooMany", "Unavailable")
KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None,
    "N_": None,
    "gettext": None,
    "sentence": None,
    "ngettext": (1, 2),
    **dict.fromkeys(_ERRORS, (2,)),
}
"""Function name to the places of its msgids; None is the first."""

_METHODS = {".py": "python", ".html": "jinja2", ".txt": "jinja2"}
_JINJA = {"extensions": "jinja2.ext.i18n,jinja2.ext.do", "silent": "false", "trimmed": "true"}
_PLACES = re.compile(r"%\((\w+)\)s|\{(\w+)(?:[:!][^}]*)?\}")


def extracted(folder: Path) -> list[Msgid]:
    """Every msgid of ``folder`` once, in the order of the files and of their lines.

    Raises the template engine's own error for a template that does not parse.
    """
    found: dict[Msgid, None] = {}
    for path in _sources(folder):
        options = _JINJA if path.suffix != ".py" else {}
        for _, message, _, _ in extract_from_file(_METHODS[path.suffix], path, KEYWORDS, options=options):
            found.setdefault(message if isinstance(message, str) else (message[0], message[1]))
    return [msgid for msgid in found if msgid]


def _sources(folder: Path) -> Iterable[Path]:
    return (
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix in _METHODS and "locale" not in path.parts and "migrations" not in path.parts
    )


def places(text: str) -> set[str]:
    """The names that a sentence leaves to be filled: ``{station}`` or ``%(station)s``."""
    return {named or braced for named, braced in _PLACES.findall(text)}


def untranslated(wanted: Iterable[Msgid], catalogue: Catalog) -> list[Msgid]:
    """The msgids that a catalogue lacks, leaves empty or marks as fuzzy."""
    return [msgid for msgid in wanted if not _translated(msgid, catalogue)]


def _translated(msgid: Msgid, catalogue: Catalog) -> bool:
    message = catalogue.get(msgid if isinstance(msgid, str) else msgid[0])
    if message is None or message.fuzzy:
        return False
    return all(message.string) if isinstance(message.string, (tuple, list)) else bool(message.string)
