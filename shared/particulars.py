"""What must not stand in a text that leaves a body: how to reach a person, and who it is.

Numbers are found however they are typed: full-width or in the digits of another script, grouped, with spaces, hyphens
or marks between. Identity cards have 18 characters since GB 11643-1999, and had 15 digits before, both with the date of
birth inside; mobile numbers have 11 digits and begin with 13 to 19; landlines are written with their area code.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

Kind = Literal["identity-card", "telephone", "email"]

_GAP = r"[ \-./·]?"
_GROUPED_MOBILE = re.compile(rf"(?<!\d)(?:(?:\+|00)?86{_GAP})?1[3-9]\d(?:{_GAP}\d{{4}}{_GAP}\d{{4}}|\d{{8}})(?!\d)")
"""Together, or as people group them: 3, 4 and 4."""
_GROUPED_LANDLINE = re.compile(r"(?<!\d)(?:\((?:0\d{2,3})\) ?|(?:(?:\+|00)?86[ \-]?)?0\d{2,3}[ \-]?)[2-9]\d{6,7}(?!\d)")
_MOBILE = re.compile(r"(?<!\d)(?:(?:00)?86)?1[3-9]\d{9}(?!\d)")
_LANDLINE = re.compile(r"(?<!\d)(?:(?:00)?86)?0[1-9]\d{1,2}[2-9]\d{6,7}(?!\d)")
_CARD = re.compile(r"(?<!\d)\d{17}[\dx](?!\d)")
_OLD_CARD = re.compile(r"(?<!\d)[1-9]\d{5}(\d{2})(\d{2})(\d{2})\d{3}(?!\d)")
_EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]{2,}")
_BETWEEN_DIGITS = re.compile(r"(?<=\d)[ \-\u2212.·()]+(?=[\dx])")
_SHORTEST_NAME = 2
"""Characters; one alone would be found in half of all texts."""


@dataclass(frozen=True, slots=True)
class Particular:
    """Something in a text that looks like a person's own, and the line it stands in, counted from 1."""

    kind: Kind
    line: int


def particulars(text: str) -> list[Particular]:
    """What in ``text`` looks like the number of an identity card, a telephone number or an e-mail address, in the
    order of its lines; what only resembles one (a sum, a row of years) is left alone as far as its shape tells."""
    found: list[Particular] = []
    for number, line in enumerate(text.splitlines(), start=1):
        plain = _plain(line)
        joined = _BETWEEN_DIGITS.sub("", plain)
        if any(_holds_card(each) for each in (plain, joined)):
            found.append(Particular("identity-card", number))
        if any(pattern.search(plain) for pattern in (_GROUPED_MOBILE, _GROUPED_LANDLINE)) or any(
            pattern.search(joined) for pattern in (_MOBILE, _LANDLINE)
        ):
            found.append(Particular("telephone", number))
        if _EMAIL.search(plain):
            found.append(Particular("email", number))
    return found


def holds_name(text: str, names: Iterable[str]) -> bool:
    """Whether one of ``names`` stands in ``text``, with or without the spaces and points between its parts."""
    letters = _letters(text)
    return any(len(name) >= _SHORTEST_NAME and name in letters for name in map(_letters, names))


def _plain(text: str) -> str:
    """``text`` with one spelling for each character: digits as 0 to 9, one dash, one space, no capitals."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    # Marks that steer the writing direction are not seen, and stand between digits in pasted numbers.
    return "".join(_plain_character(each) for each in folded if unicodedata.category(each) != "Cf")


def _plain_character(character: str) -> str:
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    category = unicodedata.category(character)
    return "-" if category == "Pd" else " " if category == "Zs" else character


def _letters(text: str) -> str:
    return "".join(each for each in _plain(text) if each.isalpha())


def _holds_card(text: str) -> bool:
    if _CARD.search(text):
        return True
    return any(_is_day(*map(int, match.groups())) for match in _OLD_CARD.finditer(text))


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(1900 + year, month, day)
    except ValueError:
        return False
    return True
