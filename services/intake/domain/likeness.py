"""How alike two residents' words are, without knowing their language.

Chinese is cut into pairs of characters; words of an alphabet into runs of four letters of their beginning, because
Uyghur and Kazakh put into endings what Chinese and English put into words of their own. What few of the texts at hand
say weighs more than what all of them say, so no list of empty words is needed for any language.

Nothing computed here is kept: what is not stored need not be erased.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from math import log

LONGEST = 300
"""Characters looked at: what the matter is, people say first."""

_RUN = 4
_STEM = 6
_FEWEST = 6
"""A text of fewer pieces is weighed as if it had these, or one common word would make two short texts the same."""
_WORDS = re.compile(r"[\u3400-\u9fff]+|[^\W_\u3400-\u9fff]+")
_HAN = re.compile(r"[\u3400-\u9fff]")
_ARABIC = re.compile(r"[\u0600-\u06ff]")


def pieces(words: str) -> frozenset[str]:
    """What is compared of ``words``."""
    found: set[str] = set()
    for word in _WORDS.findall(unicodedata.normalize("NFKC", words[:LONGEST]).casefold()):
        if _HAN.match(word):
            found.update(word[at : at + 2] for at in range(max(1, len(word) - 1)))
        elif len(word) >= 3:
            stem = f"^{word[:_STEM]}"
            found.update(stem[at : at + _RUN] for at in range(max(1, len(stem) - _RUN + 1)))
    return frozenset(found)


def script_of(words: str) -> str:
    """Which of the three writings of the region most of ``words`` is in: texts in two of them cannot be compared."""
    han, arabic = len(_HAN.findall(words[:LONGEST])), len(_ARABIC.findall(words[:LONGEST]))
    if han == arabic == 0:
        return "alphabet"
    return "han" if han >= arabic else "arabic"


def likeness(words: str, others: Sequence[str]) -> list[float]:
    """For each of ``others`` the share, from 0 to 1, of the shorter text that the two have in common by weight."""
    mine = pieces(words)
    theirs = [pieces(other) for other in others]
    told_by = Counter(piece for each in (mine, *theirs) for piece in each)
    texts = 1 + len(theirs)
    weights = {piece: log(1 + texts / count) for piece, count in told_by.items()}
    least = _FEWEST * log(1 + texts)
    whole = _weight(mine, weights)
    return [
        _weight(common, weights) / max(min(whole, _weight(each, weights)), least) if (common := mine & each) else 0.0
        for each in theirs
    ]


def _weight(some: frozenset[str], weights: Mapping[str, float]) -> float:
    return sum(weights[piece] for piece in some)
