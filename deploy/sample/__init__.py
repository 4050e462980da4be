"""The sample bodies' rosters and ledger; every person and word in them is made up."""

from __future__ import annotations

from pathlib import Path

_FOLDER = Path(__file__).parent


def roster(body: str) -> Path:
    """Roster file of a sample body."""
    return _FOLDER / f"{body}-roster.json"


def ledger(body: str) -> Path:
    """Ledger file of a sample body."""
    return _FOLDER / f"{body}-ledger.jsonl"
