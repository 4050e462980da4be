"""The county's paper ledger of 2023, recorded through the public API, gives exactly its published figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from deploy import sample
from tests.instance import Instance

PUBLISHED = json.loads((Path(__file__).parent.parent / "data" / "figures.json").read_text())["zhaosu"]
LEDGER = Path(sample.__file__).parent / "zhaosu-ledger.jsonl"
YEAR = {"first": "2023-01-01", "last": "2023-12-31"}


def as_published(said: str) -> dict[str, object]:
    """Of the figures that a body says, those that were published."""
    found = json.loads(said)
    return {key: found[key] for key in PUBLISHED}


@pytest.mark.timeout(240)
def test_the_ledger_gives_the_published_figures_here_and_at_the_prefecture(instance: Instance) -> None:
    replayed = instance.command("ledger", "replay", str(LEDGER), "--body", "zhaosu")
    assert replayed.code == 0, replayed.remarks
    at_home = instance.figures("zhaosu", at="zhaosu", **YEAR)
    assert as_published(at_home) == PUBLISHED
    assert instance.figures("zhaosu", at="ili", **YEAR) == at_home

    again = instance.command("ledger", "replay", str(LEDGER), "--body", "zhaosu")
    assert again.code == 0, again.remarks
    for at in ("zhaosu", "ili"):
        assert instance.figures("zhaosu", at=at, **YEAR) == at_home, "recorded twice is recorded once"

    for body in ("zhaosu", "ili"):
        rebuilt = instance.command("reporting", "rebuild", "--body", body)
        assert rebuilt.code == 0, rebuilt.remarks
        assert instance.figures("zhaosu", at=body, **YEAR) == at_home, "the events alone give the same bytes"


def test_a_ledger_with_a_broken_line_is_refused_before_anything_is_sent(instance: Instance, tmp_path: Path) -> None:
    lines = LEDGER.read_text().splitlines()[:5]
    broken = tmp_path / "ledger.jsonl"
    broken.write_text("\n".join([*lines, '{"kind": "reception"', ""]))
    before = instance.figures("zhaosu", at="zhaosu", **YEAR)
    said = instance.command("ledger", "replay", str(broken), "--body", "zhaosu")
    assert said.code in (1, 2) and "6" in said.remarks + said.out, said
    assert instance.figures("zhaosu", at="zhaosu", **YEAR) == before
