"""Rows of the published figures: ``python -m tests.drills.rows [karamay] [kashgar] [zhaosu] ...``, or ``... region``.

Each body is started empty, by itself, as ``doorstep up`` starts it. Its sample is written by ``doorstep sample``, the
roster brought (first as a dry run, then twice, of which the second changes nothing), the ledger replayed, and the
figures are read: exactly those published, and the same to the byte after a rebuild. With ``region`` all bodies that
stand under nobody, and those below them, run at once under one region, which then reads each one's figures: the same
bytes as at home. Prints what it did; exit code 1 where one fails.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from deploy.sampling import BODIES
from tests.instance import Instance
from tests.servers import wait_until

PUBLISHED: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent.parent / "data" / "figures.json").read_text("utf-8")
)
YEAR = {"first": "2023-01-01", "last": "2023-12-31"}
REGION = {"code": "xinjiang", "tier": "region", "time_zone": "Asia/Shanghai"}
REPLAY_SECONDS = 300.0
RISE_SECONDS = 120.0


def say(words: str) -> None:
    """One line of the record."""
    sys.stdout.write(f"{time.strftime('%H:%M:%S')} {words}\n")
    sys.stdout.flush()


def topology(bodies: Sequence[Mapping[str, Any]], file: Path) -> Path:
    """A file that names these bodies; a parent that is not among them is not there."""
    fields = ("code", "tier", "parent", "time_zone")
    said = ([f'{name} = "{body[name]}"' for name in fields if body.get(name) is not None] for body in bodies)
    file.write_text("".join("[[bodies]]\n" + "".join(f"{line}\n" for line in lines) for lines in said))
    return file


def record(run: Instance, body: str, folder: Path, *more: str) -> str:
    """Bring roster and ledger of ``body``; its figures at home, to the byte. Raises AssertionError."""
    written = run.command("sample", body, "--out", str(folder), "--json", *more).json()
    changes = [_brought(run, body, written["roster"], *dry) for dry in (("--dry-run",), (), ())]
    assert changes[0] == changes[1] and not changes[2], [len(each) for each in changes]
    say(f"{body}: {len(changes[1])} entries of the roster, brought again 0")
    began = time.monotonic()
    replayed = run.command("ledger", "replay", written["ledger"], "--body", body, "--json", seconds=REPLAY_SECONDS)
    say(f"{body}: {replayed.json()['facts']} facts recorded in {time.monotonic() - began:.0f} s")
    return run.figures(body, at=body, **YEAR)


def compare(body: str, said: str, *besides: str) -> None:
    """Every published figure, but for those ``besides``, is as it was published. Raises AssertionError."""
    found = json.loads(said)
    published = {key: value for key, value in PUBLISHED[body].items() if key not in besides}
    wrong = {key: (found.get(key), value) for key, value in published.items() if found.get(key) != value}
    assert not wrong, f"found and published: {wrong}"
    say(f"{body}: {json.dumps({key: found[key] for key in published})}")


def row(body: str, folder: Path) -> None:
    """Start ``body`` alone, record its sample, and compare. Raises AssertionError."""
    run = Instance(folder / "var", topology=topology([BODIES[body].roster()["body"]], folder / "bodies.toml"))
    try:
        run.start()
        said = record(run, body, folder)
        compare(body, said)
        assert run.command("reporting", "rebuild", "--body", body).code == 0
        assert run.figures(body, at=body, **YEAR) == said, "a rebuild gives other figures"
        say(f"{body}: the same after a rebuild")
    finally:
        run.stop()


def region(folder: Path) -> None:
    """Every body under one region, which reads the same figures. Raises AssertionError."""
    known = {code: sample.roster()["body"] for code, sample in BODIES.items()}
    bodies = [
        {**body, "parent": body["parent"] or REGION["code"]}
        for body in known.values()
        if body["parent"] is None or body["parent"] in known
    ]
    run = Instance(folder / "var", topology=topology([REGION, *bodies], folder / "bodies.toml"))
    try:
        run.start()
        say(f"{REGION['code']} over {', '.join(body['code'] for body in bodies)}")
        for body in bodies:
            at_home = record(run, body["code"], folder, "--parent", body["parent"])
            compare(body["code"], at_home, "parent")
            _read_above(run, body["code"], at_home)
    finally:
        run.stop()


def _read_above(run: Instance, body: str, at_home: str) -> None:
    above = str(REGION["code"])
    began = time.monotonic()

    def has_risen() -> bool:
        said = run.command("figures", "--body", body, "--at", above, *_period(), "--json")
        return said.code == 0 and said.out == at_home

    wait_until(has_risen, f"the figures of {body} at {above}", RISE_SECONDS)
    say(f"{body}: the same bytes at {above}, {time.monotonic() - began:.0f} s later")


def _period() -> tuple[str, ...]:
    return "--from", YEAR["first"], "--to", YEAR["last"]


def _brought(run: Instance, body: str, file: str, *more: str) -> list[dict[str, Any]]:
    said = run.command("roster", "import", file, "--body", body, "--json", *more).json()
    changes: list[dict[str, Any]] = said["changes"]
    return changes


def main(rows: Sequence[str]) -> int:
    """Every row that is asked for, each body of which figures are published when none is; the exit code."""
    failed = 0
    for name in rows or sorted(PUBLISHED):
        with tempfile.TemporaryDirectory(prefix="rows-") as folder:
            try:
                if name == "region":
                    region(Path(folder))
                else:
                    row(name, Path(folder))
            except AssertionError as error:
                failed += 1
                say(f"{name}: FAILED: {error}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
