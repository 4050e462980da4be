"""Five languages, two directions, one set of msgids.

Say a thing in English and mark it, then let the catalogues translate it:

* a refusal: ``raise NotFound("unknown-station", "There is no station {station}.", station=code)``
  (``code`` and ``field`` are not free as names of places)
* text kept in a table or constant: ``N_("solved")``; said later by ``translator.gettext(...)``
* a template: ``{{ _("Send") }}`` or
  ``{% trans n=count %}{{ n }} issue{% pluralize %}{{ n }} issues{% endtrans %}``

Python sentences have ``{named}`` places (``translator.sentence(msgid, **params)``), templates ``%(named)s``
(``_("Hello %(name)s", name=name)``; a bare percent sign is written ``%%``).

``python -m shared.i18n.extract services/intake`` brings ``services/intake/locale/*.po`` up to date;
``tests/unit/test_i18n_complete.py`` fails while ``zh-Hans.po`` misses one.
"""

from shared.i18n.catalogues import SHARED_LOCALE, Catalogues, Translator
from shared.i18n.languages import CODES, LANGUAGES, Language, language, matching, negotiate

__all__ = [
    "CODES",
    "LANGUAGES",
    "N_",
    "SHARED_LOCALE",
    "Catalogues",
    "Language",
    "Translator",
    "language",
    "matching",
    "negotiate",
]


def N_(msgid: str) -> str:  # noqa: N802  # gettext's own name for it, which extractors know
    """Mark ``msgid`` for translation without translating it yet."""
    return msgid
