"""What must not stand in a text that leaves the body: how to reach a resident, and who it is.

Numbers are found however they are typed: full-width or in the digits of another script, with spaces and hyphens
between. Identity cards have 18 characters since GB 11643-1999, and had 15 digits before; mobile numbers have 11 digits
and begin with 13 to 19; landlines are written with their area code.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from shared.errors import DomainError

_BETWEEN = re.compile(r"(?<=[0-9])[ \u00a0\-\u2010-\u2015\u2212.·()]+(?=[0-9xX])")
_IDENTITY = re.compile(r"(?<![0-9])(?:[0-9]{17}[0-9xX]|[0-9]{15})(?![0-9])")
_MOBILE = re.compile(r"(?<![0-9])(?:(?:00)?86)?1[3-9][0-9]{9}(?![0-9])")
_LANDLINE = re.compile(r"(?<![0-9])(?:(?:00)?86)?0[1-9][0-9]{1,2}[2-9][0-9]{6,7}(?![0-9])")
_EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[^\s@<>]{2,}")
_SHORTEST_NAME = 2
"""Characters; one alone would be found in half of all texts."""


def check_leaving(text: str, names: Iterable[str], *, field: str) -> None:
    """Raises DomainError on ``field`` for a text with a telephone number, an identity-card number, an address of
    e-mail, or one of ``names``."""
    plain = _plain(text)
    joined = _BETWEEN.sub("", plain)
    if _IDENTITY.search(joined):
        raise DomainError(
            "text-has-identity-number", "This text holds the number of an identity card; take it out.", field=field
        )
    if any(pattern.search(each) for pattern in (_MOBILE, _LANDLINE) for each in (plain, joined)):
        raise DomainError("text-has-telephone", "This text holds a telephone number; take it out.", field=field)
    if _EMAIL.search(plain):
        raise DomainError("text-has-email", "This text holds an e-mail address; take it out.", field=field)
    letters = _letters(plain)
    if any(len(name) >= _SHORTEST_NAME and name in letters for name in map(_letters, map(_plain, names))):
        raise DomainError("text-has-name", "This text holds the resident's name; take it out.", field=field)


def _plain(text: str) -> str:
    """``text`` with one spelling for each character, every digit as 0 to 9."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(str(unicodedata.digit(each)) if each.isdigit() else each for each in folded)


def _letters(text: str) -> str:
    """The letters of ``text`` alone: a name is found with or without the spaces and points between its parts."""
    return "".join(each for each in text if each.isalpha())
