"""Whom a body of a topology knows: its neighbours, and what the bodies further off are called."""

from __future__ import annotations

from pathlib import Path

from deploy.body_config import prepare_body
from deploy.machine import Machine
from deploy.topology import Body, Topology

TREE = Topology(
    (
        Body("xinjiang", "region", None, "Asia/Urumqi", {"zh-Hans": "自治区政协"}),
        Body("ili", "prefecture", "xinjiang", "Asia/Urumqi", {"zh-Hans": "伊犁州政协"}),
        Body("zhaosu", "county", "ili", "Asia/Urumqi", {"zh-Hans": "昭苏县政协"}),
    )
)


def test_a_body_of_a_topology_knows_its_neighbours_and_what_the_others_are_called(tmp_path: Path) -> None:
    known = {body.code: prepare_body(Machine(tmp_path), TREE, body, sample=False) for body in TREE}
    assert {code: set(config.neighbours) for code, config in known.items()} == {
        "xinjiang": {"ili"},
        "ili": {"xinjiang", "zhaosu"},
        "zhaosu": {"ili"},
    }
    assert known["zhaosu"].further == {"xinjiang": {"zh-Hans": "自治区政协"}}
