"""``python -m shared.i18n.extract services/intake``: bring a folder's ``locale/*.po`` up to its sources.

New msgids are added with an empty translation, present ones keep theirs, and those no longer said are
dropped. What the shared catalogues already translate is left out, so that each sentence stands once.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po

from shared.i18n.catalogues import SHARED_LOCALE
from shared.i18n.languages import LANGUAGES, Language
from shared.i18n.messages import Msgid, extracted, untranslated

_SHARED = SHARED_LOCALE.parent.parent


def locale_of(folder: Path) -> Path:
    """Where a folder keeps its catalogues: the shared layer in ``i18n/locale``, a service in ``locale``."""
    return SHARED_LOCALE if folder.resolve() == _SHARED.resolve() else folder / "locale"


def said_by(folder: Path) -> list[Msgid]:
    """The msgids that ``folder`` itself has to translate."""
    own = extracted(folder)
    if locale_of(folder) == SHARED_LOCALE:
        return own
    shared = set(extracted(_SHARED))
    return [msgid for msgid in own if msgid not in shared]


def read(path: Path, spoken: Language) -> Catalog:
    """The catalogue in a file, or an empty one."""
    if not path.exists():
        return Catalog(locale=spoken.locale, fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=spoken.locale)


def updated(before: Catalog, msgids: Sequence[Msgid], spoken: Language) -> Catalog:
    """A catalogue of exactly ``msgids`` in their order, with what was translated before."""
    after = Catalog(locale=spoken.locale, fuzzy=False)
    for msgid in msgids:
        known = before.get(msgid if isinstance(msgid, str) else msgid[0])
        after.add(msgid, known.string if known is not None and known.id == msgid else None)
    return after


def main(arguments: Sequence[str]) -> int:
    """Update each folder named; prints what is left to translate; 2 without a folder."""
    if not arguments:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    for folder in map(Path, arguments):
        msgids = said_by(folder)
        locale_of(folder).mkdir(exist_ok=True)
        for spoken in LANGUAGES:
            if spoken.code != "en":
                path = locale_of(folder) / f"{spoken.code}.po"
                catalogue = updated(read(path, spoken), msgids, spoken)
                _write(path, catalogue)
                left = len(untranslated(msgids, catalogue))
                sys.stdout.write(f"{path}: {len(msgids)} sentences, {left} to translate\n")
    return 0


def _write(path: Path, catalogue: Catalog) -> None:
    # Babel's own header holds dates and tool versions, which would make every run a change.
    header = _HEADER.format(language=catalogue.locale_identifier, plural_forms=catalogue.plural_forms)
    with path.open("wb") as file:
        file.write(header.encode())
        write_po(file, catalogue, width=100, no_location=True, omit_header=True)


_HEADER = """\
# The msgids are the English text.
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural_forms}\\n"

"""


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
