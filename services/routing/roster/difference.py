"""What one roster has that another has not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from services.routing.roster.document import Kind, Roster, fields_of

Direction = Literal["added", "changed", "removed"]


@dataclass(frozen=True, slots=True)
class Change:
    """One entry that differs. ``fields`` gives each differing field as ``{"before": ..., "after": ...}``."""

    kind: Kind
    code: str
    change: Direction
    fields: dict[str, dict[str, Any]]


def difference(before: Roster | None, after: Roster) -> list[Change]:
    """How ``before`` becomes ``after``, by kind and code; nothing where they say the same in another order."""
    old = before.entries() if before else {}
    new = after.entries()
    changes: list[Change] = []
    for entry in sorted(old.keys() | new.keys()):
        was, becomes = old.get(entry), new.get(entry)
        if was == becomes:
            continue  # most entries, and looking at their fields is what takes long
        fields = _differing(fields_of(was) if was else {}, fields_of(becomes) if becomes else {})
        if was is None:
            changes.append(Change(*entry, "added", fields))
        elif becomes is None:
            changes.append(Change(*entry, "removed", fields))
        elif fields:
            changes.append(Change(*entry, "changed", fields))
    return changes


def _differing(was: dict[str, Any], becomes: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        name: {"before": was.get(name), "after": becomes.get(name)}
        for name in sorted(was.keys() | becomes.keys())
        if was.get(name) != becomes.get(name)
    }
