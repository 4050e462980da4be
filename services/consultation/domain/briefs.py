"""The life of an opinion brief (社情民意信息), and what its text must not hold."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

from shared.states import Table


class BriefState(StrEnum):
    """A brief is written, reviewed, numbered and handed in; what the parent makes of it comes last."""

    DRAFT = "draft"
    IN_REVIEW = "in-review"
    RETURNED = "returned"
    NUMBERED = "numbered"
    HANDED_IN = "handed-in"
    ADOPTED = "adopted"
    ANSWERED = "answered"
    NOT_ADOPTED = "not-adopted"


class BriefMove(StrEnum):
    """What may be done with a brief."""

    EDIT = "edit"
    SUBMIT = "submit"
    RETURN = "return"
    NUMBER = "number"
    """The officer passes it; from here on its text stands and its number is never another's."""
    HAND_IN = "hand-in"
    ADOPT = "adopt"
    ANSWER = "answer"
    NOT_ADOPT = "not-adopt"


BRIEF = Table(
    name="brief",
    title="The life of an opinion brief",
    states=BriefState,
    moves=BriefMove,
    begins=(BriefState.DRAFT,),
    transitions={
        (BriefState.DRAFT, BriefMove.EDIT): BriefState.DRAFT,
        (BriefState.DRAFT, BriefMove.SUBMIT): BriefState.IN_REVIEW,
        (BriefState.IN_REVIEW, BriefMove.RETURN): BriefState.RETURNED,
        (BriefState.IN_REVIEW, BriefMove.NUMBER): BriefState.NUMBERED,
        (BriefState.RETURNED, BriefMove.EDIT): BriefState.RETURNED,
        (BriefState.RETURNED, BriefMove.SUBMIT): BriefState.IN_REVIEW,
        (BriefState.NUMBERED, BriefMove.HAND_IN): BriefState.HANDED_IN,
        (BriefState.HANDED_IN, BriefMove.ADOPT): BriefState.ADOPTED,
        (BriefState.HANDED_IN, BriefMove.ANSWER): BriefState.ANSWERED,
        (BriefState.HANDED_IN, BriefMove.NOT_ADOPT): BriefState.NOT_ADOPTED,
    },
)

PersonalKind = Literal["telephone", "identity-card"]


@dataclass(frozen=True, slots=True)
class Personal:
    """Something in a text that looks like a person's own number, and the line it stands in, counted from 1."""

    kind: PersonalKind
    line: int


_GAP = r"[ \-./·]?"
_MOBILE = re.compile(rf"(?<!\d)(?:(?:\+|00)?86{_GAP})?1[3-9]\d(?:{_GAP}\d{{4}}{_GAP}\d{{4}}|\d{{8}})(?!\d)")
"""Eleven digits from 13 to 19, together or as people group them: 3, 4 and 4."""
_LANDLINE = re.compile(r"(?<!\d)(?:\((?:0\d{2,3})\) ?|(?:(?:\+|00)?86[ \-]?)?0\d{2,3}[ \-]?)[2-9]\d{6,7}(?!\d)")
_CARD = re.compile(r"(?<!\d)[1-9]\d{5}[ \-]?((?:18|19|20)\d{2})(\d{2})(\d{2})[ \-]?\d{3}[\dX](?!\d)")
_OLD_CARD = re.compile(r"(?<!\d)[1-9]\d{5}(\d{2})(\d{2})(\d{2})\d{3}(?!\d)")


def personal_numbers(text: str) -> list[Personal]:
    """What in ``text`` looks like a telephone number or an identity card's, in the order of its lines.

    Digits of any script count, Arabic-Indic and full-width ones too; a number that only resembles one (a sum, a
    row of years) is left alone as far as its shape tells.
    """
    found: list[Personal] = []
    for number, line in enumerate(text.splitlines(), start=1):
        plain = _plain(line)
        if any(_is_card(match) for match in _CARD.finditer(plain)) or any(map(_is_old_card, _OLD_CARD.finditer(plain))):
            found.append(Personal("identity-card", number))
        if _MOBILE.search(plain) or _LANDLINE.search(plain):
            found.append(Personal("telephone", number))
    return found


def _plain(line: str) -> str:
    """Every digit as an ASCII one, every dash as a hyphen, every space as one, brackets and X as typed in Latin."""
    folded = unicodedata.normalize("NFKC", line).upper()
    # Marks that steer the writing direction are not seen, and stand between digits in pasted numbers.
    seen = (character for character in folded if unicodedata.category(character) != "Cf")
    return "".join(_plain_character(character) for character in seen)


def _plain_character(character: str) -> str:
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    category = unicodedata.category(character)
    return "-" if category == "Pd" else " " if category == "Zs" else character


def _is_card(match: re.Match[str]) -> bool:
    return _is_day(int(match[1]), int(match[2]), int(match[3]))


def _is_old_card(match: re.Match[str]) -> bool:
    return _is_day(1900 + int(match[1]), int(match[2]), int(match[3]))


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
