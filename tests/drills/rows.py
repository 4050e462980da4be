"""Rows of the published figures: ``python -m tests.drills.rows [karamay] [kashgar] [zhaosu] [hami] [ili] [region]``.

Each body is started empty, by itself, as ``doorstep up`` starts it. Its sample is written by ``doorstep sample``, the
roster brought (first as a dry run, then twice, of which the second changes nothing), the ledger replayed, and the
figures are read: exactly those published, and the same to the byte after a rebuild. ``ili`` is the prefecture with the
eleven bodies below it, since its members are those of all; ``region`` every body there is a sample of, sixteen
instances at once under one region. The body at the top then reads of each the same bytes as at home, and what it says
of all together is their sum. Prints what it did; exit code 1 where one fails.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from deploy.sampling import BODIES, ili
from tests.instance import Instance
from tests.servers import wait_until

PUBLISHED: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent.parent / "data" / "figures.json").read_text("utf-8")
)
YEAR = {"first": "2023-01-01", "last": "2023-12-31"}
FIRST_PART = {"first": "2023-01-01", "last": "2023-06-30"}
REGION = {"code": "xinjiang", "tier": "region", "parent": None, "time_zone": "Asia/Shanghai"}
SUMMED = ("members", "opinions_collected", "consultations", "units_added", "topic_results", "five_ones_complete")
REPLAY_SECONDS = 600.0
RISE_SECONDS = 240.0


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


def record(run: Instance, body: str, folder: Path, *more: str) -> None:
    """Bring roster and ledger of ``body``. Raises AssertionError."""
    written = run.command("sample", body, "--out", str(folder), "--json", *more).json()
    changes = [_brought(run, body, written["roster"], *dry) for dry in (("--dry-run",), (), ())]
    assert changes[0] == changes[1] and not changes[2], [len(each) for each in changes]
    say(f"{body}: {len(changes[1])} entries of the roster, brought again 0")
    began = time.monotonic()
    replayed = run.command("ledger", "replay", written["ledger"], "--body", body, "--json", seconds=REPLAY_SECONDS)
    say(f"{body}: {replayed.json()['facts']} facts recorded in {time.monotonic() - began:.0f} s")


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
        record(run, body, folder)
        said = run.figures(body, at=body, **YEAR)
        compare(body, said)
        assert run.command("reporting", "rebuild", "--body", body).code == 0
        assert run.figures(body, at=body, **YEAR) == said, "a rebuild gives other figures"
        say(f"{body}: the same after a rebuild")
    finally:
        run.stop()


def prefecture(folder: Path) -> None:
    """Ili over the eleven bodies below it, each recording the five ones of its members. Raises AssertionError."""
    under_one([BODIES[code].roster()["body"] for code in ili.MEMBERS], folder)


def region(folder: Path) -> None:
    """Every body of a sample under one region. Raises AssertionError."""
    bodies = [sample.roster()["body"] for sample in BODIES.values()]
    under_one([REGION, *({**body, "parent": body["parent"] or REGION["code"]} for body in bodies)], folder)


def under_one(bodies: Sequence[Mapping[str, Any]], folder: Path) -> None:
    """Record every body's sample at home; the first, over all others, reads the same figures and adds them up."""
    top, codes = str(bodies[0]["code"]), [str(body["code"]) for body in bodies if body["code"] in BODIES]
    run = Instance(folder / "var", topology=topology(bodies, folder / "bodies.toml"))
    try:
        run.start()
        say(f"{top} over {', '.join(code for code in codes if code != top)}")
        for body in bodies:
            if body["code"] in BODIES:
                record(
                    run, body["code"], folder, "--whole-year", *(("--parent", body["parent"]) if body["parent"] else ())
                )
        at_home = {code: _at_home(run, code) for code in codes}
        for code in codes:
            if code != top:
                _read_above(run, code, at_home[code], top)
        _adds_up(run, top, {code: json.loads(said) for code, said in at_home.items()})
        _ili(run)
    finally:
        run.stop()


def _at_home(run: Instance, body: str) -> str:
    """The figures of a body, once its five ones are counted, and after a comparison with what was published."""

    def counted() -> str | None:
        said = run.figures(body, at=body, **YEAR)
        found = json.loads(said)
        return said if body not in ili.MEMBERS or found["five_ones_complete"] == found["members"] else None

    said = wait_until(counted, f"the five ones of every member of {body}", RISE_SECONDS)
    if body in PUBLISHED:
        # Zhaosu published the first part of the year; Ili's members are those of all its bodies.
        published = run.figures(body, at=body, **FIRST_PART) if body == "zhaosu" else said
        compare(body, published, "parent", *(["members"] if body == "ili" else []))
    return str(said)


def _adds_up(run: Instance, top: str, at_home: Mapping[str, Mapping[str, Any]]) -> None:
    """What the tree says of ``top`` is the sum of what each body says of itself."""
    tree = _tree(run, top, top)
    assert tree["agrees"] and not tree["missing"], tree["missing"]
    whole = tree["bodies"][0]["sum"]
    for key in SUMMED:
        parts = sum(found[key] or 0 for found in at_home.values())
        assert whole[key] == parts, f"{key}: {whole[key]} together, {parts} body by body"
    assert len(tree["bodies"]) == len({top, *at_home})
    say(f"{top}: together {json.dumps({key: whole[key] for key in SUMMED})}")


def _ili(run: Instance) -> None:
    """All members of Ili's bodies, and who of them did all of the five ones."""
    whole = _tree(run, "ili", "ili")["bodies"][0]["sum"]
    members = PUBLISHED["ili"]["members"]
    assert (whole["members"], whole["five_ones_complete"]) == (members, members), whole
    say(f"ili and below: {members} members, each of them with all five ones")


def _tree(run: Instance, body: str, at: str) -> dict[str, Any]:
    said = run.command("figures", "--tree", "--body", body, "--at", at, *_period(), "--json")
    found: dict[str, Any] = said.json()
    return found


def _read_above(run: Instance, body: str, at_home: str, above: str) -> None:
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


MANY = {"ili": prefecture, "region": region}


def main(rows: Sequence[str]) -> int:
    """Every row that is asked for, each body of which figures are published when none is; the exit code."""
    failed = 0
    for name in rows or sorted(PUBLISHED):
        with tempfile.TemporaryDirectory(prefix="rows-") as folder:
            try:
                if name in MANY:
                    MANY[name](Path(folder))
                else:
                    row(name, Path(folder))
            except AssertionError as error:
                failed += 1
                say(f"{name}: FAILED: {error}")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
