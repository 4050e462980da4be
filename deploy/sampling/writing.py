"""Writes a sample as the two files that an office would bring: a roster, and a ledger to be recorded afterwards."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from deploy.sampling import BODIES
from deploy.trouble import CalledWrongly


class NoSample(CalledWrongly):
    """Nothing is made up of a body of that code."""

    def __init__(self, body: str) -> None:
        super().__init__(f"there is no sample of {body}; there are {', '.join(sorted(BODIES))}")


@dataclass(frozen=True)
class Written:
    """Where the files are, and how many lines the ledger has."""

    roster: Path
    ledger: Path
    facts: int


def write_sample(body: str, folder: Path, parent: str | None = None, *, whole_year: bool = False) -> Written:
    """Write ``<body>-roster.json`` and ``<body>-ledger.jsonl`` into ``folder``, the same bytes every time.

    With ``parent`` the roster names that body as the one above; with ``whole_year`` the ledger goes on after the part
    of the year that was published. Raises :class:`NoSample`, and OSError where the folder cannot be written.
    """
    if body not in BODIES:
        raise NoSample(body)
    sample = BODIES[body]
    roster = sample.roster()
    if parent is not None:
        roster["body"]["parent"] = parent
    facts = [*sample.facts(), *(sample.rest_of_year() if whole_year else ())]
    lines = [json.dumps(fact, ensure_ascii=False) for fact in facts]
    folder.mkdir(parents=True, exist_ok=True)
    written = Written(folder / f"{body}-roster.json", folder / f"{body}-ledger.jsonl", len(lines))
    written.roster.write_text(json.dumps(roster, ensure_ascii=False, indent=1) + "\n", "utf-8")
    written.ledger.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    return written
