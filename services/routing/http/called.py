"""What the codes of a roster are called in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.routing.roster.document import Roster

Names = Mapping[str, str]
DEFAULT = "zh-Hans"


def name_of(names: Names, language: str, code: str) -> str:
    """The name in ``language``, or in Chinese, or in whatever the body gave; the code itself where it gave none."""
    return names.get(language) or names.get(DEFAULT) or next(iter(names.values()), code)


class Called:
    """Looks names up: ``called("station", "zh-st01")``. A code that left the roster is shown as it is."""

    def __init__(self, roster: Roster | None, language: str) -> None:
        self._language = language
        self._names: dict[str, dict[str, Names]] = {}
        if roster is not None:
            lists: dict[str, tuple[Any, ...]] = {
                "township": roster.townships,
                "station": roster.stations,
                "community": roster.communities,
                "department": roster.departments,
                "part": roster.composition,
                "item": roster.readiness,
            }
            self._names = {kind: {each.code: each.names for each in entries} for kind, entries in lists.items()}
            self._names["member"] = {each.code: {DEFAULT: each.display} for each in roster.members if each.display}

    def __call__(self, kind: str, code: str) -> str:
        return name_of(self._names.get(kind, {}).get(code, {}), self._language, code)
