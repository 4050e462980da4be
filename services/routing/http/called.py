"""What the codes of a roster are called in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.routing.roster.document import Roster
from shared.web.names import name_in

Names = Mapping[str, str]
_DISPLAYED = "zh-Hans"


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
                "unit": roster.units,
            }
            self._names = {kind: {each.code: each.names for each in entries} for kind, entries in lists.items()}
            self._names["member"] = {each.code: {_DISPLAYED: each.display} for each in roster.members if each.display}

    def __call__(self, kind: str, code: str) -> str:
        return name_in(self._names.get(kind, {}).get(code, {}), self._language, code)
