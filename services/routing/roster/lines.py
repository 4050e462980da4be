"""Where in a JSON text each value stands, so that a person with an editor finds what is wrong."""

from __future__ import annotations

import json
import re

Location = tuple[str | int, ...]
"""The way to a value: ``("members", 3, "stations", 0)``."""

_SPACE = re.compile(r"[ \t\r\n]*")
_SCALAR = json.JSONDecoder()


def lines_of(text: str) -> dict[Location, int]:
    """The line, from 1 on, on which each value of a valid JSON ``text`` begins.

    Raises json.JSONDecodeError for text that is not JSON.
    """
    found: dict[Location, int] = {}
    _Walk(text, found).value(_skip(text, 0), ())
    return found


def line_at(lines: dict[Location, int], location: Location) -> int:
    """The line of the value at ``location``, or of the nearest thing around it, where a field is missing."""
    while location and location not in lines:
        location = location[:-1]
    return lines.get(location, 1)


class _Walk:
    def __init__(self, text: str, found: dict[Location, int]) -> None:
        self._text = text
        self._found = found
        self._line, self._counted_to = 1, 0

    def value(self, at: int, location: Location) -> int:
        """Note the value that begins at ``at`` and all inside it; gives where it ends."""
        self._line += self._text.count("\n", self._counted_to, at)
        self._counted_to = at
        self._found[location] = self._line
        if self._text[at : at + 1] not in ("{", "["):
            return _SCALAR.raw_decode(self._text, at)[1]
        is_object = self._text[at] == "{"
        at = _skip(self._text, at + 1)
        index = 0
        while self._text[at] not in "}]":
            name: str | int = index
            if is_object:
                name, at = _SCALAR.raw_decode(self._text, at)
                at = _skip(self._text, _skip(self._text, at) + 1)  # over the colon
            at = _skip(self._text, self.value(at, (*location, name)))
            if self._text[at] == ",":
                at = _skip(self._text, at + 1)
            index += 1
        return at + 1


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    assert match is not None  # the pattern matches nothing, too
    return match.end()
