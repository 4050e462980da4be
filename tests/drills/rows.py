"""Rows of the published figures, one body after another: ``python -m tests.drills.rows [karamay] [kashgar] [zhaosu]``.

Each body is started empty, by itself, as ``doorstep up`` starts it. Its sample is written by ``doorstep sample``, the
roster brought (first as a dry run, then twice, of which the second changes nothing), the ledger replayed, and the
figures are read: exactly those published, and the same to the byte after a rebuild. Prints what it did; exit code 1
where one fails.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from deploy.sampling import BODIES
from tests.instance import Instance

PUBLISHED: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent.parent / "data" / "figures.json").read_text("utf-8")
)
YEAR = {"first": "2023-01-01", "last": "2023-12-31"}
REPLAY_SECONDS = 300.0


def say(words: str) -> None:
    """One line of the record."""
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {words}\n")
    sys.stdout.flush()


def topology(body: str, folder: Path) -> Path:
    """A file that names this body alone; a parent that it has is not there."""
    its = BODIES[body].roster()["body"]
    file = folder / f"{body}.toml"
    said = {name: its[name] for name in ("code", "tier", "parent", "time_zone") if its[name] is not None}
    file.write_text("[[bodies]]\n" + "".join(f'{name} = "{value}"\n' for name, value in said.items()))
    return file


def row(body: str, folder: Path) -> None:
    """Start ``body``, record its sample, and compare. Raises AssertionError."""
    run = Instance(folder / f"{body}-var", topology=topology(body, folder))
    try:
        run.start()
        written = run.command("sample", body, "--out", str(folder), "--json").json()
        changes = [_brought(run, body, written["roster"], *more) for more in (("--dry-run",), (), ())]
        assert changes[0] == changes[1] and not changes[2], [len(each) for each in changes]
        say(f"{body}: {len(changes[1])} entries of the roster, brought again 0")
        began = time.monotonic()
        replayed = run.command("ledger", "replay", written["ledger"], "--body", body, "--json", seconds=REPLAY_SECONDS)
        say(f"{body}: {replayed.json()['facts']} facts recorded in {time.monotonic() - began:.0f} s")
        said = run.figures(body, at=body, **YEAR)
        found = json.loads(said)
        published = PUBLISHED[body]
        wrong = {key: (found.get(key), value) for key, value in published.items() if found.get(key) != value}
        assert not wrong, f"found and published: {wrong}"
        assert run.command("reporting", "rebuild", "--body", body).code == 0
        assert run.figures(body, at=body, **YEAR) == said, "a rebuild gives other figures"
        say(f"{body}: {json.dumps({key: found[key] for key in published})}, the same after a rebuild")
    finally:
        run.stop()


def _brought(run: Instance, body: str, file: str, *more: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = run.command("roster", "import", file, "--body", body, "--json", *more).json()[
        "changes"
    ]
    return found


def main(bodies: list[str]) -> int:
    """Every row that is asked for, all of them when none is named; the exit code."""
    failed = 0
    for body in bodies or sorted(PUBLISHED):
        with tempfile.TemporaryDirectory(prefix="rows-") as folder:
            try:
                row(body, Path(folder))
            except AssertionError as error:
                failed += 1
                say(f"{body}: FAILED: {error}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
