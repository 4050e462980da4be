"""The sample bodies' rosters, rules and ledger; every person and word in them is made up."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent


def roster(body: str) -> Path:
    """Roster file of a sample body."""
    return _FOLDER / f"{body}-roster.json"


def rule(body: str) -> Path | None:
    """File with the rule by which a sample body chooses members; None where it keeps to what is usual."""
    path = _FOLDER / f"{body}-rule.json"
    return path if path.exists() else None


def ledger(body: str) -> Path:
    """Ledger file of a sample body."""
    return _FOLDER / f"{body}-ledger.jsonl"
