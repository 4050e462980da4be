"""Translation catalogues, read once at start, and the translator that a page or a letter is given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from babel import dates, numbers
from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from shared.i18n.languages import LANGUAGES, Language

DateStyle = Literal["short", "medium", "long", "full"]

SHARED_LOCALE = Path(__file__).parent / "locale"
"""The catalogues of what all services say."""

FALLBACK = "zh-Hans"
"""Who reads no Chinese reads the msgid, which is English; a half-translated language falls back to this."""


@dataclass(frozen=True)
class Translator:
    """Says things in one language."""

    language: Language
    messages: NullTranslations

    @property
    def code(self) -> str:
        """The BCP 47 code of the language."""
        return self.language.code

    @property
    def direction(self) -> str:
        """``"ltr"`` or ``"rtl"``."""
        return self.language.direction

    def gettext(self, msgid: str) -> str:
        """The translation of an English ``msgid``, or the msgid."""
        return self.messages.gettext(msgid) if msgid else ""

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """The form that fits ``n``; its places are still to be filled."""
        return self.messages.ngettext(singular, plural, n)

    def sentence(self, msgid: str, **params: object) -> str:
        """The translation with its ``{named}`` places filled."""
        return self.gettext(msgid).format(**params)

    def format_date(self, on: date, style: DateStyle = "medium") -> str:
        """A calendar date."""
        return dates.format_date(on, style, locale=self.language.locale)

    def format_month(self, on: date) -> str:
        """The month of a date, with its year."""
        return dates.format_skeleton("yMMMM", on, locale=self.language.locale)

    def format_weekday(self, on: date) -> str:
        """The short name of the day of the week."""
        return dates.format_date(on, "ccc", locale=self.language.locale)

    def format_time(self, at: datetime, zone: str) -> str:
        """The time of day of an aware moment in ``zone`` (IANA name)."""
        return dates.format_time(at, "short", tzinfo=ZoneInfo(zone), locale=self.language.locale)

    def format_datetime(self, at: datetime, zone: str, style: DateStyle = "medium") -> str:
        """Date and time of day of an aware moment in ``zone`` (IANA name)."""
        local = at.astimezone(ZoneInfo(zone))
        return f"{self.format_date(local.date(), style)} {self.format_time(at, zone)}"

    def format_percent(self, share: float, digits: int = 0) -> str:
        """A share of 1 as percent: 0.5 is 50 %."""
        pattern = self.language.locale.percent_formats[None].pattern
        if digits:
            pattern = pattern.replace("0", "0." + "0" * digits)
        return numbers.format_percent(share, pattern, locale=self.language.locale, numbering_system="latn")

    def format_number(self, number: int | float) -> str:
        """A number with the language's grouping, in Latin digits."""
        return numbers.format_decimal(number, locale=self.language.locale, numbering_system="latn")


class Catalogues:
    """The translators of every language."""

    def __init__(self, translators: dict[str, Translator]) -> None:
        self._translators = translators

    @classmethod
    def load(cls, *folders: Path) -> Catalogues:
        """Read ``<folder>/<code>.po`` of each folder, a later one winning; a missing file is an empty one."""
        messages = {each.code: _together(each, folders) for each in LANGUAGES if each.code != "en"}
        for code, catalogue in messages.items():
            if code != FALLBACK:
                catalogue.add_fallback(messages[FALLBACK])
        spoken: dict[str, NullTranslations] = {**messages, "en": NullTranslations()}
        return cls({each.code: Translator(each, spoken[each.code]) for each in LANGUAGES})

    def translator(self, code: str) -> Translator:
        """The translator of a language code; raises KeyError for one that is not ours."""
        return self._translators[code]


def _together(spoken: Language, folders: Sequence[Path]) -> GNUTranslations:
    last, *others = (
        GNUTranslations(BytesIO(_compiled(folder / f"{spoken.code}.po", spoken))) for folder in reversed(folders)
    )
    for other in others:
        last.add_fallback(other)
    return last


@cache
def _compiled(path: Path, spoken: Language) -> bytes:
    # Once per process: a body has five services, and what they share is a third of what each says.
    catalogue = Catalog(locale=spoken.locale)
    for message in translated(path, spoken):
        catalogue.add(message.id, message.string)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    return compiled.getvalue()


def translated(path: Path, spoken: Language) -> Iterator[Message]:
    """The messages of one .po file that have a translation; none if there is no such file."""
    if not path.exists():
        return
    with path.open("rb") as file:
        catalogue = read_po(file, locale=spoken.locale)
    for message in catalogue:
        forms = message.string if isinstance(message.string, (tuple, list)) else (message.string,)
        if message.id and all(forms) and not message.fuzzy:
            yield message
