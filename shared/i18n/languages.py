"""The languages that residents read, and how a reader's own choice finds one of them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from babel import Locale
from babel.core import get_global


@dataclass(frozen=True)
class Language:
    """A language of the product: its BCP 47 ``code``, its ``name`` in its own script, its CLDR locale."""

    code: str
    name: str
    locale: Locale

    @property
    def direction(self) -> str:
        """``"ltr"`` or ``"rtl"``, from CLDR."""
        return self.locale.text_direction


LANGUAGES = (
    Language("zh-Hans", "中文", Locale("zh", script="Hans")),
    Language("ug", "ئۇيغۇرچە", Locale("ug")),
    Language("kk-Arab", "قازاقشا", Locale("kk", script="Arab")),
    Language("kk", "Қазақша", Locale("kk")),
    Language("en", "English", Locale("en")),
)
"""In the order of the switcher."""

CODES = tuple(language.code for language in LANGUAGES)
_BY_CODE = {language.code: language for language in LANGUAGES}
_SPOKEN = {"zh": "zh-Hans", "ug": "ug", "en": "en"}
_KAZAKH_SCRIPTS = {"Arab": "kk-Arab", "Cyrl": "kk"}
_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*\Z")
_LONGEST_HEADER = 500


def language(code: str) -> Language:
    """The language of that ``code``; raises KeyError for any other text."""
    return _BY_CODE[code]


def matching(tag: str) -> str | None:
    """The code that a reader of BCP 47 ``tag`` can read, or None.

    Babel's own negotiation knows neither ``zh-CN`` nor ``kk-Arab-CN`` here, so the likely script decides:
    ``kk-CN`` is written in Arabic letters, ``kk`` and ``kk-KZ`` in Cyrillic. A reader of traditional
    Chinese is given simplified rather than nothing.
    """
    if not _TAG.match(tag):
        return None
    parts = tag.replace("_", "-").split("-")
    spoken = parts[0].lower()
    if spoken != "kk":
        return _SPOKEN.get(spoken)
    return _KAZAKH_SCRIPTS.get(_script_of_kazakh(parts[1:]))


def _script_of_kazakh(subtags: list[str]) -> str:
    for subtag in subtags:
        if len(subtag) == 4 and subtag.isalpha():
            return subtag.title()
    territory = next((subtag.upper() for subtag in subtags if len(subtag) == 2), None)
    likely = get_global("likely_subtags")
    tag: str = likely.get(f"kk_{territory}") or likely["kk"]
    return tag.split("_")[1]


def negotiate(accept_language: str | None, cookie: str | None, default: str) -> str:
    """The code to answer in: the reader's remembered choice, else the best of ``Accept-Language``, else
    ``default``. Never raises, whatever the header holds."""
    if cookie in _BY_CODE:
        return cookie
    for tag in _by_preference(accept_language or ""):
        found = matching(tag)
        if found:
            return found
    return default


def _by_preference(header: str) -> list[str]:
    weighed: list[tuple[float, str]] = []
    for item in header[:_LONGEST_HEADER].split(","):
        tag, _, weight = item.partition(";")
        try:
            quality = float(weight.strip().removeprefix("q=")) if weight else 1.0
        except ValueError:
            continue
        if quality > 0:
            weighed.append((quality, tag.strip()))
    return [tag for _, tag in sorted(weighed, key=lambda pair: -pair[0])]
